//! `examples/ci`: what its scripts tell people, of real plans; and what they ask of GitHub and Azure DevOps, played by stand-ins.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::azure::{Azure, REGISTRY};
use crate::support::{Workspace, terraform};

/// The configuration of the example, and its scripts, in one folder as its README says; the state lies in that folder, too.
fn workspace() -> Workspace {
    let azure = Azure::new();
    let url = azure.simulator().url().to_owned();
    let mut workspace = Workspace::with(azure);
    workspace.set("ARM_RESOURCE_MANAGER_ENDPOINT", &url);
    workspace.set("ARM_ACCESS_TOKEN", "any");
    workspace.set("TF_VAR_registry_id", REGISTRY);
    workspace.set("TERRAFORM", terraform().to_str().unwrap());
    let configuration = fs::read_to_string(example("main.tf")).unwrap();
    let begin = configuration.find("  backend \"azurerm\" {").expect("a backend");
    let end = begin + configuration[begin..].find("\n  }\n").expect("its end") + 5;
    fs::write(workspace.module().join("main.tf"), configuration[..begin].to_owned() + &configuration[end..]).unwrap();
    for script in ["plan.sh", "github/report.sh", "azure-devops/step.sh"] {
        let name = Path::new(script).file_name().unwrap();
        fs::copy(example(script), workspace.module().join(name)).unwrap();
    }
    workspace
}

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/ci").join(name)
}

/// Runs a script in the folder of the configuration.
fn script(workspace: &Workspace, name: &str, arguments: &[&str]) -> Command {
    let mut command = workspace.command(workspace.module().join(name));
    command.args(arguments).current_dir(workspace.module());
    command
}

fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?} does not start: {error}"))
}

/// The exit code of `plan.sh`, its page and its numbers.
fn plan(workspace: &Workspace, arguments: &[&str]) -> (i32, String, Value) {
    let run = run(&mut script(workspace, "plan.sh", arguments));
    let read = |name: &str| fs::read_to_string(workspace.module().join(name)).unwrap();
    let page = read("plan.md");
    assert_eq!(page.matches("~~~~~~").count(), 2, "{page}");
    (run.status.code().unwrap(), page, serde_json::from_str(&read("plan.json")).unwrap())
}

/// A program of this name that comes before all others, with its memory in the folder beside it.
fn stand_in(workspace: &mut Workspace, name: &str, text: &str) {
    let folder = workspace.home().join("bin");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(name), format!("#!/bin/sh\nmemory='{}'\n{text}", folder.display())).unwrap();
    fs::set_permissions(folder.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    let path = env::var("PATH").unwrap();
    workspace.set("PATH", &format!("{}:{path}", folder.display()));
}

#[test]
fn a_reviewer_reads_what_it_comes_to_and_then_the_changes_with_their_signs_in_front() {
    let workspace = workspace();
    let (code, page, numbers) = plan(&workspace, &["-lock=false"]);
    assert_eq!(code, 2, "{page}");
    assert!(
        page.starts_with("## Plan of the registry rules\n\n:pencil2: **1 to add, 0 to change, 0 to destroy.**\n"),
        "{page}"
    );
    assert!(page.contains("\n+   resource \"acrnet_registry_network_rule_set\" \"registry\" {\n"), "{page}");
    assert!(page.contains("\n+       default_action "), "{page}");
    assert_eq!(numbers, json!({"create": 1, "update": 0, "delete": 0}));
    // What was approved is what is applied.
    let applied = workspace.terraform(&["apply", "-input=false", "tfplan"]);
    assert!(applied.success(), "{}", applied.stderr);
    assert_eq!(workspace.azure.rules().1, ["16.17.18.0/24", "16.17.19.20"]);

    let (code, page, numbers) = plan(&workspace, &[]);
    assert_eq!(code, 0, "{page}");
    assert!(page.contains("**Nothing to do**"), "{page}");
    assert!(!page.contains("Refreshing"), "{page}");
    assert_eq!(numbers, json!({"create": 0, "update": 0, "delete": 0}));

    workspace
        .azure
        .edit_registry(&json!({"networkRuleSet": {"defaultAction": "Allow", "ipRules": [{"value": "52.57.22.38"}]}}));
    let (code, page, numbers) = plan(&workspace, &[]);
    assert_eq!(code, 2, "{page}");
    assert!(page.contains("**0 to add, 1 to change, 0 to destroy.**"), "{page}");
    assert!(page.contains("\n!       default_action ") && page.contains("\n-           \"52.57.22.38\","), "{page}");
    assert_eq!(numbers, json!({"create": 0, "update": 1, "delete": 0}));
}

#[test]
fn errors_and_warnings_come_before_the_plan_with_what_they_are_about() {
    let mut workspace = workspace();
    workspace.set("TF_VAR_ip_rules", r#"["203.0.113.0/24"]"#);
    let (code, page, _) = plan(&workspace, &[]);
    assert_eq!(code, 2, "{page}");
    let warning = ":warning: \"203.0.113.0/24\" lies in special-purpose address space (`acrnet_registry_network_rule_set.registry`)";
    assert!(page.contains(warning), "{page}");
    assert!(page.find(warning) < page.find("<details>"), "{page}");

    workspace.set("TF_VAR_ip_rules", r#"["8.8.8.8/24"]"#);
    let (code, page, _) = plan(&workspace, &[]);
    assert_eq!(code, 1, "{page}");
    assert!(page.contains(":x: **The plan failed.**"), "{page}");
    assert!(
        page.contains(":x: \"8.8.8.8/24\" is not a usable IP rule (`acrnet_registry_network_rule_set.registry`)"),
        "{page}"
    );
    assert!(page.contains("<details open>"), "{page}");
}

#[test]
fn a_page_is_never_longer_than_github_takes() {
    let mut workspace = workspace();
    let long =
        "i=0\nwhile [ $i -lt 3000 ]; do echo \"  + \\\"16.17.18.$i\\\" # ~~~~~~\"; i=$((i + 1)); done\necho '~~~~~~'\n";
    let warnings = "i=0\nwhile [ $i -lt 100 ]; do printf 'Warning: %d is wide\\n\\n  with a.b[%d],\\n' $i $i; i=$((i + 1)); done\n";
    stand_in(&mut workspace, "verbose", &format!("{warnings}echo '~~~~~~'\n{long}{long}exit 2\n"));
    workspace.set("TERRAFORM", "verbose");
    let run = run(&mut script(&workspace, "plan.sh", &[]));
    assert_eq!(run.status.code(), Some(2), "{run:?}");
    let page = fs::read_to_string(workspace.module().join("plan.md")).unwrap();
    assert!(page.len() < 60_000, "{}", page.len());
    assert!(
        page.contains(":warning: 39 is wide (`a.b[39]`)") && page.contains(":warning: 60 more"),
        "{}",
        &page[..4000]
    );
    assert!(!page.contains(":warning: 40 is wide"), "{}", &page[..4000]);
    let fences = page.lines().filter(|line| line.starts_with("~~~")).count();
    assert_eq!(fences, 2);
    assert!(
        page.ends_with("... the rest is in the log of this job\n~~~~~~\n\n</details>\n"),
        "{}",
        &page[page.len() - 200..]
    );
}

#[test]
fn a_plan_that_dies_is_a_plan_that_failed() {
    let mut workspace = workspace();
    workspace.set("TERRAFORM", "/nowhere/terraform");
    let (code, page, _) = plan(&workspace, &[]);
    assert_eq!(code, 1);
    assert!(page.contains("**The plan failed.**"), "{page}");
}

/// Of comments and issues it remembers one each; what it was asked is in `asked`.
const GH: &str = r#"
echo "$*" >>"$memory/asked"
case "$*" in
  'api --paginate'*) cat "$memory/comment" 2>/dev/null ;;
  'api --silent --method POST'*) echo 77 >"$memory/comment" ;;
  'issue list'*) cat "$memory/issue" 2>/dev/null ;;
  'issue create'*) echo 5 >"$memory/issue" ;;
  'issue close'*) rm "$memory/issue" ;;
esac
true
"#;

fn asked(workspace: &Workspace) -> Vec<String> {
    let file = workspace.home().join("bin/asked");
    let asked = fs::read_to_string(&file).unwrap_or_default();
    fs::remove_file(file).ok();
    asked.lines().map(str::to_owned).collect()
}

fn on_github() -> Workspace {
    let mut workspace = workspace();
    stand_in(&mut workspace, "gh", GH);
    workspace.set("GITHUB_REPOSITORY", "o/r");
    fs::write(workspace.module().join("plan.md"), "## Plan\n").unwrap();
    workspace
}

#[test]
fn a_pull_request_has_one_comment_that_is_renewed() {
    let workspace = on_github();
    for write in [
        "api --silent --method POST repos/o/r/issues/12/comments",
        "api --silent --method PATCH repos/o/r/issues/comments/77",
    ] {
        let reported = run(&mut script(&workspace, "report.sh", &["comment", "12"]));
        assert!(reported.status.success(), "{reported:?}");
        let asked = asked(&workspace);
        assert_eq!(asked[1], format!("{write} --field body=@comment.md"), "{asked:?}");
        let comment = fs::read_to_string(workspace.module().join("comment.md")).unwrap();
        let mark = comment.strip_suffix("\n## Plan\n").unwrap();
        assert!(mark.starts_with("<!-- "), "{comment}");
        // Its own comment is known by whom it is from, and by the mark.
        assert!(asked[0].contains("github-actions[bot]") && asked[0].contains(mark), "{asked:?}");
    }
}

#[test]
fn drift_has_one_issue_that_is_renewed_and_closed() {
    let workspace = on_github();
    let verbs = |code: &str| -> (bool, Vec<String>) {
        let reported = run(&mut script(&workspace, "report.sh", &["drift", code]));
        let verb = |line: &String| line.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
        (reported.status.success(), asked(&workspace).iter().map(verb).collect())
    };
    let heard = |list: &[&str]| list.iter().map(|&verb| verb.to_owned()).collect::<Vec<_>>();
    assert_eq!(verbs("0"), (true, heard(&["issue list"])));
    assert_eq!(verbs("2"), (true, heard(&["issue list", "label create", "issue create"])));
    assert_eq!(verbs("2"), (true, heard(&["issue list", "issue edit"])));
    // Whether there is drift is not known, so that the issue stays, and the job fails.
    assert_eq!(verbs("1"), (false, heard(&["issue list"])));
    assert_eq!(verbs("0"), (true, heard(&["issue list", "issue close"])));
    assert_eq!(verbs("0"), (true, heard(&["issue list"])));
}

/// Its plans always find something to do.
const TERRAFORM: &str = r#"
echo "$*" >>"$memory/asked"
env >"$memory/env"
case $1 in plan) echo 'Plan: 1 to add, 0 to change, 0 to destroy.'; exit 2 ;; esac
"#;

#[test]
fn azure_devops_hands_the_service_connection_to_the_provider_and_the_page_to_the_run() {
    let mut workspace = workspace();
    stand_in(&mut workspace, "terraform", TERRAFORM);
    workspace.set("TERRAFORM", "terraform");
    for (name, value) in [("TENANT_ID", "t"), ("CLIENT_ID", "c"), ("SERVICE_CONNECTION_ID", "s")] {
        workspace.set(&format!("AZURESUBSCRIPTION_{name}"), value);
    }
    let planned = run(&mut script(&workspace, "step.sh", &["plan"]));
    let said = String::from_utf8_lossy(&planned.stdout).into_owned();
    assert!(planned.status.success(), "{planned:?}");
    assert!(said.contains("##vso[task.setvariable variable=code;isOutput=true]2\n"), "{said}");
    let page = workspace.module().canonicalize().unwrap().join("plan.md");
    assert!(said.contains(&format!("##vso[task.uploadsummary]{}\n", page.display())), "{said}");
    let environment = fs::read_to_string(workspace.home().join("bin/env")).unwrap();
    for line in ["ARM_USE_OIDC=true", "ARM_TENANT_ID=t", "ARM_CLIENT_ID=c", "ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID=s"]
    {
        assert!(environment.lines().any(|one| one == line), "{line} is not in {environment}");
    }
    assert_eq!(asked(&workspace)[0], "init -input=false -lockfile=readonly");
    // At night, something to do is a failure.
    workspace.set("BUILD_REASON", "Schedule");
    assert_eq!(run(&mut script(&workspace, "step.sh", &["plan"])).status.code(), Some(2));
    asked(&workspace);
    let applied = run(&mut script(&workspace, "step.sh", &["apply", "kept/tfplan"]));
    assert!(applied.status.success(), "{applied:?}");
    assert_eq!(asked(&workspace)[1], "apply -input=false kept/tfplan");
}

#[test]
fn azure_devops_fetches_the_terraform_that_this_project_has_checked() {
    let pipeline = fs::read_to_string(example("azure-devops/azure-pipelines.yml")).unwrap();
    let script = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/terraform.sh")).unwrap();
    let after = |text: &str, key: &str| text.split(key).nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    assert_eq!(after(&pipeline, "TERRAFORM_VERSION: "), after(&script, "\nVERSION="));
    assert_eq!(after(&pipeline, "TERRAFORM_SHA256: "), after(&script, "linux_amd64) echo "));
}

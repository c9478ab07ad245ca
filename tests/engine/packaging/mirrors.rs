//! Without a registry: from a folder with archives, from one with programs, and from the user's own.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::project::{Package, built_provider, host_target, in_project, output, version};
use crate::run::Run;
use crate::support::{Workspace, rule_set};

/// A clean folder with a configuration that needs the provider.
pub(super) fn folder() -> Workspace {
    Workspace::of(&rule_set("  default_action = \"Deny\""))
}

fn package() -> Package {
    let package = Package::of(built_provider()).with("TARGETS", host_target());
    package.make();
    package
}

/// The CLI configuration to install from that folder, and from nowhere else.
fn from(mirror: &Path) -> String {
    format!("provider_installation {{\n  filesystem_mirror {{\n    path = \"{}\"\n  }}\n}}\n", mirror.display())
}

/// The checksums of a lock file: `h1:…`, `zh:…`.
pub(super) fn locked(workspace: &Workspace) -> Vec<String> {
    let lock = fs::read_to_string(workspace.module().join(".terraform.lock.hcl")).unwrap();
    assert!(lock.contains(&format!("version = \"{}\"", version())), "{lock}");
    lock.split('"').filter(|part| part.starts_with("h1:") || part.starts_with("zh:")).map(str::to_owned).collect()
}

/// What was installed works: it plans.
pub(super) fn assert_works(workspace: &Workspace) {
    let plan = workspace.plan();
    assert_eq!(plan.actions(), ["create acrnet_registry_network_rule_set.this"], "{}", plan.stderr);
}

/// What it complained of, without the line breaks in it.
pub(super) fn said(run: &Run) -> String {
    run.stderr.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn assert_installed(init: &Run) {
    assert!(init.success(), "{}\n{}", init.stdout, init.stderr);
    assert!(init.stdout.contains(&format!("Installed acrnet/acrnet v{}", version())), "{}", init.stdout);
}

#[test]
fn terraform_installs_from_archives_and_from_programs_alike() {
    let package = package();
    let checksums = ["packed", "unpacked"].map(|form| {
        let workspace = folder();
        workspace.install_from(&from(&package.mirror(form)));
        assert_installed(&workspace.terraform(&["init", "-no-color"]));
        assert_works(&workspace);
        locked(&workspace)
    });
    assert!(matches!(checksums[0].as_slice(), [one] if one.starts_with("h1:")), "{checksums:?}");
    assert_eq!(checksums[0], checksums[1]);
}

#[test]
fn an_archive_other_than_the_locked_one_is_refused() {
    let package = package();
    let workspace = folder();
    workspace.install_from(&from(&package.mirror("packed")));
    let mirror = format!("-fs-mirror={}", package.mirror("packed").display());
    let locking = workspace.terraform(&["providers", "lock", "-no-color", &mirror]);
    assert!(locking.success(), "{}\n{}", locking.stdout, locking.stderr);
    assert_installed(&workspace.terraform(&["init", "-no-color", "-lockfile=readonly"]));

    let mut tampered = Command::new("zip");
    let archive = package.archive();
    let archive = package.mirror("packed/registry.terraform.io/acrnet/acrnet").join(archive.file_name().unwrap());
    output(tampered.arg("-jq").arg(&archive).arg(in_project("README.md")));
    workspace.install_from(&from(&package.mirror("packed"))); // what was installed is gone
    let init = workspace.terraform(&["init", "-no-color", "-lockfile=readonly"]);
    assert_eq!(init.code, Some(1), "{}", init.stdout);
    assert!(said(&init).contains("doesn't match any of the checksums"), "{}", init.stderr);
}

#[test]
fn opentofus_folder_has_the_same_files() {
    let package = package();
    for form in ["packed", "unpacked"] {
        let of = |registry: &str| package.mirror(form).join(registry);
        output(Command::new("diff").arg("-r").args([of("registry.terraform.io"), of("registry.opentofu.org")]));
    }
}

#[test]
fn what_make_install_puts_into_the_home_folder_is_found_without_a_word() {
    let workspace = folder();
    workspace.install_from("");
    let mut install = workspace.command(in_project("scripts/install.sh"));
    // rustup looks for its toolchains in the home folder, which is another one here
    let home = std::env::var("HOME").unwrap();
    for (name, default) in [("RUSTUP_HOME", ".rustup"), ("CARGO_HOME", ".cargo")] {
        install.env(name, std::env::var(name).unwrap_or(format!("{home}/{default}")));
    }
    let said = output(install.env("BUILT", built_provider().join(host_target()).join("release")));
    assert_installed(&workspace.terraform(&["init", "-no-color"]));
    assert_works(&workspace);

    // The block that it prints works too, and says where the program is.
    let begin = said.find("  provider_installation {").expect("a block");
    let end = begin + said[begin..].find("\n  }\n").expect("its end") + 5;
    fs::remove_file(workspace.module().join(".terraform.lock.hcl")).unwrap();
    fs::remove_dir_all(workspace.home().join(".terraform.d/plugins/registry.opentofu.org")).unwrap();
    workspace.install_from(&said[begin..end]);
    assert_works(&workspace);

    // And so do its last lines, after which nothing of it is left.
    for line in said.lines().filter(|line| line.starts_with("  rm -r")) {
        output(workspace.command("sh").arg("-c").arg(line.replace("rm -r", "rm -rf")));
    }
    let left = output(Command::new("find").arg(workspace.home()).args(["-type", "f"]));
    assert_eq!(left, "");
}

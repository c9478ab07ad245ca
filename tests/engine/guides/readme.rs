//! What the README shows of a run is what `examples/quickstart` prints.

use std::fs;

use super::page::{page, root};
use super::session::{Session, first_lost};

/// The steps of `make quickstart` that the README shows, and the mistake.
const STEPS: &str = r#"
arm-simulator --seed azure.json --ready-file azure.url --exit-with-parent >azure.log &
until [ -s azure.url ]; do sleep 0.1; done
TF_VAR_resource_manager_endpoint=$(cat azure.url)
export TF_VAR_resource_manager_endpoint
terraform init
terraform apply -auto-approve
arm-simulator --edit drift.json --url "$TF_VAR_resource_manager_endpoint"
terraform plan
sed -i.before 's|"16.17.18.0/24"|"16.17.18.0/24", "8.8.8.8/24"|' main.tf
! terraform plan
"#;

#[test]
fn the_readme_shows_what_terraform_prints() {
    let mut session = Session::new();
    for name in ["main.tf", "azure.json", "drift.json"] {
        session.write(name, &fs::read_to_string(root().join("examples/quickstart").join(name)).unwrap());
    }
    session.say(STEPS);
    let printed = session.run();
    let mut shown = 0;
    for block in page("README.md").blocks().iter().filter(|block| block.language == "text") {
        let lines: Vec<String> = block.text.lines().map(str::to_owned).collect();
        assert_eq!(first_lost(&lines, &printed), None, "{}: this is not printed any more, but\n{printed}", block.place);
        shown += 1;
    }
    assert!(shown >= 3, "plan, proof and mistake");
}

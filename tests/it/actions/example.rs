//! `examples/actions`, as far as a Terraform that knows no actions can judge it: that its arguments are those of the schemas. Its form is for `examples`.

use std::fs;
use std::path::{Path, PathBuf};

use acrnet::provider::AcrnetProvider;
use acrnet::terraform::environment::Environment;
use acrnet::terraform::framework::Server;
use acrnet::terraform::schema::Mode;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Everything that shows action blocks to users.
fn shown() -> Vec<(PathBuf, String)> {
    let files = ["examples/actions/main.tf", "docs/guides/actions.md"];
    files.iter().map(|file| (PathBuf::from(file), fs::read_to_string(root().join(file)).unwrap())).collect()
}

#[test]
fn action_blocks_in_what_users_read_have_arguments_of_the_schemas() {
    let server = Server::new(AcrnetProvider::new(Environment::default()));
    let mut seen = 0;
    for (file, text) in shown() {
        for block in text.split("\naction \"").skip(1) {
            let name = block.split('"').next().unwrap();
            let action = server.action(name).unwrap_or_else(|_| panic!("{}: no action {name}", file.display()));
            let config =
                block.split_once("config {\n").expect("a block config").1.split_once("\n  }").expect("its end").0;
            let given: Vec<&str> = config.lines().map(|line| line.split('=').next().unwrap().trim()).collect();
            let known = &action.schema().block.attributes;
            for argument in &given {
                assert!(known.iter().any(|one| one.name == *argument), "{}: {name} has no {argument}", file.display());
            }
            let missing = known.iter().find(|one| one.mode == Mode::Required && !given.contains(&one.name.as_str()));
            assert!(missing.is_none(), "{}: {name} lacks {missing:?}", file.display());
            seen += 1;
        }
    }
    assert_eq!(seen, 4, "two in each");
}

//! The direction of the dependencies, which one crate cannot ask of the compiler.
//!
//! Two chains, one meeting place (see `ARCHITECTURE.md`): the Terraform chain knows no Azure word, the Azure chain no Terraform word, `rules` knows
//! neither, and the simulator is an independent reading of the API. [`ALLOWED`] says who may use whom; the test reads every path in `src/`.

use std::fs;
use std::path::{Path, PathBuf};

use self::paths::used_paths;

mod paths;

/// A layer, and the layers whose items it may name besides its own. Whoever adds a layer adds a row.
const ALLOWED: &[(&str, &[&str])] = &[
    ("rules", &[]),
    ("azure", &["rules"]),
    ("terraform::value", &[]),
    ("terraform::environment", &[]),
    ("terraform::printable", &[]),
    ("terraform::diagnostic", &["terraform::value"]),
    ("terraform::schema", &["terraform::value", "terraform::diagnostic"]),
    ("terraform::conform", &["terraform::schema", "terraform::value"]),
    ("terraform::framework", &["terraform::conform", "terraform::schema", "terraform::value", "terraform::diagnostic"]),
    ("terraform::proto", &[]),
    (
        "terraform::service",
        &[
            "terraform::framework",
            "terraform::schema",
            "terraform::value",
            "terraform::diagnostic",
            "terraform::printable",
            "terraform::proto",
        ],
    ),
    ("terraform::plugin", &["terraform::proto", "terraform::environment", "terraform::printable"]),
    ("resources", MEETING_PLACE),
    ("data_sources", MEETING_PLACE),
    ("functions", MEETING_PLACE),
    ("list_resources", MEETING_PLACE),
    ("actions", MEETING_PLACE),
    ("ephemeral", MEETING_PLACE),
    (
        "provider",
        &[
            "resources",
            "data_sources",
            "functions",
            "list_resources",
            "actions",
            "ephemeral",
            "rules",
            "azure",
            "terraform::framework",
            "terraform::schema",
            "terraform::value",
            "terraform::diagnostic",
            "terraform::environment",
        ],
    ),
    ("simulator", &[]),
    (
        "main",
        &["provider", "terraform::framework", "terraform::plugin", "terraform::service", "terraform::environment"],
    ),
    ("bin::arm-simulator", &["simulator"]),
];

/// What the types of the provider see: both chains, and the models that `resources` shares with its siblings.
const MEETING_PLACE: &[&str] = &[
    "resources",
    "rules",
    "azure",
    "terraform::framework",
    "terraform::schema",
    "terraform::value",
    "terraform::diagnostic",
];

/// Crates that stay behind one seam, and the layers that make it.
const CONFINED: &[(&str, &[&str])] = &[
    ("reqwest", &["azure", "simulator", "bin::arm-simulator"]),
    ("tonic", &["terraform::plugin", "terraform::service", "terraform::proto", "main"]),
    ("hyper", &["simulator", "bin::arm-simulator"]),
    ("hyper_util", &["azure", "simulator", "bin::arm-simulator"]),
];

#[test]
fn no_arrow_points_the_wrong_way() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut violations = Vec::new();
    for file in rust_files(&root) {
        let relative = file.strip_prefix(&root).expect("invariant: the file was found below the root");
        let module = module_of(relative);
        let source = fs::read_to_string(&file).unwrap();
        violations.extend(
            violations_in(&module, &source)
                .into_iter()
                .map(|violation| format!("src/{}: {violation}", relative.display())),
        );
    }
    assert!(
        violations.is_empty(),
        "{}\nthe table of what is allowed is in tests/it/layering.rs",
        violations.join("\n")
    );
}

/// The violations of one file, whose module path is `module` (empty for `lib.rs`).
fn violations_in(module: &[String], source: &str) -> Vec<String> {
    let Some(layer) = layer_of(module) else {
        return match module {
            [] => Vec::new(),                                      // lib.rs shows the way through all layers
            [terraform] if terraform == "terraform" => Vec::new(), // and this its part of it
            _ => vec![format!("module {} has no row in the table", module.join("::"))],
        };
    };
    used_paths(module, source).into_iter().filter_map(|path| violation(layer, &path)).collect()
}

fn violation(layer: &str, path: &[String]) -> Option<String> {
    let shown = path.join("::");
    let (first, rest) = path.split_first()?;
    if first != "crate" {
        let confined = CONFINED.iter().find(|(name, _)| name == first)?;
        return (!confined.1.contains(&layer))
            .then(|| format!("{layer} uses {shown}, which stays in {}", confined.1.join(", ")));
    }
    match layer_of(rest) {
        Some(used) if used == layer || allowed(layer).contains(&used) => None,
        Some(used) => Some(format!("{layer} uses {shown}, and may not use {used}")),
        None => Some(format!("{layer} uses {shown}, which is in no layer of the table")),
    }
}

fn allowed(layer: &str) -> &'static [&'static str] {
    ALLOWED.iter().find(|(name, _)| *name == layer).map_or(&[], |(_, used)| used)
}

/// The row of the table that a path belongs to: the first segment, or two below `terraform` and `bin`.
fn layer_of(path: &[String]) -> Option<&'static str> {
    let length = match path.first().map(String::as_str) {
        Some("terraform" | "bin") => 2,
        _ => 1,
    };
    let name = path.get(..length)?.join("::");
    ALLOWED.iter().find(|(layer, _)| *layer == name).map(|(layer, _)| *layer)
}

/// `azure/token/cached.rs` → `azure`, `token`, `cached`; `mod.rs` is its folder, `lib.rs` the empty path.
fn module_of(relative: &Path) -> Vec<String> {
    let mut module: Vec<String> =
        relative.with_extension("").components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    if module.last().is_some_and(|last| last == "mod") || module == ["lib"] {
        module.pop();
    }
    module
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(file: &str, source: &str) -> Vec<String> {
        violations_in(&module_of(Path::new(file)), source)
    }

    #[test]
    fn a_planted_arrow_is_found() {
        assert_eq!(
            checked("rules/edit.rs", "use crate::azure::registry::Registry;"),
            ["rules uses crate::azure::registry::Registry, and may not use azure"]
        );
    }

    #[test]
    fn the_two_chains_do_not_see_each_other() {
        assert_eq!(checked("azure/client.rs", "use crate::terraform::diagnostic::Diagnostic;").len(), 1);
        assert_eq!(checked("terraform/framework/plan.rs", "use crate::azure::ArmError;").len(), 1);
        assert_eq!(checked("simulator/registries.rs", "use crate::azure::id::RegistryId;").len(), 1);
        assert_eq!(
            checked("resources/rule_set.rs", "use crate::{azure::ArmError, rules::Edit, terraform::value::Tf};"),
            [""; 0]
        );
    }

    #[test]
    fn inside_terraform_the_direction_holds_too() {
        assert_eq!(
            checked("terraform/value/codec.rs", "use crate::terraform::schema::Attribute;"),
            ["terraform::value uses crate::terraform::schema::Attribute, and may not use terraform::schema"]
        );
        assert_eq!(checked("terraform/schema/mod.rs", "use crate::terraform::value::Value;"), [""; 0]);
    }

    #[test]
    fn a_relative_path_out_of_the_layer_is_found() {
        assert_eq!(checked("terraform/value/mod.rs", "use super::framework::Provider;").len(), 1);
        assert_eq!(checked("terraform/value/codec/msgpack.rs", "use super::super::Value;"), [""; 0]);
    }

    #[test]
    fn a_path_in_the_middle_of_code_is_found() {
        assert_eq!(checked("azure/client.rs", "fn f() { let x = crate::resources::report::describe(1); }").len(), 1);
    }

    #[test]
    fn a_binary_names_the_library_by_its_name() {
        assert_eq!(checked("bin/arm-simulator.rs", "use acrnet::azure::client::ArmClient;").len(), 1);
        assert_eq!(checked("bin/arm-simulator.rs", "use acrnet::simulator::Simulator;"), [""; 0]);
        assert_eq!(checked("main.rs", "use acrnet::{provider, terraform::plugin};"), [""; 0]);
    }

    #[test]
    fn a_confined_crate_is_found_outside_its_seam() {
        assert_eq!(
            checked("resources/access.rs", "use reqwest::Client;"),
            ["resources uses reqwest::Client, which stays in azure, simulator, bin::arm-simulator"]
        );
        assert_eq!(checked("azure/transport.rs", "use reqwest::Client;"), [""; 0]);
    }

    #[test]
    fn a_layer_that_the_table_does_not_know_is_reported() {
        assert_eq!(checked("helpers/strings.rs", ""), ["module helpers::strings has no row in the table"]);
        assert_eq!(checked("azure/client.rs", "use crate::helpers::x;").len(), 1);
        assert_eq!(checked("terraform/clock.rs", "").len(), 1);
    }
}

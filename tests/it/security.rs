//! What `SECURITY.md` and the build promise: each claim has a test, nothing is unsafe, and every dependency is one that was looked at.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Where code of ours is.
const FOLDERS: [&str; 5] = ["src", "tests", "benches", "examples", "fuzz"];

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &str) -> String {
    fs::read_to_string(project(path)).unwrap()
}

/// The Rust files of the project, built ones left out.
fn rust_files() -> Vec<PathBuf> {
    let mut files = vec![project("build.rs")];
    let mut folders: Vec<PathBuf> = FOLDERS.iter().map(|folder| project(folder)).filter(|path| path.exists()).collect();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("target") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files
}

/// The names of the tests in a source.
fn tests_in(source: &str) -> Vec<String> {
    let mut marked = false;
    let mut names = Vec::new();
    for line in source.lines().map(str::trim) {
        marked |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
        let function = line.trim_start_matches("pub ").trim_start_matches("async ").strip_prefix("fn ");
        if let Some(function) = function.filter(|_| std::mem::take(&mut marked)) {
            names.push(function.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    names
}

/// What stands between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The claims of a page, each with what is said to show it: the rows of its tables.
fn claims(page: &str) -> Vec<(&str, Vec<&str>)> {
    let rows = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| what holds"));
    rows.map(|row| {
        let (claim, shown) = row.trim_matches([' ', '|']).rsplit_once(" | ").expect("two columns");
        (claim, quoted(shown).collect())
    })
    .collect()
}

#[test]
fn every_claim_of_security_md_names_a_test_that_there_is() {
    let there: BTreeSet<String> =
        rust_files().iter().flat_map(|file| tests_in(&fs::read_to_string(file).unwrap())).collect();
    let page = read("SECURITY.md");
    let claims = claims(&page);
    assert!(claims.len() > 20, "the tables are read: {claims:?}");
    for (claim, shown) in claims {
        assert!(!shown.is_empty(), "nothing shows that {claim}");
        for name in shown {
            // A step of CI is as good as a test where it is one that checks.
            let known = if name.starts_with('.') { project(name).exists() } else { there.contains(name) };
            assert!(known, "{name}, which shows that {claim}, is not there");
        }
    }
}

#[test]
fn nothing_of_ours_is_unsafe() {
    let manifest = read("Cargo.toml");
    let lints = manifest.split("[lints.rust]").nth(1).unwrap().split("\n[").next().unwrap();
    assert!(
        lints.contains("unsafe_code = \"forbid\""),
        "forbidden to the library, programs, tests, examples and benches alike"
    );
    for file in rust_files() {
        let source = fs::read_to_string(&file).unwrap();
        for line in source.lines().map(|line| line.split("//").next().unwrap_or_default()) {
            let found = ["{", "fn ", "impl ", "extern ", "trait "]
                .iter()
                .any(|next| line.contains(&format!("{UNSAFE} {next}")));
            assert!(!found && !line.contains(&format!("({UNSAFE}_code)")), "{}: {line}", file.display());
        }
    }
}

/// The sources of the provider, as far as they are part of the program: without the simulator, files of tests, and tests at the end of a file.
fn sources_of_the_program() -> Vec<(PathBuf, String)> {
    let src = project("src");
    let is_ours = |path: &PathBuf| {
        let path = path.strip_prefix(&src).unwrap_or(Path::new("tests.rs"));
        let of_tests = path.components().any(|part| part.as_os_str() == "tests" || part.as_os_str() == "tests.rs");
        !of_tests && !path.starts_with("simulator") && !path.starts_with("bin")
    };
    let without_tests = |path: PathBuf| {
        let source = fs::read_to_string(&path).unwrap();
        let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
        (path.strip_prefix(&src).unwrap().to_owned(), source)
    };
    rust_files().into_iter().filter(is_ours).map(without_tests).collect()
}

/// The files in which one of these texts stands.
fn files_with(texts: &[&str]) -> Vec<String> {
    let holds = |(path, source): (PathBuf, String)| {
        texts.iter().any(|text| source.contains(text)).then(|| path.display().to_string().replace('\\', "/"))
    };
    sources_of_the_program().into_iter().filter_map(holds).collect()
}

#[test]
fn az_is_the_only_program_that_is_started() {
    assert_eq!(files_with(&["process::Command", "Command::new"]), ["azure/credentials/azure_cli.rs"]);
}

#[test]
fn nothing_is_written_to_disk_but_the_socket() {
    let writing =
        ["fs::write", "File::create", "OpenOptions", "create_dir", "DirBuilder", "fs::copy", "fs::rename", "hard_link"];
    assert_eq!(files_with(&writing), ["terraform/plugin/listener/unix.rs"]);
}

/// In two parts, or this file would find itself.
const UNSAFE: &str = concat!("un", "safe");

#[test]
fn every_dependency_is_a_release_of_the_registry_with_its_checksum() {
    const REGISTRY: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
    let lock = read("Cargo.lock");
    let packages: Vec<&str> = lock.split("[[package]]").skip(1).collect();
    assert!(packages.len() > 100);
    let ours: Vec<&&str> = packages.iter().filter(|package| !package.contains("\nsource = ")).collect();
    assert!(ours.len() == 1 && ours[0].contains("name = \"terraform-provider-acrnet\""), "{ours:?}");
    for package in packages.iter().filter(|package| package.contains("\nsource = ")) {
        assert!(package.contains(REGISTRY) && package.contains("\nchecksum = \""), "{package}");
    }
}

#[test]
fn tls_is_there_once_in_one_version() {
    let lock = read("Cargo.lock");
    for name in ["rustls", "rustls-webpki", "aws-lc-rs", "aws-lc-sys"] {
        assert_eq!(lock.matches(&format!("\nname = \"{name}\"\n")).count(), 1, "{name}");
    }
    for name in ["native-tls", "openssl", "openssl-sys", "boring", "mbedtls"] {
        assert!(!lock.contains(&format!("\nname = \"{name}\"\n")), "{name}");
    }
}

#[test]
fn the_names_of_tests_and_claims_are_read() {
    let source =
        "#[test]\nfn a_b() {}\n#[tokio::test(start_paused = true)]\n#[cfg(unix)]\nasync fn c_d() {}\nfn helper() {}";
    assert_eq!(tests_in(source), ["a_b", "c_d"]);
    let page = "| what holds | shown by |\n|---|---|\n| It `x` holds | `a_b`, `c_d` |\ntext `no`";
    assert_eq!(claims(page), [("It `x` holds", vec!["a_b", "c_d"])]);
}

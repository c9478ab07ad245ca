//! `make package` and `make install`: what they make is what the registries want, and a real Terraform installs from it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use self::key::Key;
use self::project::{Package, in_project, output, run, version};

mod key;
mod mirrors;
mod project;
mod registry;

/// Those of a release.
const TARGETS: [(&str, &str); 3] = [
    ("x86_64-unknown-linux-musl", "linux_amd64"),
    ("aarch64-apple-darwin", "darwin_arm64"),
    ("x86_64-pc-windows-msvc", "windows_amd64"),
];

/// Programs that are none, for each target: how they are packed does not depend on what is in them.
fn programs() -> TempDir {
    let built = TempDir::new().unwrap();
    for (target, platform) in TARGETS {
        let folder = built.path().join(target).join("release");
        fs::create_dir_all(&folder).unwrap();
        let suffix = if platform.starts_with("windows") { ".exe" } else { "" };
        fs::write(folder.join(format!("terraform-provider-acrnet{suffix}")), target.repeat(1000)).unwrap();
    }
    built
}

#[test]
fn the_files_are_those_of_the_registries() {
    let built = programs();
    let package = Package::of(built.path()).with("TARGETS", &TARGETS.map(|(target, _)| target).join(" "));
    package.make();
    let name = |end: &str| format!("terraform-provider-acrnet_{}_{end}", version());
    let archives = TARGETS.map(|(_, platform)| name(&format!("{platform}.zip")));
    let mut expected: Vec<String> = archives.to_vec();
    expected.extend([name("SHA256SUMS"), name("manifest.json")]);
    expected.sort_unstable();
    assert_eq!(package.files(), expected);

    let manifest: Value = serde_json::from_slice(&package.read(&name("manifest.json"))).unwrap();
    assert_eq!(manifest, json!({"version": 1, "metadata": {"protocol_versions": ["6.0"]}}));

    let sums = String::from_utf8(package.read(&name("SHA256SUMS"))).unwrap();
    let listed: Vec<&str> = sums.lines().map(|line| line.split_once("  ").unwrap().1).collect();
    let signed: Vec<&String> = expected.iter().filter(|file| !file.ends_with("SHA256SUMS")).collect();
    assert_eq!(listed, signed);
    let mut check = Command::new("sha256sum");
    output(check.args(["--check", "--strict", &name("SHA256SUMS")]).current_dir(package.release()));

    for (archive, (_, platform)) in archives.iter().zip(TARGETS) {
        let suffix = if platform.starts_with("windows") { ".exe" } else { "" };
        let program = format!("terraform-provider-acrnet_v{}{suffix}", version());
        let listing = output(Command::new("zipinfo").arg(package.release().join(archive)));
        // Mode, whether there is more than that, name. More would be owners and finer times.
        let entries: Vec<[&str; 3]> = listing
            .lines()
            .filter(|line| line.starts_with('-'))
            .map(|line| line.split_whitespace().collect::<Vec<_>>())
            .map(|columns| [columns[0], &columns[4][1..], columns[columns.len() - 1]])
            .collect();
        let expected = [["-rw-r--r--", "-", "LICENSE.txt"], ["-rwxr-xr-x", "-", program.as_str()]];
        assert_eq!(entries, expected, "{listing}");
    }
}

#[test]
fn the_same_programs_make_the_same_bytes() {
    let all = |package: &Package| -> BTreeMap<String, Vec<u8>> {
        package.make();
        package.files().into_iter().map(|file| (file.clone(), package.read(&file))).collect()
    };
    let (first, second) = (programs(), programs());
    // As if another user, elsewhere and later, had made them.
    let program = second.path().join(TARGETS[0].0).join("release/terraform-provider-acrnet");
    output(Command::new("chmod").arg("0700").arg(&program));
    output(Command::new("touch").args(["-t", "200001020304.05"]).arg(&program));
    let targets = TARGETS.map(|(target, _)| target).join(" ");
    let first = Package::of(first.path()).with("TARGETS", &targets).with("TZ", "UTC");
    let second =
        Package::of(second.path()).with("TARGETS", &targets).with("TZ", "Asia/Tokyo").with("ZIPOPT", "-x LICENSE.txt");
    assert!(all(&first) == all(&second), "the archives differ");
    // And the time of the commit is in them, so that the test could tell.
    assert!(all(&first) != all(&first.with("SOURCE_DATE_EPOCH", "1000000000")), "the time is not in the archives");
}

#[test]
fn without_a_key_it_says_so_and_where_one_is_demanded_it_fails() {
    let built = programs();
    let package = Package::of(built.path()).with("TARGETS", TARGETS[0].0);
    let made = package.run();
    assert!(made.status.success() && String::from_utf8_lossy(&made.stdout).contains("NOT SIGNED"), "{made:?}");
    let demanded = package.with("REQUIRE_SIGNATURE", "1").run();
    assert!(!demanded.status.success());
    assert!(String::from_utf8_lossy(&demanded.stderr).contains("GPG_FINGERPRINT"), "{demanded:?}");
}

#[test]
fn a_key_that_the_registries_do_not_take_is_refused() {
    let Some(key) = Key::new("ed25519") else { return };
    let built = programs();
    let made = key.signs(&Package::of(built.path()).with("TARGETS", TARGETS[0].0)).run();
    assert!(!made.status.success());
    assert!(String::from_utf8_lossy(&made.stderr).contains("neither RSA nor DSA"), "{made:?}");
}

#[test]
fn a_target_without_a_name_and_a_second_one_of_a_name_are_errors() {
    for (targets, said) in [
        ("wasm32-unknown-unknown", "no target that releases are made for"),
        ("x86_64-unknown-linux-gnu x86_64-unknown-linux-musl", "a second target for linux_amd64"),
    ] {
        let made = Package::of(Path::new("nowhere")).with("TARGETS", targets).run();
        assert!(!made.status.success());
        assert!(String::from_utf8_lossy(&made.stderr).contains(said), "{made:?}");
    }
}

#[test]
fn the_changelog_is_released_under_a_date_only() {
    let project = TempDir::new().unwrap();
    fs::create_dir(project.path().join("scripts")).unwrap();
    for file in ["scripts/release-notes.sh", "scripts/names.sh", "Cargo.toml"] {
        fs::copy(in_project(file), project.path().join(file)).unwrap();
    }
    let notes = |heading: &str| {
        let text = format!("# Changelog\n\n## {heading}\n\nFEATURES:\n\n* this\n\n## 0.0.1 (May 1, 2026)\n\n* that\n");
        fs::write(project.path().join("CHANGELOG.md"), text).unwrap();
        run(&mut Command::new(project.path().join("scripts/release-notes.sh")))
    };
    let released = notes(&format!("{} (November 23, 2026)", version()));
    assert_eq!(String::from_utf8_lossy(&released.stdout).trim(), "FEATURES:\n\n* this");
    for heading in [format!("{} (unreleased)", version()), "99.0.0 (May 2, 2026)".to_owned()] {
        assert!(!notes(&heading).status.success(), "{heading}");
    }
}

//! A release as the Terraform Registry serves it: over the registry's protocol, on loopback. Terraform verifies signature, checksums and archive.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::service::service_fn;
use hyper::{Response, StatusCode, server::conn::http1};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use super::key::Key;
use super::mirrors::{assert_works, folder, locked, said};
use super::project::{Package, built_provider, host_target, in_project, output, version};
use crate::run::Run;
use crate::support::Workspace;

/// A registry that knows this provider alone. It ends with the value.
struct Registry {
    address: SocketAddr,
    _runtime: Runtime,
}

impl Registry {
    /// Serves the release that lies there, and that key as its maker's.
    fn of(package: &Package, key: &Key) -> Self {
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let answers = Arc::new(answers(package, key, address));
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let answers = Arc::clone(&answers);
                let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
                    let found = answers.get(request.uri().path()).cloned();
                    let status = if found.is_some() { StatusCode::OK } else { StatusCode::NOT_FOUND };
                    let mut answer = Response::new(Full::new(found.unwrap_or_default()));
                    *answer.status_mut() = status;
                    async move { Ok::<_, Infallible>(answer) }
                });
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { address, _runtime: runtime }
    }

    /// `terraform init` in a clean folder that knows no other registry.
    fn init(&self) -> (Workspace, Run) {
        let workspace = folder();
        let services = format!("\"providers.v1\" = \"http://{}/v1/providers/\"", self.address);
        workspace.install_from(&format!(
            "host \"registry.terraform.io\" {{\n  services = {{ {services} }}\n}}\nprovider_installation {{\n  direct {{}}\n}}\n"
        ));
        let run = workspace.terraform(&["init", "-no-color"]);
        (workspace, run)
    }
}

/// What it answers, by path. What it says of the release it takes from the release's own manifest and sums, as the real one does.
fn answers(package: &Package, key: &Key, address: SocketAddr) -> BTreeMap<String, Bytes> {
    let name = |end: &str| format!("terraform-provider-acrnet_{}_{end}", version());
    let manifest: Value = serde_json::from_slice(&package.read(&name("manifest.json"))).unwrap();
    let protocols = &manifest["metadata"]["protocol_versions"];
    let archive = package.archive().file_name().unwrap().to_str().unwrap().to_owned();
    let platform = archive.strip_suffix(".zip").and_then(|start| start.strip_prefix(&name(""))).unwrap().to_owned();
    let (os, arch) = platform.split_once('_').unwrap();
    let sums = String::from_utf8(package.read(&name("SHA256SUMS"))).unwrap();
    let sum = sums.lines().find_map(|line| line.strip_suffix(&format!("  {archive}"))).unwrap();
    let file = |name: &str| format!("http://{address}/{name}");
    let versions = json!({"versions": [{
        "version": version(), "protocols": protocols, "platforms": [{"os": os, "arch": arch}],
    }]});
    let download = json!({
        "protocols": protocols, "os": os, "arch": arch, "filename": archive, "download_url": file(&archive), "shasum": sum,
        "shasums_url": file(&name("SHA256SUMS")), "shasums_signature_url": file(&name("SHA256SUMS.sig")),
        "signing_keys": {"gpg_public_keys": [{"key_id": key.id(), "ascii_armor": key.public()}]},
    });
    let base = "/v1/providers/acrnet/acrnet";
    let mut answers: BTreeMap<String, Bytes> =
        package.files().into_iter().map(|file| (format!("/{file}"), Bytes::from(package.read(&file)))).collect();
    answers.insert(format!("{base}/versions"), versions.to_string().into());
    answers.insert(format!("{base}/{}/download/{os}/{arch}", version()), download.to_string().into());
    answers
}

fn signed(key: &Key) -> Package {
    let package = key.signs(&Package::of(built_provider()).with("TARGETS", host_target()));
    package.make();
    package
}

fn assert_refused(package: &Package, key: &Key, because: &str) {
    let (_, init) = Registry::of(package, key).init();
    assert_eq!(init.code, Some(1), "{}", init.stdout);
    assert!(said(&init).contains(because), "{}", init.stderr);
}

#[test]
fn terraform_verifies_and_installs_a_signed_release() {
    let Some(key) = Key::new("rsa3072") else { return };
    let package = signed(&key);
    let (workspace, init) = Registry::of(&package, &key).init();
    assert!(init.success(), "{}\n{}", init.stdout, init.stderr);
    assert!(init.stdout.contains(&format!("(self-signed, key ID {})", key.id())), "{}", init.stdout);
    assert_works(&workspace);
    let locked = locked(&workspace);
    let of = |scheme: &str| locked.iter().filter(|sum| sum.starts_with(scheme)).count();
    // One of what was installed; and one of each file that is summed, the manifest among them.
    assert_eq!((of("h1:"), of("zh:")), (1, 2), "{locked:?}");
}

#[test]
fn what_was_changed_after_it_was_signed_is_refused() {
    let Some(key) = Key::new("rsa3072") else { return };
    let package = signed(&key);
    output(Command::new("zip").arg("-jq").arg(package.archive()).arg(in_project("README.md")));
    assert_refused(&package, &key, "checksum");
    // With sums that fit, the signature does not.
    let again = "sha256sum -- *.json *.zip >\"$(ls ./*_SHA256SUMS)\"";
    output(Command::new("sh").arg("-c").arg(again).current_dir(package.release()));
    assert_refused(&package, &key, "signature");
}

#[test]
fn somebody_elses_signature_is_refused() {
    let (Some(ours), Some(theirs)) = (Key::new("rsa3072"), Key::new("rsa3072")) else { return };
    assert_refused(&signed(&theirs), &ours, "signature");
}

//! A service on loopback that plays Microsoft Entra, the services that vouch for a workload, and Resource Manager; and keeps what it was asked.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// The access token that it gives and takes.
pub const ACCESS: &str = "planted-access-token-of-a-subscription-detnalp";

/// How it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// Gives tokens, and knows no subnet.
    Giving,
    /// Gives no tokens, and repeats everything it was sent.
    Refusing,
    /// The same as a page, in whose quotation what was sent is cut off in the middle.
    RefusingByPage,
    /// Gives tokens; as Resource Manager it refuses and repeats what it was sent, in the members of its error and in headers.
    Repeating,
    /// The same as a page.
    RepeatingByPage,
    /// Gives tokens; as Resource Manager it gives a subnet that has what it was sent in it.
    Revealing,
}

/// A request that came.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Names in small letters.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Asked {
    /// What proves who asks.
    fn proof(&self) -> String {
        let header = self.header("authorization").trim_start_matches("Bearer ");
        format!("{header}{}{}", self.header("x-identity-header"), self.body)
    }

    fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value)
    }
}

/// The service. It ends with the test's runtime.
pub struct Service {
    pub url: String,
    pub asked: Arc<Mutex<Vec<Asked>>>,
}

impl Service {
    pub async fn start(mood: Mood) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, mood, Arc::clone(&log)));
            }
        });
        Self { url, asked }
    }
}

/// One request for each connection.
async fn serve(stream: TcpStream, mood: Mood, log: Arc<Mutex<Vec<Asked>>>) {
    let mut stream = BufReader::new(stream);
    let Some(asked) = read(&mut stream).await else { return };
    log.lock().unwrap().push(asked.clone());
    let (status, body) = answer(&asked, mood);
    let repeated = if mood == Mood::Giving { String::new() } else { format!("x-ms-request-id: {}\r\n", asked.proof()) };
    let text = format!(
        "HTTP/1.1 {status} X\r\n{repeated}content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    // The client may have gone; that is for its test to notice.
    let _ = stream.write_all(text.as_bytes()).await;
    let _ = stream.shutdown().await;
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Asked> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok()?;
    let mut parts = line.split_whitespace().map(str::to_owned);
    let mut asked = Asked { method: parts.next()?, target: parts.next()?, ..Asked::default() };
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        asked.headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    let mut body = vec![0; asked.header("content-length").parse().unwrap_or(0)];
    stream.read_exact(&mut body).await.ok()?;
    asked.body = String::from_utf8(body).ok()?;
    Some(asked)
}

fn answer(asked: &Asked, mood: Mood) -> (u16, String) {
    let (path, proof) = (asked.target.split('?').next().unwrap(), asked.proof());
    let words = format!("AADSTS0: refused {proof} {:?}", asked.headers);
    let (status, body) = match (path.starts_with("/subscriptions/"), mood) {
        (true, Mood::Repeating) => {
            let details = json!([{"code": proof, "message": words}]);
            (403, json!({"error": {"code": proof, "message": words, "details": details}}))
        }
        (true, Mood::Revealing) => {
            let endpoints = json!([{"service": proof, "provisioningState": proof, "locations": [proof]}]);
            (
                200,
                json!({"id": proof, "name": "a", "properties": {"provisioningState": "Succeeded", "serviceEndpoints": endpoints}}),
            )
        }
        (true, Mood::RepeatingByPage) | (false, Mood::RefusingByPage) => return (403, page(&proof)),
        (true, _) => resource_manager(asked),
        (false, Mood::Refusing) => (401, json!({"error": "invalid_client", "error_description": words})),
        (false, _) => token_service(asked, path),
    };
    (status, body.to_string())
}

/// A page whose quotation ends within the proof: past its two hundredth letter nothing is quoted.
fn page(proof: &str) -> String {
    let begins = proof.find("planted").or_else(|| proof.find("eyJ")).unwrap_or(0);
    format!("<html>{} AADSTS0 {proof}</html>", "-".repeat(175_usize.saturating_sub(begins)))
}

/// Microsoft Entra, and those who vouch for a workload.
fn token_service(asked: &Asked, path: &str) -> (u16, Value) {
    let token = |lifetime: Value| (200, json!({"access_token": ACCESS, "expires_in": lifetime}));
    match (asked.method.as_str(), path) {
        ("POST", path) if path.ends_with("/oauth2/v2.0/token") && is_proof(&asked.body) => token(json!(3600)),
        ("GET", "/github") if asked.header("authorization").starts_with("Bearer planted-request") => {
            (200, json!({"value": "planted.token.of.github.detnalp"}))
        }
        ("POST", "/devops") if asked.header("authorization").starts_with("Bearer planted-request") => {
            (200, json!({"oidcToken": "planted.token.of.devops.detnalp"}))
        }
        ("GET", "/imds") if asked.header("metadata") == "true" => token(json!("3600")),
        ("GET", "/app-service") if asked.header("x-identity-header").starts_with("planted-header") => {
            token(json!("3600"))
        }
        _ => (400, json!({"error": "unexpected", "error_description": format!("unexpected {} {path}", asked.method)})),
    }
}

fn is_proof(form: &str) -> bool {
    let has = |field: &str| form.split('&').any(|pair| pair.starts_with(field));
    has("grant_type=client_credentials")
        && has("scope=http%3A%2F%2F127.0.0.1")
        && has("client_id=app-1")
        && (has("client_secret=planted-secret") || has("client_assertion="))
}

/// Knows one token and no subnet.
fn resource_manager(asked: &Asked) -> (u16, Value) {
    if asked.proof() == ACCESS {
        (404, json!({"error": {"code": "ResourceNotFound", "message": "not found"}}))
    } else {
        (401, json!({"error": {"code": "InvalidAuthenticationToken", "message": "The access token is invalid."}}))
    }
}

//! One exchange against the documents: what is wrong with the request, and what with the answer.

use serde_json::Value;

use super::openapi::{Node, Operation, Specs};
use super::schema::{self, Way};
use super::wire::Exchange;

/// Whose a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The request.
    Client,
    /// The answer.
    Service,
    /// An official example, and what the simulator makes of it.
    Example,
}

/// Something that is not as the documents say.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// `2026-03-01-preview Registries_Update`.
    pub operation: String,
    pub what: String,
}

/// Headers of a request that need no description: HTTP's own, and those of every ARM call.
const GENERAL_HEADERS: &[&str] = &["accept", "authorization", "content-type", "content-length", "host", "user-agent"];

/// What one side of an exchange got wrong.
pub fn findings(specs: &Specs, exchange: &Exchange, side: Side) -> Vec<Finding> {
    let (operation, mut all) = match side {
        _ if is_poll(exchange) => return poll_findings(specs, exchange, side),
        Side::Client => request(specs, exchange),
        Side::Service | Side::Example => answer(specs, exchange),
    };
    all.sort();
    all.dedup();
    let operation = format!("{} {operation}", exchange.version());
    all.into_iter().map(|what| Finding { operation: operation.clone(), what }).collect()
}

fn request(specs: &Specs, exchange: &Exchange) -> (String, Vec<String>) {
    let Some(operation) = operation(specs, exchange) else { return undescribed(exchange) };
    let mut found = Vec::new();
    let parameters = operation.parameters();
    for parameter in &parameters {
        let name = parameter.text("name").unwrap_or_default();
        let value = match parameter.text("in") {
            Some("path") => operation.path_values.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()),
            Some("query") => exchange.parameter(name),
            Some("header") => exchange.sent_headers.get(name).and_then(|value| value.to_str().ok()),
            _ => continue,
        };
        match value {
            Some(value) => {
                let problems = schema::text_problems(value, *parameter);
                found.extend(problems.into_iter().map(|why| format!("parameter {name} {why}")));
            }
            None if parameter.json["required"] == true => found.push(format!("parameter {name} is missing")),
            None => {}
        }
    }
    let described = |place: &str, name: &str| {
        parameters.iter().any(|parameter| {
            parameter.text("in") == Some(place)
                && parameter.text("name").is_some_and(|own| own.eq_ignore_ascii_case(name))
        })
    };
    // A link to the next page is the service's own text, and it carries what it likes.
    let continued = exchange.parameter("$skipToken").is_some();
    for (name, _) in exchange.query.iter().filter(|(name, _)| name != "api-version" && !continued) {
        if !described("query", name) {
            found.push(format!("parameter {name} is not described"));
        }
    }
    for name in exchange.sent_headers.keys().map(http::HeaderName::as_str) {
        let general = GENERAL_HEADERS.contains(&name) || name.starts_with("x-ms-");
        if !general && !described("header", name) {
            found.push(format!("header {name} is not described"));
        }
    }
    found.extend(request_body(&operation, exchange));
    (operation.name().to_owned(), found)
}

fn request_body(operation: &Operation<'_>, exchange: &Exchange) -> Vec<String> {
    let kind = exchange.sent_headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    match (operation.body_parameter(), &exchange.sent) {
        (None, Value::Null) => Vec::new(),
        (None, _) => vec!["a body is not described".to_owned()],
        (Some(parameter), Value::Null) if parameter.json["required"] == true => vec!["the body is missing".to_owned()],
        (Some(_), Value::Null) => Vec::new(),
        (Some(_), _) if kind != "application/json" => vec![format!("the body is {kind:?}, not application/json")],
        (Some(parameter), body) => {
            parameter.at("schema").map_or_else(Vec::new, |schema| schema::findings(body, schema, Way::Sent))
        }
    }
}

fn answer(specs: &Specs, exchange: &Exchange) -> (String, Vec<String>) {
    let Some(operation) = operation(specs, exchange) else { return undescribed(exchange) };
    let name = operation.name().to_owned();
    let Some(response) = operation.response(exchange.status) else {
        let mut found = vec![format!("status {} is not described", exchange.status)];
        if exchange.status >= 400 {
            let envelope = specs.definition("common-types/resource-management/v6/types.json", "ErrorResponse");
            found.extend(schema::findings(&exchange.body, envelope, Way::Answered));
        }
        return (name, found);
    };
    let mut found = match response.at("schema") {
        Some(schema) => body(exchange, schema),
        _ if exchange.body.is_null() => Vec::new(),
        _ => vec!["a body is not described".to_owned()],
    };
    found.extend(headers(&operation, response, exchange));
    found.extend(next_page(&operation, exchange));
    (name, found)
}

fn body(exchange: &Exchange, schema: Node<'_>) -> Vec<String> {
    let kind = exchange.header("content-type").unwrap_or_default();
    if !kind.starts_with("application/json") {
        return vec![format!("the body is {kind:?}, not application/json")];
    }
    schema::findings(&exchange.body, schema, Way::Answered)
}

/// Described headers of their type; a long-running operation that is not over says where to ask, and nothing else does.
fn headers(operation: &Operation<'_>, response: Node<'_>, exchange: &Exchange) -> Vec<String> {
    let mut found = Vec::new();
    for (name, described) in response.json["headers"].as_object().into_iter().flatten() {
        match (exchange.header(name), described["type"].as_str()) {
            // "The Retry-After header can indicate …"
            (None, _) if name == "Retry-After" => {}
            (None, _) => found.push(format!("header {name} is missing")),
            (Some(value), Some("integer")) if value.parse::<u64>().is_err() => {
                found.push(format!("header {name} {value:?} is no integer"));
            }
            _ => {}
        }
    }
    let state = exchange.body["properties"]["provisioningState"].as_str().unwrap_or("Succeeded");
    let running = matches!(exchange.status, 201 | 202) || !matches!(state, "Succeeded" | "Failed" | "Canceled");
    let link = exchange.header("azure-asyncoperation").or_else(|| exchange.header("location"));
    let lasting = operation.node.json["x-ms-long-running-operation"] == true;
    match link {
        Some(link) if !is_absolute(link) => found.push(format!("the operation's link {link:?} is not absolute")),
        Some(_) if !lasting => found.push("a link to an operation is not described".to_owned()),
        None if lasting && running && exchange.status < 400 => found.push("no link to the operation".to_owned()),
        _ => {}
    }
    let wanted = operation.node.json["x-ms-long-running-operation-options"]["final-state-via"].as_str();
    if wanted == Some("azure-async-operation") && link.is_some() && exchange.header("azure-asyncoperation").is_none() {
        found.push("Azure-AsyncOperation is missing".to_owned());
    }
    found
}

fn next_page(operation: &Operation<'_>, exchange: &Exchange) -> Option<String> {
    let name = operation.node.at("x-ms-pageable")?.text("nextLinkName")?;
    let link = exchange.body[name].as_str()?;
    (!is_absolute(link)).then(|| format!("{name} {link:?} is not absolute"))
}

fn is_absolute(link: &str) -> bool {
    link.starts_with("http://") || link.starts_with("https://")
}

/// Links to operations are in no path of the documents: they are what `Azure-AsyncOperation` and `Location` say.
pub fn is_poll(exchange: &Exchange) -> bool {
    ["/operationStatuses/", "/operationResults/", "/operations/"].iter().any(|part| exchange.path.contains(part))
}

fn poll_findings(specs: &Specs, exchange: &Exchange, side: Side) -> Vec<Finding> {
    let (file, name) = if exchange.path.contains("/Microsoft.Network/") {
        ("network/2024-01-01/network.json", "AzureAsyncOperationResult")
    } else {
        ("common-types/resource-management/v6/types.json", "OperationStatusResult")
    };
    let found = match side {
        Side::Client if exchange.method != "GET" || !exchange.sent.is_null() => {
            vec!["a poll is a plain GET".to_owned()]
        }
        Side::Service if exchange.path.contains("/operationResults/") => Vec::new(),
        Side::Service if exchange.status == 200 => {
            schema::findings(&exchange.body, specs.definition(file, name), Way::Answered)
        }
        _ => Vec::new(),
    };
    found.into_iter().map(|what| Finding { operation: format!("{} poll", exchange.version()), what }).collect()
}

fn operation<'a>(specs: &'a Specs, exchange: &Exchange) -> Option<Operation<'a>> {
    specs.operation(&exchange.method, &exchange.path, exchange.version())
}

fn undescribed(exchange: &Exchange) -> (String, Vec<String>) {
    (format!("{} {}", exchange.method, exchange.path), vec!["no document has this operation".to_owned()])
}

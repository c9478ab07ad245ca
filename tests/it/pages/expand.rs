//! From a template to a page: a line `{{…}}` stands for what is made, every other line for itself.

use std::fs;

use acrnet::azure::api_version::ApiVersion;

use super::subject::{Content, Subject};
use super::{function, import, index, schema};

/// The page of a subject; an index lists all of them.
pub fn page(subject: &Subject<'_>, all: &[Subject<'_>]) -> String {
    let file = subject.template();
    let template = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut page = front_matter(subject);
    for line in template.lines() {
        if let Some(placeholder) = line.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")) {
            page += &made(placeholder, subject, all);
        } else {
            assert!(!line.contains("{{"), "{}: a placeholder stands alone in its line: {line}", file.display());
            page += line;
        }
        page.push('\n');
    }
    page
}

/// What a registry reads: it takes the list of pages from it, and the description for searches.
fn front_matter(subject: &Subject<'_>) -> String {
    let Subject { name, sort, .. } = subject;
    let of = subject.template();
    let of = of.strip_prefix(super::root()).expect("in this project").display();
    let title = match subject.content {
        Content::Function(_) => format!("{name} function - acrnet"),
        _ if subject.folder == "provider" => "acrnet Provider".to_owned(),
        _ => format!("{name} {sort} - acrnet"),
    };
    let heading = match subject.content {
        Content::Function(_) => format!("function: {name}"),
        _ if subject.folder == "provider" => "acrnet Provider".to_owned(),
        _ => format!("{name} ({sort})"),
    };
    let description = subject.in_a_line().replace('`', "");
    format!(
        "---\n# Made by `make docs` from the schema, {of} and examples: change those.\npage_title: \"{title}\"\nsubcategory: \"\"\n\
         description: |-\n  {description}.\n---\n\n# {heading}\n\n"
    )
}

fn made(placeholder: &str, subject: &Subject<'_>, all: &[Subject<'_>]) -> String {
    let (word, rest) = placeholder.split_once(' ').unwrap_or((placeholder, ""));
    match (word, &subject.content) {
        ("description", _) => subject.description().to_owned(),
        ("example", _) => fenced(subject, rest),
        ("schema", Content::Schema(schema) | Content::Resource(schema, _)) => schema::section(&schema.block),
        ("import", Content::Resource(_, identity)) => import::section(subject, identity),
        ("signature", Content::Function(function)) => function::section(function),
        ("api", _) => api(rest),
        ("types", _) => index::types(all),
        ("guides", _) => index::guides(),
        _ => panic!("{}: nothing is made for {{{{{placeholder}}}}}", subject.template().display()),
    }
}

/// An example in a fence.
pub fn fenced(subject: &Subject<'_>, file: &str) -> String {
    let path = subject.examples().join(file);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let language = if path.extension().is_some_and(|name| name == "sh") { "shell" } else { "terraform" };
    format!("```{language}\n{}\n```", text.trim_end())
}

/// The APIs that are asked, with the versions that count where the provider block says nothing.
fn api(names: &str) -> String {
    let rows = names.split(' ').map(|name| match name {
        "registry" => {
            row("Microsoft.ContainerRegistry/registries", &ApiVersion::REGISTRY, Some("registry_api_version"))
        }
        "subnet" => row("Microsoft.Network/virtualNetworks/subnets", &ApiVersion::NETWORK, Some("network_api_version")),
        "network" => row("Microsoft.Network/virtualNetworks", &ApiVersion::NETWORK, Some("network_api_version")),
        "registration" => row("Microsoft.Resources/providers", &ApiVersion::RESOURCES, None),
        other => panic!("no API is called {other}"),
    });
    let rows: String = rows.collect();
    format!("## API Providers\n\n| API | version | set by |\n|---|---|---|\n{}", rows.trim_end())
}

fn row(api: &str, version: &ApiVersion, argument: Option<&str>) -> String {
    let by = argument.map_or("–".to_owned(), |name| format!("`{name}` of the [provider](../index.md)"));
    format!("| `{api}` | `{}` | {by} |\n", version.as_str())
}

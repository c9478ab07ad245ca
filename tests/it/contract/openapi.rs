//! The official OpenAPI documents: finding the operation of a request, and following references.
//!
//! They are cut copies: a reference may lead to what was cut away, and then says nothing. Where they come from is told in `SOURCES.md` beside them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// All documents, by their path below the folder of the specifications.
pub struct Specs {
    files: BTreeMap<PathBuf, Value>,
}

/// A node of a document, with the file it stands in: references are relative to it.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    pub specs: &'a Specs,
    pub file: &'a Path,
    pub json: &'a Value,
}

/// What a document says about one method of one path.
pub struct Operation<'a> {
    pub node: Node<'a>,
    /// Name and value of each path parameter.
    pub path_values: Vec<(String, String)>,
}

/// The folder of a resource provider in the specifications.
const PROVIDERS: &[(&str, &str)] =
    &[("/providers/microsoft.containerregistry/", "containerregistry"), ("/providers/microsoft.network/", "network")];

impl Specs {
    /// Reads the documents; `None`, said loudly, where there are none.
    pub fn load() -> Option<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/specs");
        let mut files = BTreeMap::new();
        gather(&root, &root, &mut files);
        if files.keys().any(|file| file.starts_with("containerregistry")) {
            return Some(Self { files });
        }
        super::say(&format!(
            "SKIPPED: there are no OpenAPI documents in {}, nothing was compared with Azure's contract",
            root.display()
        ));
        None
    }

    /// The files of a folder.
    pub fn folder<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (&'a Path, &'a Value)> {
        self.files.iter().filter(move |(path, _)| path.starts_with(folder)).map(|(path, json)| (path.as_path(), json))
    }

    /// A definition by file and name.
    pub fn definition(&self, file: &str, name: &str) -> Node<'_> {
        let (file, document) = self.files.get_key_value(Path::new(file)).expect("a document of the specifications");
        Node { specs: self, file, json: &document["definitions"][name] }
    }

    /// The operation of a request, in the document of its version.
    pub fn operation(&self, method: &str, path: &str, version: &str) -> Option<Operation<'_>> {
        let lowered = path.to_ascii_lowercase();
        let provider = PROVIDERS.iter().find(|(segment, _)| format!("{lowered}/").contains(segment));
        // The registration of a provider is Microsoft.Resources' business.
        let below =
            |segment: &str| lowered.split(segment).nth(1).is_some_and(|rest| !rest.is_empty() && rest != "register");
        let place = provider.filter(|(segment, _)| below(segment)).map_or("resources", |(_, place)| place);
        let place = Path::new(place).join(version);
        let documents = self.files.iter().filter(|(file, _)| file.parent() == Some(&place));
        for (file, text) in documents {
            for (template, item) in text["paths"].as_object().into_iter().flatten() {
                let json = &item[method.to_ascii_lowercase()];
                if let (Some(path_values), true) = (fits(template, path), json.is_object()) {
                    return Some(Operation { node: Node { specs: self, file, json }, path_values });
                }
            }
        }
        None
    }
}

impl<'a> Node<'a> {
    /// A member of this node.
    pub fn at(self, name: &str) -> Option<Self> {
        self.json.get(name).map(|json| Self { json, ..self })
    }

    /// Where `$ref` leads, if this node has one; `None` for what was cut away.
    pub fn resolved(self) -> Option<Self> {
        let Some(reference) = self.json.get("$ref").and_then(Value::as_str) else { return Some(self) };
        let (path, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let path = match (path, path.find("common-types/")) {
            ("", _) => self.file.to_path_buf(),
            (_, Some(start)) => PathBuf::from(&path[start..]),
            _ => self.file.parent()?.join(path.trim_start_matches("./")),
        };
        let (file, document) = self.specs.files.get_key_value(&path)?;
        Self { file, json: document.pointer(fragment)?, ..self }.resolved()
    }

    /// The elements of an array member.
    pub fn each(self, name: &str) -> impl Iterator<Item = Self> {
        let elements = self.json.get(name).and_then(Value::as_array);
        elements.into_iter().flatten().map(move |json| Self { json, ..self })
    }

    pub fn text(self, name: &str) -> Option<&'a str> {
        self.json.get(name)?.as_str()
    }
}

impl<'a> Operation<'a> {
    /// The parameters, references followed; cut ones are left out.
    pub fn parameters(&self) -> Vec<Node<'a>> {
        self.node.each("parameters").filter_map(Node::resolved).collect()
    }

    pub fn body_parameter(&self) -> Option<Node<'a>> {
        self.parameters().into_iter().find(|parameter| parameter.text("in") == Some("body"))
    }

    /// What is documented for a status: its own entry, or for a refusal the default.
    pub fn response(&self, status: u16) -> Option<Node<'a>> {
        let responses = self.node.at("responses")?;
        responses.at(&status.to_string()).or_else(|| responses.at("default").filter(|_| status >= 400))
    }

    pub fn name(&self) -> &'a str {
        self.node.text("operationId").unwrap_or("?")
    }
}

fn gather(root: &Path, folder: &Path, into: &mut BTreeMap<PathBuf, Value>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(root, &path, into);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            let text = std::fs::read_to_string(&path).unwrap();
            let json = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            into.insert(path.strip_prefix(root).unwrap().to_path_buf(), json);
        }
    }
}

/// The values of a template's parameters, if the path fits it; fixed parts in any letters, as ARM has it.
fn fits(template: &str, path: &str) -> Option<Vec<(String, String)>> {
    let (wanted, parts): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    if wanted.len() != parts.len() {
        return None;
    }
    let mut values = Vec::new();
    for (wanted, part) in wanted.into_iter().zip(parts) {
        match wanted.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) => values.push((name.to_owned(), part.to_owned())),
            None if wanted.eq_ignore_ascii_case(part) => {}
            None => return None,
        }
    }
    Some(values)
}

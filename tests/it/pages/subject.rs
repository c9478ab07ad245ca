//! What there is a page about.

use std::path::PathBuf;

use acrnet::terraform::framework::Function;
use acrnet::terraform::schema::{IdentitySchema, Schema};

use super::{Provider, root};

/// The folders of pages, below `docs`, `templates` and `examples` alike.
pub const FOLDERS: [&str; 6] =
    ["resources", "data-sources", "functions", "ephemeral-resources", "list-resources", "actions"];

/// The provider, one of its types, or a function.
pub struct Subject<'s> {
    /// One of [`FOLDERS`]; `provider` for the provider itself.
    pub folder: &'static str,
    /// The full type name, or the function's.
    pub name: String,
    /// What it is, as in the title of its page.
    pub sort: &'static str,
    pub content: Content<'s>,
}

/// The declaration that a page shows.
pub enum Content<'s> {
    Schema(&'s Schema),
    Resource(&'s Schema, &'s IdentitySchema),
    Function(&'s Function),
}

/// All of them: the provider first, then in the order of [`FOLDERS`], by name.
pub fn subjects(server: &Provider) -> Vec<Subject<'_>> {
    let one = |folder, sort, name: &str, content| Subject { folder, name: name.to_owned(), sort, content };
    let mut subjects = vec![one("provider", "Provider", "acrnet", Content::Schema(server.schema()))];
    subjects.extend(server.resources().iter().map(|(name, kind)| {
        one("resources", "Resource", name, Content::Resource(kind.schema(), kind.identity_schema()))
    }));
    subjects.extend(
        server
            .functions()
            .iter()
            .map(|function| one("functions", "Function", function.name, Content::Function(function))),
    );
    let data = server.data_sources().iter().map(|(name, kind)| ("data-sources", "Data Source", *name, kind.schema()));
    let ephemeral = server
        .ephemerals()
        .iter()
        .map(|(name, kind)| ("ephemeral-resources", "Ephemeral Resource", *name, kind.schema()));
    let lists = server.lists().iter().map(|(name, kind)| ("list-resources", "List Resource", *name, kind.schema()));
    let actions = server.actions().iter().map(|(name, kind)| ("actions", "Action", *name, kind.schema()));
    let others = data.chain(ephemeral).chain(lists).chain(actions);
    subjects.extend(others.map(|(folder, sort, name, schema)| one(folder, sort, name, Content::Schema(schema))));
    subjects.sort_by_key(|subject| (FOLDERS.iter().position(|folder| *folder == subject.folder), subject.name.clone()));
    subjects
}

impl Subject<'_> {
    /// Its page.
    pub fn page(&self) -> PathBuf {
        root().join("docs").join(self.address())
    }

    /// Its page, as seen from `docs`.
    pub fn address(&self) -> String {
        if self.folder == "provider" { "index.md".to_owned() } else { format!("{}/{}.md", self.folder, self.short()) }
    }

    /// Its own template, or the one that all of its folder share.
    pub fn template(&self) -> PathBuf {
        let templates = root().join("templates");
        let own = templates.join(self.address());
        if own.is_file() { own } else { templates.join(format!("{}.md", self.folder)) }
    }

    /// The folder of its examples.
    pub fn examples(&self) -> PathBuf {
        let folder = root().join("examples").join(self.folder);
        if self.folder == "provider" { folder } else { folder.join(&self.name) }
    }

    /// Its name without the provider's.
    pub fn short(&self) -> &str {
        self.name.strip_prefix("acrnet_").unwrap_or(&self.name)
    }

    /// What is said of it, in Markdown.
    pub fn description(&self) -> &str {
        match &self.content {
            Content::Schema(schema) | Content::Resource(schema, _) => &schema.block.description,
            Content::Function(function) => function.description,
        }
    }

    /// The same in one sentence, without its full stop.
    pub fn in_a_line(&self) -> String {
        let paragraph = match &self.content {
            Content::Function(function) => function.summary,
            _ => self.description().split("\n\n").next().unwrap_or_default(),
        };
        let sentence = paragraph.split_once(". ").map_or(paragraph, |(sentence, _)| sentence);
        sentence.trim_end_matches('.').replace('\n', " ")
    }
}

//! How a resource is imported: by command, by an `import` block with its id, by one with its identity.

use acrnet::terraform::schema::IdentitySchema;

use super::expand::fenced;
use super::schema::type_words;
use super::subject::Subject;

/// The examples that every resource has for it.
pub const FILES: [&str; 3] = ["import.sh", "import-by-string-id.tf", "import-by-identity.tf"];

/// The section of a page.
pub fn section(subject: &Subject<'_>, identity: &IdentitySchema) -> String {
    let [command, by_id, by_identity] = FILES.map(|file| fenced(subject, file));
    let text = format!(
        "## Import\n\nBy command:\n\n{command}\n\nWith an `import` block and the `id` (Terraform 1.5 and later):\n\n{by_id}\n\n\
         With an `import` block and the `identity` (Terraform 1.12 and later):\n\n{by_identity}\n\n### Identity Schema\n\n"
    );
    let group = |name: &str, required: bool| {
        let parts = identity.attributes.iter().filter(|one| one.required_for_import == required);
        let lines: Vec<String> =
            parts.map(|one| format!("- `{}` ({}) {}\n", one.name, type_words(&one.ty), one.description)).collect();
        if lines.is_empty() { String::new() } else { format!("#### {name}\n\n{}\n", lines.concat()) }
    };
    format!("{text}{}{}", group("Required", true), group("Optional", false)).trim_end().to_owned()
}

//! What every description says, so that a page leaves nobody guessing.

use acrnet::terraform::schema::{Attribute, Block, Kind};

use super::provider;
use super::subject::{Content, Subject, subjects};

/// What is wrong with the descriptions of these attributes, and of those in them.
fn wanting(path: &str, block: &Block) -> Vec<String> {
    let nested = block.blocks.iter().flat_map(|nested| wanting(&format!("{path}.{}", nested.name), &nested.block));
    let own = block.attributes.iter().flat_map(|attribute| of_attribute(path, attribute));
    own.chain(nested).collect()
}

fn of_attribute(path: &str, attribute: &Attribute) -> Vec<String> {
    let path = format!("{path}.{}", attribute.name);
    let said = attribute.description.as_str();
    let rules = [
        (!said.is_empty() && said.ends_with(['.', ')', '`']), "ends like a sentence"),
        (attribute.default.is_none() || said.contains("Defaults to"), "says its default"),
        (!attribute.replaces || said.contains("Changing it makes a new"), "says that a change replaces"),
        (!said.contains("  ") && !said.contains('\n'), "is one line without gaps"),
        (!said.contains("TODO"), "is done"),
    ];
    let broken = rules.into_iter().filter(|(holds, _)| !holds).map(|(_, rule)| format!("{path}: it {rule}: {said:?}"));
    let below = match &attribute.kind {
        Kind::Nested(_, attributes) => attributes.as_slice(),
        Kind::Plain(_) => &[],
    };
    broken.chain(below.iter().flat_map(|inner| of_attribute(&path, inner))).collect()
}

#[test]
fn every_description_says_what_its_reader_needs() {
    let server = provider();
    let mut found = Vec::new();
    for subject in subjects(&server) {
        let Subject { folder, name, .. } = &subject;
        match &subject.content {
            Content::Schema(schema) | Content::Resource(schema, _) => {
                found.extend(wanting(&format!("{folder}/{name}"), &schema.block));
            }
            Content::Function(function) => {
                let undescribed = function.parameters.iter().filter(|one| !one.description.ends_with('.'));
                found.extend(undescribed.map(|one| format!("{folder}/{name}: {} has no sentence", one.name)));
            }
        }
        if subject.description().contains("```") {
            found.push(format!("{folder}/{name}: an example belongs into examples/"));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

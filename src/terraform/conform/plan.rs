//! What a provider may plan.

use super::Breach;
use super::dynamic::open;
use super::result::assert_write_only_null;
use super::view::{block_conceals, child, conceals, indexed, keyed, nth, quote, quote_unless};
use crate::terraform::schema::{Attribute, Block, BlockNesting, Kind, Mode, NestedBlock, Nesting};
use crate::terraform::value::{Path, Type, Value};

/// Checks a planned state against the configuration and the prior state that it was planned from.
///
/// A provider may decide attributes that are computed and null in configuration. Everything else is
/// planned as configured, or, to say that nothing really changes, exactly as it was before. Blocks stand
/// as often as configured. Write-only attributes are null. A destroy plans null.
///
/// Elements of sets have no identity, so that core trusts the provider with them; so does this.
/// Source: `objchange.AssertPlanValid`, and the write-only check that follows it.
#[must_use]
pub fn assert_plan_valid(block: &Block, prior: &Value, config: &Value, planned: &Value) -> Vec<Breach> {
    if config.is_null() && !planned.is_null() {
        return vec![Breach::new(&Path::root(), "planned a non-null destroy value")];
    }
    let mut check = Check { found: Vec::new() };
    check.block(block, Seen { prior, config, planned }, &Path::root());
    check.found.extend(assert_write_only_null(block, planned));
    check.found
}

/// The same place in the three values.
#[derive(Clone, Copy)]
struct Seen<'v> {
    prior: &'v Value,
    config: &'v Value,
    planned: &'v Value,
}

impl<'v> Seen<'v> {
    fn each(self, look: impl Fn(&'v Value) -> &'v Value) -> Self {
        Self { prior: look(self.prior), config: look(self.config), planned: look(self.planned) }
    }

    fn child(self, name: &str) -> Self {
        self.each(|value| child(value, name))
    }

    fn nth(self, index: usize) -> Self {
        self.each(|value| nth(value, index))
    }
}

const UNKNOWN_BLOCK: &str =
    "element representing nested block must not be unknown itself; set nested attribute values to unknown instead";

struct Check {
    found: Vec<Breach>,
}

impl Check {
    fn breach(&mut self, path: &Path, reason: impl Into<String>) {
        self.found.push(Breach::new(path, reason));
    }

    /// Whether the place exists in both plan and configuration, so that its inside is to be checked.
    fn exists(&mut self, seen: Seen<'_>, path: &Path) -> bool {
        match (seen.planned.is_null(), seen.config.is_null()) {
            (true, false) => self.breach(path, "planned for absence but config wants existence"),
            (false, true) => self.breach(path, "planned for existence but config wants absence"),
            (planned_null, _) => return !planned_null,
        }
        false
    }

    fn block(&mut self, block: &Block, seen: Seen<'_>, path: &Path) {
        if !self.exists(seen, path) {
            return;
        }
        self.attributes(&block.attributes, seen, path, false);
        for nested in &block.blocks {
            self.nested_block(nested, seen.child(&nested.name), &path.then_attribute(&nested.name));
        }
    }

    fn nested_block(&mut self, nested: &NestedBlock, seen: Seen<'_>, path: &Path) {
        let Seen { config, planned, .. } = seen;
        if planned.is_null() && nested.nesting != BlockNesting::Single {
            let kind = collection_name(nested.nesting);
            let rule = format!(
                "attribute representing a {kind} of nested blocks must be empty to indicate no blocks, not null"
            );
            self.breach(path, rule);
        } else if planned == config {
            // Nothing was changed.
        } else if config.is_unknown() {
            let planned = quote_unless(block_conceals(&nested.block), planned);
            self.breach(path, format!("planned value {planned} for unknown dynamic block"));
        } else if planned.is_unknown() {
            self.breach(path, "planned unknown value for non-computed block");
        } else {
            self.occurrences(nested, seen, path);
        }
    }

    fn occurrences(&mut self, nested: &NestedBlock, seen: Seen<'_>, path: &Path) {
        let element = nested.block.ty();
        let opened = [seen.prior, seen.config, seen.planned].map(|value| open(value, &element));
        let seen = Seen { prior: &opened[0], config: &opened[1], planned: &opened[2] };
        match nested.nesting {
            BlockNesting::Single | BlockNesting::Group => self.block(&nested.block, seen, path),
            BlockNesting::List if self.same_block_count(seen, path) => {
                for index in 0..length(seen.planned) {
                    self.occurrence(nested, seen.nth(index), &indexed(path, index));
                }
            }
            BlockNesting::Map if self.same_block_count(seen, path) => {
                for key in self.common_keys(seen, path, "block") {
                    self.occurrence(nested, seen.child(key), &keyed(path, key));
                }
            }
            BlockNesting::Set if seen.planned.elements().unwrap_or_default().iter().any(Value::is_unknown) => {
                self.breach(path, UNKNOWN_BLOCK);
            }
            BlockNesting::List | BlockNesting::Map | BlockNesting::Set => {}
        }
    }

    fn occurrence(&mut self, nested: &NestedBlock, seen: Seen<'_>, path: &Path) {
        if seen.planned.is_unknown() {
            return self.breach(path, UNKNOWN_BLOCK);
        }
        self.block(&nested.block, seen, path);
    }

    fn same_block_count(&mut self, seen: Seen<'_>, path: &Path) -> bool {
        let (planned, configured) = (length(seen.planned), length(seen.config));
        if planned != configured {
            let rule = format!("block count in plan ({planned}) disagrees with count in config ({configured})");
            self.breach(path, rule);
        }
        planned == configured
    }

    /// The keys that are in both maps; every other one is a breach.
    fn common_keys<'v>(&mut self, seen: Seen<'v>, path: &Path, what: &str) -> Vec<&'v str> {
        let (planned, configured) = (keys(seen.planned), keys(seen.config));
        for key in planned.iter().filter(|key| !configured.contains(key)) {
            self.breach(path, format!("{what} key {key:?} from plan is not present in config"));
        }
        for key in configured.iter().filter(|key| !planned.contains(key)) {
            self.breach(path, format!("{what} key {key:?} from config is not present in plan"));
        }
        planned.into_iter().filter(|key| configured.contains(key)).collect()
    }

    fn attributes(&mut self, attributes: &[Attribute], seen: Seen<'_>, path: &Path, concealed: bool) {
        for attribute in attributes {
            self.attribute(attribute, seen.child(&attribute.name), &path.then_attribute(&attribute.name), concealed);
        }
    }

    fn attribute(&mut self, attribute: &Attribute, seen: Seen<'_>, path: &Path, concealed: bool) {
        let Seen { prior, config, planned } = seen;
        let unchanged = planned == prior && !prior.is_null() && !config.is_null();
        let decided_by_provider = attribute.mode == Mode::Computed || config.is_null() && attribute.mode.is_computed();
        // Whether write-only attributes are null is checked on the whole value.
        if planned == config || unchanged || attribute.write_only || decided_by_provider {
            return;
        }
        let conceal = concealed || conceals(attribute);
        if config.is_null() && !planned.is_null() {
            let planned = if conceal { String::new() } else { format!(" {}", quote(planned)) };
            return self
                .breach(path, format!("{}planned value{planned} for a non-computed attribute", secret(conceal)));
        }
        if let Kind::Nested(nesting, attributes) = &attribute.kind {
            return self.nested_attribute(*nesting, attributes, seen, path, concealed || attribute.sensitive);
        }
        let mentioned = |value: &Value| if conceal { String::new() } else { format!(" {}", quote(value)) };
        let nor_prior = if prior.is_null() { String::new() } else { format!(" nor prior value{}", mentioned(prior)) };
        let (planned, config) = (mentioned(planned), mentioned(config));
        let rule = format!("{}planned value{planned} does not match config value{config}{nor_prior}", secret(conceal));
        self.breach(path, rule);
    }

    fn nested_attribute(
        &mut self,
        nesting: Nesting,
        attributes: &[Attribute],
        seen: Seen<'_>,
        path: &Path,
        concealed: bool,
    ) {
        if !self.exists(seen, path) {
            return;
        }
        if seen.planned.is_unknown() {
            return self.breach(path, "planned unknown for configured value");
        }
        let element = Type::object(attributes.iter().map(|inner| (inner.name.clone(), inner.ty())));
        let opened = [seen.prior, seen.config, seen.planned].map(|value| open(value, &element));
        let seen = Seen { prior: &opened[0], config: &opened[1], planned: &opened[2] };
        match nesting {
            Nesting::Single => self.attributes(attributes, seen, path, concealed),
            Nesting::List if self.same_count(seen, path) => {
                for index in 0..length(seen.planned) {
                    self.attributes(attributes, seen.nth(index), &indexed(path, index), concealed);
                }
            }
            Nesting::Map if self.same_count(seen, path) => {
                for key in self.common_keys(seen, path, "map") {
                    self.attributes(attributes, seen.child(key), &keyed(path, key), concealed);
                }
            }
            Nesting::Set => self.possible_count(seen, path),
            Nesting::List | Nesting::Map => {}
        }
    }

    fn same_count(&mut self, seen: Seen<'_>, path: &Path) -> bool {
        let same = !seen.config.is_unknown() && length(seen.planned) == length(seen.config);
        if !same {
            self.count_disagrees(seen, path);
        }
        same
    }

    /// Elements of a set that hold unknown values may still turn out to be equal, so that only a range
    /// of its length is known.
    fn possible_count(&mut self, seen: Seen<'_>, path: &Path) {
        let (fewest, most) = set_length(seen.planned);
        let (configured, configured_most) = set_length(seen.config);
        let decided = !seen.config.is_unknown() && configured == configured_most;
        if decided && !(fewest..=most).contains(&configured) {
            self.count_disagrees(seen, path);
        }
    }

    fn count_disagrees(&mut self, seen: Seen<'_>, path: &Path) {
        let configured = if seen.config.is_unknown() { "unknown".to_owned() } else { length(seen.config).to_string() };
        let planned = length(seen.planned);
        self.breach(path, format!("count in plan ({planned}) disagrees with count in config ({configured})"));
    }
}

fn secret(concealed: bool) -> &'static str {
    if concealed { "sensitive " } else { "" }
}

fn collection_name(nesting: BlockNesting) -> &'static str {
    match nesting {
        BlockNesting::Single | BlockNesting::Group => "group",
        BlockNesting::List => "list",
        BlockNesting::Set => "set",
        BlockNesting::Map => "map",
    }
}

fn length(collection: &Value) -> usize {
    let elements = collection.elements().map(<[Value]>::len);
    elements.or_else(|| collection.entries().map(std::collections::BTreeMap::len)).unwrap_or(0)
}

fn set_length(set: &Value) -> (usize, usize) {
    match length(set) {
        most @ 2.. if !set.is_wholly_known() => (1, most),
        exact => (exact, exact),
    }
}

fn keys(map: &Value) -> Vec<&str> {
    map.entries().map(|entries| entries.keys().map(String::as_str).collect()).unwrap_or_default()
}

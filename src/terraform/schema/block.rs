//! Blocks: what is written with braces and no equals sign.

use std::collections::BTreeMap;

use super::attribute::Attribute;
use crate::terraform::value::{Type, Value};

/// Attributes and nested blocks of one level.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// In the order of declaration, which is the order of the documentation.
    pub attributes: Vec<Attribute>,
    /// Likewise.
    pub blocks: Vec<NestedBlock>,
    /// Markdown.
    pub description: String,
}

/// How often a nested block may stand, and what its values look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockNesting {
    /// At most once; an object, null where it is absent.
    Single,
    /// At most once; an object of nulls where it is absent.
    Group,
    /// Any number; a list.
    List,
    /// Any number; a set.
    Set,
    /// Any number, each with a label; a map.
    Map,
}

/// A named block inside another.
#[derive(Clone, Debug)]
pub struct NestedBlock {
    /// Its name in configuration.
    pub name: String,
    /// How often, and as what.
    pub nesting: BlockNesting,
    /// What it holds.
    pub block: Block,
    /// Fewest times it may stand (lists and sets).
    pub min_items: u32,
    /// Most times it may stand (lists and sets); 0 for no limit.
    pub max_items: u32,
}

impl Block {
    /// Nothing in it yet.
    pub fn new(description: impl Into<String>) -> Self {
        Self { description: description.into(), ..Self::default() }
    }

    /// With one more attribute.
    #[must_use]
    pub fn attribute(mut self, attribute: Attribute) -> Self {
        self.attributes.push(attribute);
        self
    }

    /// With one more nested block.
    #[must_use]
    pub fn nested_block(mut self, block: NestedBlock) -> Self {
        self.blocks.push(block);
        self
    }

    /// The object type that its values have.
    #[must_use]
    pub fn ty(&self) -> Type {
        let attributes = self.attributes.iter().map(|attribute| (attribute.name.clone(), attribute.ty()));
        let blocks = self.blocks.iter().map(|block| (block.name.clone(), block.ty()));
        Type::object(attributes.chain(blocks))
    }

    /// The attribute of that name.
    #[must_use]
    pub fn find_attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }

    /// The value of a block in which nothing is written: attributes null, blocks absent.
    #[must_use]
    pub fn empty(&self) -> Value {
        let attributes = self.attributes.iter().map(|attribute| (attribute.name.clone(), Value::Null));
        let blocks = self.blocks.iter().map(|block| (block.name.clone(), block.absent()));
        Value::map(attributes.chain(blocks))
    }
}

impl NestedBlock {
    /// A block that may stand at most once.
    pub fn single(name: impl Into<String>, block: Block) -> Self {
        Self { name: name.into(), nesting: BlockNesting::Single, block, min_items: 0, max_items: 0 }
    }

    /// A block of any nesting, any number of times.
    pub fn new(name: impl Into<String>, nesting: BlockNesting, block: Block) -> Self {
        Self { name: name.into(), nesting, block, min_items: 0, max_items: 0 }
    }

    /// How often it may stand (lists and sets); `max` 0 for no limit.
    #[must_use]
    pub fn items(mut self, min: u32, max: u32) -> Self {
        (self.min_items, self.max_items) = (min, max);
        self
    }

    /// The type of all its occurrences together.
    #[must_use]
    pub fn ty(&self) -> Type {
        let inner = self.block.ty();
        match self.nesting {
            BlockNesting::Single | BlockNesting::Group => inner,
            // A dynamic attribute may differ from one occurrence to the next, which a list cannot hold.
            BlockNesting::List | BlockNesting::Map if inner.has_dynamic() => Type::Dynamic,
            BlockNesting::List => Type::list(inner),
            BlockNesting::Set => Type::set(inner),
            BlockNesting::Map => Type::map(inner),
        }
    }

    /// The value where configuration has no such block; never null for collections.
    #[must_use]
    pub fn absent(&self) -> Value {
        let dynamic = self.ty() == Type::Dynamic;
        match self.nesting {
            BlockNesting::Single => Value::Null,
            BlockNesting::Group => self.block.empty(),
            BlockNesting::List if dynamic => {
                Value::Dynamic(Box::new((Type::Tuple(Vec::new()), Value::List(Vec::new()))))
            }
            BlockNesting::Map if dynamic => Value::Dynamic(Box::new((Type::Object(BTreeMap::new()), empty_map()))),
            BlockNesting::List => Value::List(Vec::new()),
            BlockNesting::Set => Value::Set(Vec::new()),
            BlockNesting::Map => empty_map(),
        }
    }
}

fn empty_map() -> Value {
    Value::Map(BTreeMap::new())
}

//! One declaration per type: attributes, blocks, checks, defaults, replacement, documentation.
//!
//! Built by calls, read by the codec, the validator, the plan algorithm, the protobuf encoder and the
//! documentation. Nothing about a type is said a second time elsewhere, except its model struct, and
//! a test holds the two against each other.

mod attribute;
mod block;
mod identity;
mod validate;

pub use attribute::{Attribute, Check, Equivalence, Kind, Mode, Nesting};
pub use block::{Block, BlockNesting, NestedBlock};
pub use identity::{IdentityAttribute, IdentitySchema};
pub use validate::validate;

use super::value::Type;

/// The schema of the provider block, a resource or a data source.
#[derive(Clone, Debug)]
pub struct Schema {
    /// Version of the stored state, counted up when its form changes.
    pub version: i64,
    /// Its attributes and blocks.
    pub block: Block,
}

impl Schema {
    /// Version 0, nothing in it yet. The description is Markdown.
    pub fn new(description: impl Into<String>) -> Self {
        Self { version: 0, block: Block::new(description) }
    }

    /// The same at another state version.
    #[must_use]
    pub fn version(mut self, version: i64) -> Self {
        self.version = version;
        self
    }

    /// With one more attribute.
    #[must_use]
    pub fn attribute(mut self, attribute: Attribute) -> Self {
        self.block = self.block.attribute(attribute);
        self
    }

    /// With one more nested block.
    #[must_use]
    pub fn nested_block(mut self, block: NestedBlock) -> Self {
        self.block = self.block.nested_block(block);
        self
    }

    /// The object type that its values have.
    #[must_use]
    pub fn ty(&self) -> Type {
        self.block.ty()
    }
}

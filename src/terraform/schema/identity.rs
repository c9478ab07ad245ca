//! The declaration of an identity: what tells one remote object from another, in parts that a user can write into an `import` block.

use crate::terraform::value::Type;

/// The schema of a type's identity. Terraform stores it beside the state from 1.12 on.
#[derive(Clone, Debug, Default)]
pub struct IdentitySchema {
    /// Version of the stored identity, counted up when its form changes. It has nothing to do with the state's.
    pub version: i64,
    /// Its parts, all on one level.
    pub attributes: Vec<IdentityAttribute>,
}

/// One part of an identity.
#[derive(Clone, Debug)]
pub struct IdentityAttribute {
    /// Its name.
    pub name: String,
    /// A primitive, or a list of a primitive; core takes nothing else.
    pub ty: Type,
    /// Whether an import must say it. Otherwise it may, and the provider knows what is meant without.
    pub required_for_import: bool,
    /// Markdown.
    pub description: String,
}

impl IdentitySchema {
    /// Version 0, nothing in it yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same at another version of the stored identity.
    #[must_use]
    pub fn version(mut self, version: i64) -> Self {
        self.version = version;
        self
    }

    /// With one more part.
    #[must_use]
    pub fn attribute(mut self, attribute: IdentityAttribute) -> Self {
        self.attributes.push(attribute);
        self
    }

    /// The object type that its values have.
    #[must_use]
    pub fn ty(&self) -> Type {
        Type::object(self.attributes.iter().map(|attribute| (attribute.name.clone(), attribute.ty.clone())))
    }
}

impl IdentityAttribute {
    /// A part that an import must say.
    pub fn new(name: impl Into<String>, ty: Type, description: impl Into<String>) -> Self {
        Self { name: name.into(), ty, required_for_import: true, description: description.into() }
    }

    /// Text that an import must say.
    pub fn string(name: impl Into<String>, description: impl Into<String>) -> Self {
        Self::new(name, Type::String, description)
    }

    /// An import may leave it out.
    #[must_use]
    pub fn optional_for_import(mut self) -> Self {
        self.required_for_import = false;
        self
    }
}

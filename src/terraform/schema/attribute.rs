//! Attributes: what is written with an equals sign.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::terraform::value::{Type, Value};

/// One attribute of a block or of a nested attribute.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a property of its own that Terraform has")]
pub struct Attribute {
    /// Its name in configuration and state.
    pub name: String,
    /// A plain type, or attributes of its own.
    pub kind: Kind,
    /// Who sets it.
    pub mode: Mode,
    /// Markdown: forms, units, default, consequences.
    pub description: String,
    /// Hidden in the output of plan and apply.
    pub sensitive: bool,
    /// Reaches the provider in configuration only and is never stored (Terraform 1.11).
    pub write_only: bool,
    /// Why it should no longer be used.
    pub deprecated: Option<String>,
    /// What it is when configuration leaves it out.
    pub default: Option<Value>,
    /// A change of it makes a new object.
    pub replaces: bool,
    /// Computed once: an update keeps the prior value instead of planning `(known after apply)`.
    pub kept: bool,
    /// When two values mean the same; a plan then keeps the prior spelling.
    pub equivalence: Option<Equivalence>,
    /// Checks on a known value; on each element, if it is a list or set.
    pub checks: Vec<Check>,
}

/// A plain type, or attributes of its own (protocol 6).
#[derive(Clone, Debug)]
pub enum Kind {
    /// A value of this type.
    Plain(Type),
    /// Objects with these attributes.
    Nested(Nesting, Vec<Attribute>),
}

/// How the objects of a nested attribute are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// One object.
    Single,
    /// A list of objects.
    List,
    /// A set of objects.
    Set,
    /// A map of objects.
    Map,
}

/// Who sets an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Configuration must.
    Required,
    /// Configuration may.
    Optional,
    /// Configuration may; otherwise the provider does.
    OptionalComputed,
    /// The provider does.
    Computed,
}

impl Mode {
    /// Whether the provider may set it.
    #[must_use]
    pub fn is_computed(self) -> bool {
        matches!(self, Self::OptionalComputed | Self::Computed)
    }

    /// Whether configuration may set it.
    #[must_use]
    pub fn is_configurable(self) -> bool {
        self != Self::Computed
    }
}

/// A check on one known value: `Err` holds what is wrong with it, as a sentence for the user.
#[derive(Clone)]
pub struct Check(Arc<CheckFn>);

type CheckFn = dyn Fn(&Value) -> Result<(), String> + Send + Sync;

impl Check {
    /// From a function.
    pub fn new(check: impl Fn(&Value) -> Result<(), String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(check))
    }

    /// Text that must parse as `T`, by the same `FromStr` that the model uses; its error is the message.
    #[must_use]
    pub fn parses<T>() -> Self
    where
        T: FromStr<Err: fmt::Display>,
    {
        Self::new(|value| match value.as_str() {
            Some(text) => text.parse::<T>().map(drop).map_err(|error| error.to_string()),
            None => Ok(()),
        })
    }

    /// Text that must be one of these.
    #[must_use]
    pub fn one_of(choices: &'static [&'static str]) -> Self {
        Self::new(move |value| match value.as_str() {
            Some(text) if !choices.contains(&text) => {
                let listed: Vec<String> = choices.iter().map(|choice| format!("\"{choice}\"")).collect();
                Err(format!("expected one of {}, got \"{text}\"", listed.join(", ")))
            }
            _ => Ok(()),
        })
    }

    /// A whole number within these bounds.
    #[must_use]
    pub fn between(min: i64, max: i64) -> Self {
        Self::new(move |value| match value {
            Value::Number(number) if !number.as_i64().is_some_and(|n| (min..=max).contains(&n)) => {
                Err(format!("expected a whole number from {min} to {max}, got {number}"))
            }
            _ => Ok(()),
        })
    }

    /// Runs it.
    ///
    /// # Errors
    ///
    /// What is wrong with the value, for the user.
    pub fn run(&self, value: &Value) -> Result<(), String> {
        (self.0)(value)
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Check")
    }
}

/// When two known values of an attribute mean the same although they are spelled differently.
#[derive(Clone, Copy)]
pub struct Equivalence(pub fn(&Value, &Value) -> bool);

impl fmt::Debug for Equivalence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Equivalence")
    }
}

impl Attribute {
    /// An optional attribute of a plain type. The description is Markdown.
    pub fn new(name: impl Into<String>, ty: Type, description: impl Into<String>) -> Self {
        Self::with_kind(name.into(), Kind::Plain(ty), description.into())
    }

    /// An optional string.
    pub fn string(name: impl Into<String>, description: impl Into<String>) -> Self {
        Self::new(name, Type::String, description)
    }

    /// An optional truth value.
    pub fn bool(name: impl Into<String>, description: impl Into<String>) -> Self {
        Self::new(name, Type::Bool, description)
    }

    /// An optional number.
    pub fn number(name: impl Into<String>, description: impl Into<String>) -> Self {
        Self::new(name, Type::Number, description)
    }

    /// An optional nested attribute.
    pub fn nested(
        name: impl Into<String>,
        nesting: Nesting,
        attributes: Vec<Self>,
        description: impl Into<String>,
    ) -> Self {
        Self::with_kind(name.into(), Kind::Nested(nesting, attributes), description.into())
    }

    fn with_kind(name: String, kind: Kind, description: String) -> Self {
        Self {
            name,
            kind,
            mode: Mode::Optional,
            description,
            sensitive: false,
            write_only: false,
            deprecated: None,
            default: None,
            replaces: false,
            kept: false,
            equivalence: None,
            checks: Vec::new(),
        }
    }

    /// Configuration must set it.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.mode = Mode::Required;
        self
    }

    /// Only the provider sets it.
    #[must_use]
    pub fn computed(mut self) -> Self {
        self.mode = Mode::Computed;
        self
    }

    /// Configuration may set it; otherwise the provider does.
    #[must_use]
    pub fn optional_computed(mut self) -> Self {
        self.mode = Mode::OptionalComputed;
        self
    }

    /// What it is when configuration leaves it out. Terraform allows that only for computed attributes.
    #[must_use]
    pub fn default(mut self, value: impl Into<Value>) -> Self {
        self.mode = Mode::OptionalComputed;
        self.default = Some(value.into());
        self
    }

    /// A change of it makes a new object.
    #[must_use]
    pub fn replaces(mut self) -> Self {
        self.replaces = true;
        self
    }

    /// An update keeps the prior value.
    #[must_use]
    pub fn kept(mut self) -> Self {
        self.kept = true;
        self
    }

    /// Hidden in output.
    #[must_use]
    pub fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    /// In configuration only, never stored.
    #[must_use]
    pub fn write_only(mut self) -> Self {
        self.write_only = true;
        self
    }

    /// No longer to be used, and why.
    #[must_use]
    pub fn deprecated(mut self, reason: impl Into<String>) -> Self {
        self.deprecated = Some(reason.into());
        self
    }

    /// With a check; on each element, if it is a list or set.
    #[must_use]
    pub fn check(mut self, check: Check) -> Self {
        self.checks.push(check);
        self
    }

    /// Spellings that mean the same never show as a change.
    #[must_use]
    pub fn same_when(mut self, same: fn(&Value, &Value) -> bool) -> Self {
        self.equivalence = Some(Equivalence(same));
        self
    }

    /// The type of its values.
    #[must_use]
    pub fn ty(&self) -> Type {
        match &self.kind {
            Kind::Plain(ty) => ty.clone(),
            Kind::Nested(nesting, attributes) => {
                let inner = Type::object(attributes.iter().map(|inner| (inner.name.clone(), inner.ty())));
                match nesting {
                    Nesting::Single => inner,
                    // As for blocks: elements with a dynamic inside may differ from one another.
                    Nesting::List | Nesting::Map if inner.has_dynamic() => Type::Dynamic,
                    Nesting::List => Type::list(inner),
                    Nesting::Set => Type::set(inner),
                    Nesting::Map => Type::map(inner),
                }
            }
        }
    }
}

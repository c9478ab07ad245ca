//! Every type of both providers: its schema is one that Terraform accepts, and its model fits its schema.

use std::collections::{BTreeMap, BTreeSet};

use acrnet::provider::AcrnetProvider;
use acrnet::terraform::conform::{
    assert_action_schema_valid, assert_identity_schema_valid, assert_provider_schema_valid, assert_schema_valid,
};
use acrnet::terraform::environment::Environment;
use acrnet::terraform::framework::{Host, Provider, Server};
use acrnet::terraform::schema::{Attribute, Block, BlockNesting, Mode, Schema};
use acrnet::terraform::value::{Type, Value, ValueError};

use crate::toy::Toy;

fn real() -> AcrnetProvider {
    AcrnetProvider::new(Environment::default())
}

#[test]
fn every_model_of_the_provider_fits_its_schema() {
    assert_models_fit(real());
}

#[test]
fn every_model_of_the_toy_provider_fits_its_schema() {
    assert_models_fit(Toy::default());
}

#[test]
fn terraform_accepts_every_schema() {
    assert_schemas_valid(real());
    assert_schemas_valid(Toy::default());
}

#[test]
fn terraform_accepts_every_function() {
    assert_functions_valid(&Server::new(real()));
    assert_functions_valid(&Server::new(Toy::default()));
}

/// The benchmarks measure what Terraform costs for objects of this shape.
#[test]
fn the_toy_rule_set_has_the_shape_of_the_real_one() {
    let (toy, real) = (Server::new(Toy::default()), Server::new(real()));
    let toy = toy.resources()["toy_rule_set"].schema();
    let real = real.resources()["acrnet_registry_network_rule_set"].schema();
    let modes = |schema: &Schema| -> BTreeMap<String, Mode> {
        schema.block.attributes.iter().map(|attribute| (attribute.name.clone(), attribute.mode)).collect()
    };
    assert_eq!(toy.ty(), real.ty());
    assert_eq!(modes(toy), modes(real));
}

/// Names are identifiers, and parameters of one function have different ones: core refuses the provider otherwise.
fn assert_functions_valid<P: Provider>(server: &Server<P>) {
    assert!(!server.functions().is_empty(), "there is something to check");
    let mut names = BTreeSet::new();
    for function in server.functions() {
        assert!(is_identifier(function.name) && names.insert(function.name), "{}", function.name);
        let mut parameters = BTreeSet::new();
        for parameter in function.parameters.iter().chain(&function.variadic) {
            let fits = is_identifier(parameter.name) && parameters.insert(parameter.name);
            assert!(fits, "{}, {}", function.name, parameter.name);
        }
    }
}

fn is_identifier(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Every value that Terraform can send or the provider must be able to say goes through the model unchanged.
fn assert_models_fit<P: Provider>(provider: P) {
    let server = Server::new(provider);
    assert!(!server.resources().is_empty(), "there is something to check");
    for resource in server.resources().values() {
        assert_fits(resource.name(), resource.schema(), |value| resource.through_model(value));
        let identity = sample(resource.identity_ty(), false);
        let back = resource.identity_through_model(identity.clone()).map_err(|error| error.to_string());
        assert_eq!(back, Ok(identity), "the identity of {}", resource.name());
    }
    for source in server.data_sources().values() {
        assert_fits(source.name(), source.schema(), |value| source.through_model(value));
    }
    for list in server.lists().values() {
        assert_fits(list.name(), list.schema(), |value| list.through_model(value));
    }
    for found in server.ephemerals().values() {
        assert_fits(found.name(), found.schema(), |value| found.through_model(value));
    }
    assert!(!server.actions().is_empty(), "there is something to check");
    for action in server.actions().values() {
        assert_fits(action.name(), action.schema(), |value| action.through_model(value));
    }
    for (how, value) in values(server.schema()) {
        let said = server.configure(&value, &Host::default());
        let misfit = said.iter().find(|diagnostic| diagnostic.summary.contains("does not fit"));
        assert!(misfit.is_none(), "provider block, {how}: {misfit:?}");
    }
}

fn assert_fits(name: &str, schema: &Schema, through_model: impl Fn(Value) -> Result<Value, ValueError>) {
    for (how, value) in values(schema) {
        match through_model(value.clone()) {
            Ok(back) => assert_eq!(back, value, "{name}, {how}"),
            Err(error) => panic!("{name}, {how}: {error}"),
        }
    }
}

/// Nothing set; everything unknown; everything set; everything set, to something unknown in it.
fn values(schema: &Schema) -> [(&'static str, Value); 4] {
    let block = &schema.block;
    let names = block.attributes.iter().map(|attribute| &attribute.name);
    let names = names.chain(block.blocks.iter().map(|nested| &nested.name));
    [
        ("all null", block.empty()),
        ("all unknown", Value::map(names.map(|name| (name.clone(), Value::Unknown)))),
        ("a sample", sample_of_block(block, false)),
        ("unknown inside", sample_of_block(block, true)),
    ]
}

fn sample_of_block(block: &Block, unknown: bool) -> Value {
    let attributes = block.attributes.iter().map(|attribute| (attribute.name.clone(), sample_of(attribute, unknown)));
    let blocks = block.blocks.iter().map(|nested| {
        let one = sample_of_block(&nested.block, unknown);
        let all = match nested.nesting {
            BlockNesting::Single | BlockNesting::Group => one,
            BlockNesting::List => Value::List(vec![one]),
            BlockNesting::Set => Value::set(vec![one]),
            BlockNesting::Map => Value::map([("key", one)]),
        };
        (nested.name.clone(), all)
    });
    Value::map(attributes.chain(blocks))
}

/// What is inside of a computed attribute is the provider's: it is known, or the whole of it is not.
fn sample_of(attribute: &Attribute, unknown: bool) -> Value {
    sample(&attribute.ty(), unknown && attribute.mode.is_configurable())
}

fn sample(ty: &Type, unknown: bool) -> Value {
    let inner = |element: &Type| match element {
        Type::Bool | Type::Number | Type::String if unknown => Value::Unknown,
        element => sample(element, unknown),
    };
    match ty {
        Type::Bool => Value::Bool(true),
        Type::Number => Value::from(1),
        Type::String => Value::from("text"),
        Type::Dynamic => Value::Dynamic(Box::new((Type::list(Type::String), Value::List(vec![inner(&Type::String)])))),
        Type::List(element) => Value::List(vec![inner(element)]),
        Type::Set(element) => Value::set(vec![inner(element)]),
        Type::Map(element) => Value::map([("key", inner(element))]),
        Type::Object(attributes) => Value::map(attributes.iter().map(|(name, ty)| (name.clone(), inner(ty)))),
        Type::Tuple(elements) => Value::List(elements.iter().map(inner).collect()),
    }
}

fn assert_schemas_valid<P: Provider>(provider: P) {
    let server = Server::new(provider);
    assert_eq!(assert_provider_schema_valid(server.schema()), [""; 0], "provider block");
    for resource in server.resources().values() {
        assert_eq!(assert_schema_valid(resource.schema()), [""; 0], "{}", resource.name());
        let identity = assert_identity_schema_valid(resource.identity_schema());
        assert_eq!(identity, [""; 0], "the identity of {}", resource.name());
    }
    for source in server.data_sources().values() {
        assert_eq!(assert_schema_valid(source.schema()), [""; 0], "{}", source.name());
    }
    for list in server.lists().values() {
        assert_eq!(assert_schema_valid(list.schema()), [""; 0], "list of {}", list.name());
        // Core asks for no list of a type that it does not know.
        assert!(server.resource(list.name()).is_ok(), "{}", list.name());
    }
    for found in server.ephemerals().values() {
        assert_eq!(assert_schema_valid(found.schema()), [""; 0], "{}", found.name());
    }
    for action in server.actions().values() {
        assert_eq!(assert_action_schema_valid(action.schema()), [""; 0], "{}", action.name());
    }
}

//! Values on the wire and in a state: the first byte picks a type, of the provider's or as the toys have them, the rest is msgpack or JSON.
//!
//! What is read can be written, and is then the same; it fits its type; it goes through the model of a resource or is refused there.

use std::collections::HashMap;
use std::sync::LazyLock;

use acrnet::provider::AcrnetProvider;
use acrnet::terraform::conform::assert_conforms_to_type;
use acrnet::terraform::environment::Environment;
use acrnet::terraform::framework::{Provider, Server};
use acrnet::terraform::value::{Dynamic, Tf, Type, Value, from_value, json, msgpack, to_value};

use super::assert_unbroken;
use crate::toy::Toy;

/// Every type that a host sends values of, then some of no schema.
static TYPES: LazyLock<Vec<Type>> = LazyLock::new(|| {
    let mut types = types_of(&Server::new(AcrnetProvider::new(Environment::default())));
    types.extend(types_of(&Server::new(Toy::default())));
    let pair = || Type::Tuple(vec![Type::Number, Type::object([("a", Type::map(Type::Dynamic))])]);
    types.extend([Type::Dynamic, Type::Number, Type::String, Type::set(pair()), Type::map(Type::set(Type::Dynamic))]);
    types
});

/// Reads the input as a value, in both forms.
pub fn run(input: &[u8]) {
    let Some((&pick, bytes)) = input.split_first() else { return };
    let ty = &TYPES[usize::from(pick) % TYPES.len()];
    if let Ok(value) = msgpack::decode(bytes, ty) {
        assert_same_again(&value, ty);
    }
    let parsed = serde_json::from_slice(bytes);
    if let Some(value) = parsed.ok().and_then(|parsed| json::decode(&parsed, ty).ok()) {
        assert_same_again(&value, ty);
        assert!(value.is_wholly_known(), "JSON has no unknown values");
    }
}

fn assert_same_again(value: &Value, ty: &Type) {
    let wire = msgpack::encode(value, ty).expect("what was read can be written");
    assert_eq!(msgpack::decode(&wire, ty).expect("what was written can be read"), *value);
    assert_unbroken("a value that was read", &assert_conforms_to_type(value, ty));
    match json::encode(value, ty) {
        Ok(stored) => {
            assert_eq!(json::decode(&stored, ty).expect("what was stored can be read"), *value);
            let parsed = serde_json::from_str(&stored.to_string()).expect("JSON");
            assert_eq!(json::decode(&parsed, ty).expect("what was stored as text can be read"), *value);
        }
        Err(_) => assert!(!value.is_wholly_known(), "what is known can be stored"),
    }
    // A model keeps no type of what is null or unknown.
    if *ty == Type::Dynamic
        && !(value.is_null() || value.is_unknown())
        && let Ok(model) = from_value::<Tf<Dynamic>>(value.clone())
    {
        assert_eq!(to_value(&model, ty).expect("a model of a dynamic value"), *value);
    }
}

fn types_of<P: Provider>(server: &Server<P>) -> Vec<Type> {
    let mut types = vec![server.ty().clone()];
    types.extend(in_order(server.resources(), |resource| resource.ty()));
    types.extend(in_order(server.resources(), |resource| resource.identity_ty()));
    types.extend(in_order(server.data_sources(), |source| source.ty()));
    types.extend(in_order(server.lists(), |list| list.ty()));
    types.extend(in_order(server.ephemerals(), |ephemeral| ephemeral.ty()));
    types.extend(in_order(server.actions(), |action| action.ty()));
    types
}

/// By the name, so that the same byte picks the same type in every process.
fn in_order<T: ?Sized>(kinds: &HashMap<&'static str, Box<T>>, ty: impl Fn(&T) -> &Type) -> Vec<Type> {
    let mut kinds: Vec<_> = kinds.iter().collect();
    kinds.sort_unstable_by_key(|(name, _)| **name);
    kinds.into_iter().map(|(_, kind)| ty(kind).clone()).collect()
}

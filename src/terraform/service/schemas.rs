//! Declarations to the wire: schemas, functions, what this server can do.

use std::collections::HashMap;

use crate::terraform::framework::{Function, Parameter, Provider, Server};
use crate::terraform::proto::tfplugin6 as wire;
use crate::terraform::proto::tfplugin6::schema::nested_block::NestingMode as BlockMode;
use crate::terraform::proto::tfplugin6::schema::object::NestingMode as ObjectMode;
use crate::terraform::schema::{
    Attribute, Block, BlockNesting, IdentitySchema, Kind, Mode, NestedBlock, Nesting, Schema,
};
use crate::terraform::value::Type;

pub(super) fn all<P: Provider>(server: &Server<P>) -> wire::get_provider_schema::Response {
    let resources = server.resources().iter().map(|(name, resource)| ((*name).to_owned(), schema(resource.schema())));
    let sources = server.data_sources().iter().map(|(name, source)| ((*name).to_owned(), schema(source.schema())));
    let lists = server.lists().iter().map(|(name, list)| ((*name).to_owned(), schema(list.schema())));
    let ephemerals = server.ephemerals().iter().map(|(name, found)| ((*name).to_owned(), schema(found.schema())));
    let actions = server.actions().iter().map(|(name, action)| ((*name).to_owned(), action_schema(action.schema())));
    wire::get_provider_schema::Response {
        provider: Some(schema(server.schema())),
        resource_schemas: resources.collect(),
        data_source_schemas: sources.collect(),
        functions: functions(server.functions()),
        server_capabilities: Some(capabilities()),
        diagnostics: Vec::new(),
        provider_meta: None,
        list_resource_schemas: lists.collect(),
        ephemeral_resource_schemas: ephemerals.collect(),
        state_store_schemas: HashMap::new(),
        action_schemas: actions.collect(),
    }
}

pub(super) fn identities<P: Provider>(server: &Server<P>) -> wire::get_resource_identity_schemas::Response {
    let resources = server.resources().iter();
    let schemas = resources.map(|(name, resource)| ((*name).to_owned(), identity(resource.identity_schema())));
    wire::get_resource_identity_schemas::Response { identity_schemas: schemas.collect(), diagnostics: Vec::new() }
}

fn identity(schema: &IdentitySchema) -> wire::ResourceIdentitySchema {
    use wire::resource_identity_schema::IdentityAttribute;

    let attributes = schema.attributes.iter().map(|attribute| IdentityAttribute {
        name: attribute.name.clone(),
        r#type: type_bytes(&attribute.ty),
        required_for_import: attribute.required_for_import,
        optional_for_import: !attribute.required_for_import,
        description: attribute.description.clone(),
    });
    wire::ResourceIdentitySchema { version: schema.version, identity_attributes: attributes.collect() }
}

pub(super) fn metadata<P: Provider>(server: &Server<P>) -> wire::get_metadata::Response {
    use wire::get_metadata::{
        ActionMetadata, DataSourceMetadata, EphemeralMetadata, FunctionMetadata, ListResourceMetadata, ResourceMetadata,
    };

    let resources = server.resources().keys().map(|name| ResourceMetadata { type_name: (*name).to_owned() });
    let sources = server.data_sources().keys().map(|name| DataSourceMetadata { type_name: (*name).to_owned() });
    let ephemerals = server.ephemerals().keys().map(|name| EphemeralMetadata { type_name: (*name).to_owned() });
    let actions = server.actions().keys().map(|name| ActionMetadata { type_name: (*name).to_owned() });
    let functions = server.functions().iter().map(|function| FunctionMetadata { name: function.name.to_owned() });
    let lists = server.lists().keys().map(|name| ListResourceMetadata { type_name: (*name).to_owned() });
    wire::get_metadata::Response {
        server_capabilities: Some(capabilities()),
        resources: resources.collect(),
        data_sources: sources.collect(),
        actions: actions.collect(),
        functions: functions.collect(),
        list_resources: lists.collect(),
        ephemeral_resources: ephemerals.collect(),
        ..wire::get_metadata::Response::default()
    }
}

fn capabilities() -> wire::ServerCapabilities {
    wire::ServerCapabilities {
        plan_destroy: true,
        get_provider_schema_optional: true,
        move_resource_state: true,
        generate_resource_config: true,
    }
}

fn schema(schema: &Schema) -> wire::Schema {
    wire::Schema { version: schema.version, block: Some(block(&schema.block, schema.version)) }
}

fn action_schema(declared: &Schema) -> wire::ActionSchema {
    wire::ActionSchema { schema: Some(schema(declared)) }
}

fn block(block: &Block, version: i64) -> wire::schema::Block {
    wire::schema::Block {
        version,
        attributes: block.attributes.iter().map(attribute).collect(),
        block_types: block.blocks.iter().map(nested_block).collect(),
        description: block.description.clone(),
        description_kind: wire::StringKind::Markdown.into(),
        deprecated: false,
        deprecation_message: String::new(),
    }
}

fn nested_block(nested: &NestedBlock) -> wire::schema::NestedBlock {
    let nesting = match nested.nesting {
        BlockNesting::Single => BlockMode::Single,
        BlockNesting::Group => BlockMode::Group,
        BlockNesting::List => BlockMode::List,
        BlockNesting::Set => BlockMode::Set,
        BlockNesting::Map => BlockMode::Map,
    };
    wire::schema::NestedBlock {
        type_name: nested.name.clone(),
        block: Some(block(&nested.block, 0)),
        nesting: nesting.into(),
        min_items: nested.min_items.into(),
        max_items: nested.max_items.into(),
    }
}

fn attribute(attribute: &Attribute) -> wire::schema::Attribute {
    let (plain, nested) = match &attribute.kind {
        Kind::Plain(ty) => (type_bytes(ty), None),
        Kind::Nested(nesting, attributes) => (Vec::new(), Some(object(*nesting, attributes))),
    };
    wire::schema::Attribute {
        name: attribute.name.clone(),
        r#type: plain,
        nested_type: nested,
        description: attribute.description.clone(),
        description_kind: wire::StringKind::Markdown.into(),
        required: attribute.mode == Mode::Required,
        optional: matches!(attribute.mode, Mode::Optional | Mode::OptionalComputed),
        computed: attribute.mode.is_computed(),
        sensitive: attribute.sensitive,
        write_only: attribute.write_only,
        deprecated: attribute.deprecated.is_some(),
        deprecation_message: attribute.deprecated.clone().unwrap_or_default(),
    }
}

fn object(nesting: Nesting, attributes: &[Attribute]) -> wire::schema::Object {
    let nesting = match nesting {
        Nesting::Single => ObjectMode::Single,
        Nesting::List => ObjectMode::List,
        Nesting::Set => ObjectMode::Set,
        Nesting::Map => ObjectMode::Map,
    };
    wire::schema::Object {
        attributes: attributes.iter().map(attribute).collect(),
        nesting: nesting.into(),
        ..wire::schema::Object::default()
    }
}

pub(super) fn functions(functions: &[Function]) -> HashMap<String, wire::Function> {
    functions.iter().map(|declared| (declared.name.to_owned(), function(declared))).collect()
}

fn function(function: &Function) -> wire::Function {
    wire::Function {
        parameters: function.parameters.iter().map(parameter).collect(),
        variadic_parameter: function.variadic.as_ref().map(parameter),
        r#return: Some(wire::function::Return { r#type: type_bytes(&function.returns) }),
        summary: function.summary.to_owned(),
        description: function.description.to_owned(),
        description_kind: wire::StringKind::Markdown.into(),
        deprecation_message: String::new(),
    }
}

fn parameter(parameter: &Parameter) -> wire::function::Parameter {
    wire::function::Parameter {
        name: parameter.name.to_owned(),
        r#type: type_bytes(&parameter.ty),
        allow_null_value: parameter.allow_null,
        allow_unknown_values: parameter.allow_unknown,
        description: parameter.description.to_owned(),
        description_kind: wire::StringKind::Markdown.into(),
    }
}

fn type_bytes(ty: &Type) -> Vec<u8> {
    ty.to_json().to_string().into_bytes()
}

//! Micro-benchmarks over the number of rules: the wire encoding of a rule set, its plan, and aggregation.
//!
//! Each over 10 … 10,000 rules, though Azure takes 200: what matters is how the cost grows. the harness reads the medians and prints the exponents.

use std::hint::black_box;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, criterion_group, criterion_main};
use ipnet::Ipv4Net;
use serde_json::{Value as Json, json};

use acrnet::provider::AcrnetProvider;
use acrnet::rules::aggregate::aggregate;
use acrnet::terraform::conform::proposed_new_state;
use acrnet::terraform::environment::Environment;
use acrnet::terraform::framework::{Private, Server};
use acrnet::terraform::value::{Type, Value, json as wire_json, msgpack};

const SIZES: [u32; 4] = [10, 100, 1_000, 10_000];
const TYPE: &str = "acrnet_registry_network_rule_set";
const REGISTRY: &str = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/demo";

criterion_group!(benches, wire, plan, aggregation);
criterion_main!(benches);

fn wire(criterion: &mut Criterion) {
    let server = Server::new(AcrnetProvider::new(Environment::default()));
    let ty = server.resource(TYPE).expect("invariant: the provider has the type").ty().clone();
    let mut decoding = group(criterion, "msgpack_decode");
    for size in SIZES {
        let bytes = msgpack::encode(&state(&ty, size), &ty).expect("invariant: the value is of the type");
        decoding.bench_with_input(BenchmarkId::from_parameter(size), &bytes, |bencher, bytes| {
            bencher.iter(|| msgpack::decode(black_box(bytes), &ty));
        });
    }
    decoding.finish();
    let mut encoding = group(criterion, "msgpack_encode");
    for size in SIZES {
        let value = state(&ty, size);
        encoding.bench_with_input(BenchmarkId::from_parameter(size), &value, |bencher, value| {
            bencher.iter(|| msgpack::encode(black_box(value), &ty));
        });
    }
    encoding.finish();
}

/// A plan in which nothing changes, without Azure: from values to values, model and checks in between.
fn plan(criterion: &mut Criterion) {
    let server = Arc::new(Server::new(AcrnetProvider::new(Environment::default())));
    let resource = server.resource(TYPE).expect("invariant: the provider has the type");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("invariant: a runtime needs no more");
    let mut group = group(criterion, "plan");
    for size in SIZES {
        let (prior, config) = (state(resource.ty(), size), configuration(resource.ty(), size));
        let proposed = proposed_new_state(&resource.schema().block, &prior, &config);
        let values = (prior, proposed, config);
        let planned = runtime.block_on(server.plan(TYPE.to_owned(), values.clone(), Private::default(), Value::Null));
        assert_eq!(planned.planned, values.0, "nothing changes: {:?}", planned.diagnostics);
        group.bench_with_input(BenchmarkId::from_parameter(size), &values, |bencher, values| {
            bencher.iter(|| {
                runtime.block_on(server.plan(
                    TYPE.to_owned(),
                    black_box(values.clone()),
                    Private::default(),
                    Value::Null,
                ))
            });
        });
    }
    group.finish();
}

fn aggregation(criterion: &mut Criterion) {
    let mut group = group(criterion, "aggregate");
    for size in SIZES {
        let ranges: Vec<Ipv4Net> = addresses(size).map(Ipv4Net::from).collect();
        group.bench_with_input(BenchmarkId::from_parameter(size), &ranges, |bencher, ranges| {
            bencher.iter(|| aggregate(black_box(ranges).iter().copied()));
        });
    }
    group.finish();
}

/// Short: the exponents need no third digit.
fn group<'c>(criterion: &'c mut Criterion, name: &str) -> BenchmarkGroup<'c, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group.sample_size(20).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    group
}

/// What the user has written.
fn configuration(ty: &Type, size: u32) -> Value {
    value(ty, size, &json!({}))
}

/// What Terraform has stored.
fn state(ty: &Type, size: u32) -> Value {
    let computed = json!({
        "id": REGISTRY, "login_server": "demo.azurecr.io", "virtual_network_subnet_ids": [],
        "rules_mode": "authoritative", "on_existing": "fail", "on_destroy": "restore_default",
        "public_network_access_enabled": true, "network_rule_bypass_option": "AzureServices",
        "network_rule_bypass_for_tasks_enabled": false,
    });
    value(ty, size, &computed)
}

fn value(ty: &Type, size: u32, more: &Json) -> Value {
    let rules: Vec<String> = addresses(size).map(|address| address.to_string()).collect();
    let mut object = json!({"registry_id": REGISTRY, "default_action": "Deny", "ip_rules": rules});
    if let (Some(object), Some(more)) = (object.as_object_mut(), more.as_object()) {
        object.extend(more.clone());
    }
    wire_json::decode(&object, ty).expect("invariant: the object is of the type")
}

/// Public addresses of which no two are neighbours.
fn addresses(size: u32) -> impl Iterator<Item = Ipv4Addr> {
    (0..size).map(|index| Ipv4Addr::from_bits(Ipv4Addr::new(16, 17, 0, 1).to_bits() + 2 * index))
}

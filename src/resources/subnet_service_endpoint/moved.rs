//! What a `moved` block brings: an `azapi_update_resource` of a subnet becomes its service endpoint.

use super::{Model, SERVICE};
use crate::azure::id::SubnetId;
use crate::azure::subnet::Subnet;
use crate::resources::azapi::{Target, Update};
use crate::terraform::diagnostic::Diagnostics;
use crate::terraform::framework::MoveSource;

const TARGET: Target = Target {
    name: "acrnet_subnet_service_endpoint",
    azure_type: "Microsoft.Network/virtualNetworks/subnets",
    object: "subnet",
    part: "the service endpoint Microsoft.ContainerRegistry",
    properties: &["serviceEndpoints"],
    holds: |body| Subnet::new(body.clone()).registry_endpoint().is_some(),
};

/// The beginning of the endpoint: its subnet, as after an import. Terraform reads the rest.
pub(super) fn moved(source: &MoveSource, warnings: &mut Diagnostics) -> Option<Result<Model, Diagnostics>> {
    let update: Update<'_, SubnetId> = match Update::of(source, &TARGET)? {
        Ok(update) => update,
        Err(errors) => return Some(Err(errors)),
    };
    let body = Subnet::new(update.body.clone().into_owned());
    let others = body.service_endpoints().into_iter().filter(|service| !service.eq_ignore_ascii_case(SERVICE));
    warnings.extend(update.unmanaged(&TARGET, others.map(|service| format!("the service endpoint {service}"))));
    Some(Ok(Model::begun(&update.id)))
}

#[cfg(test)]
mod tests;

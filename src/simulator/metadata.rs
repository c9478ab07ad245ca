//! `GET /metadata/endpoints`: the cloud this simulator is.

use serde_json::{Value, json};

use super::answer::{Answer, Refusal};
use super::call::Call;
use super::world::World;

/// One object for 2022-09-01 and later, a list of clouds from 2018 to 2020, the first form before.
pub(super) fn endpoints(world: &World, call: &Call) -> Result<Answer, Refusal> {
    let version = call.api_version()?;
    let audiences = json!([world.url, "https://management.core.windows.net/", "https://management.azure.com/"]);
    if version < "2018" {
        return Ok(Answer::json(
            200,
            json!({
                "galleryEndpoint": "", "graphEndpoint": world.url, "portalEndpoint": world.url,
                "authentication": {"loginEndpoint": world.url, "audiences": audiences},
            }),
        ));
    }
    let cloud = cloud(&world.url, &world.login_server_suffix(), &audiences);
    Ok(Answer::json(200, if version < "2022" { json!([cloud]) } else { cloud }))
}

fn cloud(url: &str, login_server_suffix: &str, audiences: &Value) -> Value {
    json!({
        "portal": url,
        "authentication": {
            "loginEndpoint": url, "audiences": audiences, "tenant": "common", "identityProvider": "AAD",
        },
        "graphAudience": url,
        "graph": url,
        "name": "AzureSimulator",
        "suffixes": {
            "acrLoginServer": login_server_suffix, "storage": "core.windows.net", "keyVaultDns": "vault.azure.net",
            "sqlServerHostname": "database.windows.net",
        },
        "batch": url,
        "resourceManager": url,
        "activeDirectoryDataLake": url,
        "microsoftGraphResourceId": url,
    })
}

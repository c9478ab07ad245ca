//! Microsoft Entra as far as a client needs it: discovery documents and tokens; and the check of bearers on ARM calls.
//!
//! Tokens look like JWTs and are signed by nobody. Who a bearer is, for throttling and for texts, is read from it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use time::Duration;

use super::answer::{Answer, Refusal};
use super::call::Call;
use super::clock::timestamp;
use super::world::World;

/// Who calls.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    pub(super) client: String,
    pub(super) object: String,
}

/// Who wrote, as `systemData` tells it.
#[derive(Debug, Clone)]
pub(super) struct Author {
    pub(super) name: String,
    /// `User` or `Application`, of ARM's four kinds.
    pub(super) kind: &'static str,
}

impl Author {
    /// Whoever made what was seeded, or calls with a bearer that says nothing.
    pub(super) fn unnamed() -> Self {
        Self { name: "simulator@example.com".to_owned(), kind: "User" }
    }

    /// Somebody who changes things behind the clients' back.
    pub(super) fn behind() -> Self {
        Self { name: "somebody.else@example.com".to_owned(), kind: "User" }
    }
}

/// Who writes: a user by name (recorded in 2022), an application by its client id (ARM's `createdByType`).
pub(super) fn author(call: &Call) -> Author {
    let claims = call.bearer().and_then(claims).unwrap_or_default();
    let named = |names: &[&str], kind| {
        let name = names.iter().find_map(|name| claims[*name].as_str())?;
        Some(Author { name: name.to_owned(), kind })
    };
    let user = named(&["upn", "unique_name", "preferred_username"], "User");
    user.or_else(|| named(&["appid", "azp"], "Application")).unwrap_or_else(Author::unnamed)
}

/// The client and object id in the bearer, as far as it can be read.
pub(super) fn caller(call: &Call) -> Caller {
    let claims = call.bearer().and_then(claims).unwrap_or_default();
    let claim = |names: [&str; 2]| {
        let found = names.iter().find_map(|name| claims[*name].as_str());
        found.unwrap_or("00000000-0000-0000-0000-000000000000").to_owned()
    };
    Caller { client: claim(["appid", "azp"]), object: claim(["oid", "sub"]) }
}

/// 401 unless a bearer is there and, when tokens are strict, was issued here and has not ended.
pub(super) fn require_bearer(world: &World, call: &Call) -> Result<(), Refusal> {
    let tenant = world.estate.subscriptions.values().next().map_or("common", |it| it.tenant.as_str());
    let refuse = |code: &str, message: &str, error: &str| {
        let challenge = format!(
            "Bearer authorization_uri=\"{}/{tenant}\", error=\"{error}\", error_description=\"{message}\"",
            world.url
        );
        Err(Refusal::new(401, code, message).with("WWW-Authenticate", challenge))
    };
    let Some(token) = call.bearer() else {
        return refuse(
            "AuthenticationFailed",
            "Authentication failed. The 'Authorization' header is missing.",
            "invalid_token",
        );
    };
    if !world.settings.strict_tokens {
        return Ok(());
    }
    match world.tokens.get(token) {
        None => refuse("InvalidAuthenticationToken", "The access token is invalid.", "invalid_token"),
        Some(end) if *end <= world.now() => refuse(
            "ExpiredAuthenticationToken",
            &format!(
                "The access token expiry UTC time '{}Z' is earlier than current UTC time '{}Z'.",
                timestamp(*end),
                timestamp(world.now())
            ),
            "invalid_token",
        ),
        Some(_) => Ok(()),
    }
}

/// `GET /{tenant}/[v2.0/].well-known/openid-configuration`.
pub(super) fn discovery(world: &World, tenant: &str) -> Answer {
    let base = format!("{}/{tenant}", world.url);
    Answer::json(
        200,
        json!({
            "token_endpoint": format!("{base}/oauth2/v2.0/token"),
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
            "jwks_uri": format!("{base}/discovery/v2.0/keys"),
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "issuer": format!("{base}/v2.0"),
            "authorization_endpoint": format!("{base}/oauth2/v2.0/authorize"),
            "device_authorization_endpoint": format!("{base}/oauth2/v2.0/devicecode"),
            "end_session_endpoint": format!("{base}/oauth2/v2.0/logout"),
            "tenant_region_scope": "EU",
            "cloud_instance_name": "microsoftonline.com",
        }),
    )
}

/// `GET /common/discovery/instance`: this host is a cloud of its own.
pub(super) fn instance(world: &World, call: &Call) -> Answer {
    let host = world.url.split("://").nth(1).unwrap_or_default();
    let tenant = call.parameter("authorization_endpoint").and_then(|url| url.split('/').nth(3)).unwrap_or("common");
    Answer::json(
        200,
        json!({
            "tenant_discovery_endpoint": format!("{}/{tenant}/v2.0/.well-known/openid-configuration", world.url),
            "api-version": "1.1",
            "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
        }),
    )
}

/// `POST /{tenant}/oauth2/[v2.0/]token`: client credentials with a secret or an assertion.
pub(super) fn token(world: &mut World, call: &Call, tenant: &str) -> Answer {
    let form: Vec<(String, String)> = url::form_urlencoded::parse(&call.body).into_owned().collect();
    let field =
        |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).unwrap_or_default();
    if field("grant_type") != "client_credentials" {
        let text = format!("AADSTS70003: The app requested an unsupported grant type '{}'.", field("grant_type"));
        return denied(world, 400, "unsupported_grant_type", 70003, &text);
    }
    // `resource` is the v1 form of `scope`.
    let audience = if field("scope").is_empty() { field("resource") } else { field("scope") };
    for (name, value) in [("client_id", field("client_id")), ("scope", audience)] {
        if value.is_empty() {
            let text = format!("AADSTS900144: The request body must contain the following parameter: '{name}'.");
            return denied(world, 400, "invalid_request", 900_144, &text);
        }
    }
    if let Some(refusal) = refused(world, tenant, field("client_id"), field("client_secret"), field("client_assertion"))
    {
        return refusal;
    }
    let audience = audience.strip_suffix("/.default").unwrap_or(audience);
    issue(world, tenant, field("client_id"), audience)
}

/// `GET /metadata/identity/oauth2/token`: the endpoint of managed identities (IMDS), which insists on its header.
pub(super) fn managed_identity(world: &mut World, call: &Call) -> Answer {
    if call.header("metadata").is_none_or(|value| !value.eq_ignore_ascii_case("true")) {
        let body = json!({"error": "invalid_request", "error_description": "Required metadata header not specified"});
        return Answer::json(400, body);
    }
    let client = call.parameter("client_id").unwrap_or("11111111-1111-1111-1111-111111111111").to_owned();
    let resource = call.parameter("resource").unwrap_or_default().to_owned();
    let tenant = world.estate.subscriptions.values().next().map_or("common", |it| it.tenant.as_str()).to_owned();
    let lifetime = world.settings.token_lifetime_seconds;
    let end = (world.now().unix_timestamp() + lifetime).to_string();
    let token = mint(world, &tenant, &client, &resource);
    Answer::json(
        200,
        json!({
            "access_token": token, "client_id": client, "expires_in": lifetime.to_string(), "expires_on": end,
            "resource": resource, "token_type": "Bearer",
        }),
    )
}

/// Nothing is checked as long as no client was seeded.
fn refused(world: &mut World, tenant: &str, id: &str, secret: &str, assertion: &str) -> Option<Answer> {
    if secret.is_empty() && assertion.is_empty() {
        let text = "AADSTS7000216: 'client_assertion', 'client_secret' or 'request' is required for the \
                    'client_credentials' grant type.";
        return Some(denied(world, 401, "invalid_client", 7_000_216, text));
    }
    if secret.is_empty() && assertion.split('.').count() != 3 {
        let text = "AADSTS50027: JWT token is invalid or malformed.";
        return Some(denied(world, 401, "invalid_request", 50027, text));
    }
    if world.estate.clients.is_empty() {
        return None;
    }
    let known = world.estate.clients.iter().find(|client| client.id.eq_ignore_ascii_case(id)).cloned();
    let fits_tenant = |own: &Option<String>| own.as_ref().is_none_or(|own| own.eq_ignore_ascii_case(tenant));
    let Some(client) = known.filter(|client| fits_tenant(&client.tenant)) else {
        let text =
            format!("AADSTS700016: Application with identifier '{id}' was not found in the directory '{tenant}'.");
        return Some(denied(world, 400, "unauthorized_client", 700_016, &text));
    };
    if assertion.is_empty() && client.secret.as_ref().is_some_and(|own| own != secret) {
        let text = format!(
            "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret \
             value, not the client secret ID, for a secret added to app '{id}'."
        );
        return Some(denied(world, 401, "invalid_client", 7_000_215, &text));
    }
    None
}

fn issue(world: &mut World, tenant: &str, client: &str, audience: &str) -> Answer {
    let lifetime = world.settings.token_lifetime_seconds;
    let token = mint(world, tenant, client, audience);
    Answer::json(
        200,
        json!({"token_type": "Bearer", "expires_in": lifetime, "ext_expires_in": lifetime, "access_token": token}),
    )
}

fn mint(world: &mut World, tenant: &str, client: &str, audience: &str) -> String {
    let now = world.now();
    let end = now + Duration::seconds(world.settings.token_lifetime_seconds);
    let header = json!({"typ": "JWT", "alg": "RS256", "kid": "simulator"});
    let claims = json!({
        "aud": audience, "iss": format!("{}/{tenant}/v2.0", world.url), "iat": now.unix_timestamp(),
        "nbf": now.unix_timestamp(), "exp": end.unix_timestamp(), "appid": client, "idtyp": "app", "oid": client,
        "sub": client, "tid": tenant, "uti": world.guid(), "ver": "1.0",
    });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let token = format!("{}.{}.{}", part(&header), part(&claims), URL_SAFE_NO_PAD.encode("simulated signature"));
    world.tokens.insert(token.clone(), end);
    token
}

fn denied(world: &mut World, status: u16, error: &str, code: u32, text: &str) -> Answer {
    let (trace, correlation) = (world.guid(), world.guid());
    let at = timestamp(world.now());
    let description = format!("{text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {at}Z");
    Answer::json(
        status,
        json!({
            "error": error, "error_description": description, "error_codes": [code], "timestamp": format!("{at}Z"),
            "trace_id": trace, "correlation_id": correlation,
        }),
    )
}

fn claims(token: &str) -> Option<Value> {
    let payload = token.split('.').nth(1)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?).ok()
}

//! A server that somebody is logged in to.

use serde_json::{Map, Value};
use ureq::http::Method;

use super::address::Address;
use super::client::{Answer, Call, Client, Credentials, LARGE, LIST, SMALL};
use super::error::{RemoteError, shown};
use super::watch::Watch;
use crate::config::percent_encoded;
use crate::legacy::connectordb::metadata::{DeviceMetadata, Metadata};
use crate::password::Secret;

const ROOT: &str = "/api/v1/";

pub type Object = Map<String, Value>;

/// An account on a server, logged in.
pub struct Server<'a> {
    client: Client<'a>,
    credentials: Credentials,
    user: String,
    version: String,
}

impl<'a> Server<'a> {
    /// Makes sure that it is a ConnectorDB, and logs in. From then on the API key of the
    /// account's own device is used where it may be read: a server hashes a password anew for
    /// each request.
    ///
    /// # Errors
    /// No ConnectorDB of 0.3 answers there, or it does not let the user in.
    pub fn log_in(
        address: Address,
        user: &str,
        password: &Secret,
        watch: &'a dyn Watch,
    ) -> Result<Self, RemoteError> {
        if user.is_empty() || user.contains(':') {
            return Err(RemoteError::UserName);
        }
        if let Some(path) = address.ignored_path() {
            watch.warn(&format!(
                "the path {} of the URL counts for nothing: ConnectorDB answers at the root of its host, {address}.",
                shown(path)
            ));
        }
        if address.is_open_to_others() {
            watch.warn(&format!(
                "{address} is not encrypted: whoever is between reads the password and the data. Use https where the server has it."
            ));
        }
        let client = Client::new(address, watch);
        let version = version(&client)?;
        let credentials = Credentials::password(user, password);
        let mut server = Server {
            user: who(&client, &credentials, user)?,
            client,
            credentials,
            version,
        };
        let own = server.object(&crud(&[&server.user, "user"]))?;
        let own = own.and_then(|device| DeviceMetadata::from_object(device).ok());
        let key = own.and_then(|device| device.apikey);
        if let Some(key) = key.filter(|key| !key.expose().is_empty()) {
            server.credentials = Credentials::key(&key, &server.credentials);
        }
        Ok(server)
    }

    /// The name of the account, whatever it logged in with.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }

    #[must_use]
    pub fn address(&self) -> &Address {
        &self.client.address
    }

    /// What the server calls its version: 0.3 and something.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    pub(super) fn watch(&self) -> &'a dyn Watch {
        self.client.watch
    }

    /// A user, device or stream; `None` where there is none, or none that may be seen.
    pub(super) fn object(&self, path: &str) -> Result<Option<Object>, RemoteError> {
        let call = get(path, SMALL);
        let Some(answer) = self.read(call)? else {
            return Ok(None);
        };
        match json(call, &answer.body)? {
            Value::Object(object) => Ok(Some(object)),
            _ => Err(garbage(call, "it is no object")),
        }
    }

    /// Users, devices or streams; `None` where they may not be listed.
    pub(super) fn objects(&self, path: &str) -> Result<Option<Vec<Object>>, RemoteError> {
        let call = get(path, LIST);
        let Some(answer) = self.read(call)? else {
            return Ok(None);
        };
        let Value::Array(items) = json(call, &answer.body)? else {
            return Err(garbage(call, "it is no list"));
        };
        let objects = items.into_iter().map(|item| match item {
            Value::Object(object) => Ok(object),
            _ => Err(garbage(call, "something in the list is no object")),
        });
        objects.collect::<Result<_, _>>().map(Some)
    }

    /// A count; `None` where it may not be known.
    pub(super) fn count(&self, path: &str) -> Result<Option<u64>, RemoteError> {
        let call = get(path, SMALL);
        let Some(answer) = self.read(call)? else {
            return Ok(None);
        };
        let count = std::str::from_utf8(&answer.body).ok();
        let count = count.and_then(|text| text.trim().parse().ok());
        count
            .map(Some)
            .ok_or_else(|| garbage(call, &looks(&answer.body, "it is no number")))
    }

    /// A page of points as it came.
    pub(super) fn page(&self, path: &str) -> Result<Vec<u8>, RemoteError> {
        let call = get(path, LARGE);
        let answer = self.client.read(Some(&self.credentials), call)?;
        match answer.status {
            200 => Ok(answer.body),
            _ => Err(self.client.refused(Some(&self.credentials), call, &answer)),
        }
    }

    /// Credentials of a device of this server.
    pub(super) fn device(&self, key: &Secret) -> Credentials {
        Credentials::key(key, &self.credentials)
    }

    /// Creates or changes a user, a device or a stream; returns what the server says of it.
    pub(super) fn put_object(
        &self,
        method: &'static Method,
        path: &str,
        object: Object,
    ) -> Result<Object, RemoteError> {
        let told = ["apikey", "password"].map(|key| object.get(key).and_then(Value::as_str));
        let credentials = told
            .into_iter()
            .flatten()
            .fold(self.credentials.clone(), Credentials::telling);
        let body = Value::Object(object).to_string();
        self.write(Some(&credentials), method, path, body.as_bytes())
    }

    /// Writes, as this account or as a device; returns the answer where it is an object.
    pub(super) fn write(
        &self,
        as_: Option<&Credentials>,
        method: &'static Method,
        path: &str,
        body: &[u8],
    ) -> Result<Object, RemoteError> {
        let credentials = as_.unwrap_or(&self.credentials);
        let call = Call {
            method,
            path,
            limit: SMALL,
        };
        let answer = self.client.write(credentials, call, body)?;
        if answer.status != 200 {
            return Err(self.client.refused(Some(credentials), call, &answer));
        }
        match serde_json::from_slice(&answer.body) {
            Ok(Value::Object(object)) => Ok(object),
            _ => Ok(Object::new()),
        }
    }

    /// 403 and 404 are how a server says that there is nothing to see.
    fn read(&self, call: Call<'_>) -> Result<Option<Answer>, RemoteError> {
        let answer = self.client.read(Some(&self.credentials), call)?;
        match answer.status {
            200 => Ok(Some(answer)),
            403 | 404 => Ok(None),
            _ => Err(self.client.refused(Some(&self.credentials), call, &answer)),
        }
    }
}

/// The path of a user, a device, a stream, or its data.
pub fn crud(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| percent_encoded(name)).collect();
    format!("{ROOT}crud/{}", names.join("/"))
}

/// Of a thing of the wrong kind, what it was.
pub fn garbage(call: impl ToString, problem: &str) -> RemoteError {
    RemoteError::Garbage {
        asked: call.to_string(),
        problem: problem.into(),
    }
}

pub fn get(path: &str, limit: u64) -> Call<'_> {
    Call {
        method: &Method::GET,
        path,
        limit,
    }
}

fn json(call: Call<'_>, body: &[u8]) -> Result<Value, RemoteError> {
    // its own words would quote the answer
    serde_json::from_slice(body).map_err(|_| garbage(call, &looks(body, "it is no JSON")))
}

/// What an answer is instead of what it should be.
pub fn looks(body: &[u8], otherwise: &str) -> String {
    match body.trim_ascii_start().first() {
        Some(b'<') => "it is a web page".into(),
        None => "it is empty".into(),
        Some(_) => otherwise.into(),
    }
}

fn version(client: &Client) -> Result<String, RemoteError> {
    const LONGEST: usize = 64;
    let path = format!("{ROOT}meta/version");
    let answer = client.read(None, get(&path, SMALL))?;
    let server = client.address.to_string();
    let not = |problem| RemoteError::NoConnectorDb {
        server: client.address.to_string(),
        problem,
    };
    if answer.status != 200 {
        return Err(not(format!("{path} was answered with {}", answer.status)));
    }
    let text = String::from_utf8_lossy(&answer.body);
    let text = text.trim();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-+_".contains(&byte);
    if text.len() > LONGEST
        || !text.starts_with(|first: char| first.is_ascii_digit())
        || !text.bytes().all(plain)
    {
        return Err(not(looks(
            &answer.body,
            "what it calls its version is none",
        )));
    }
    let minor = text.strip_prefix("0.3");
    if minor.is_none_or(|rest| rest.starts_with(|next: char| next.is_ascii_digit())) {
        return Err(RemoteError::Version {
            server,
            found: text.into(),
        });
    }
    Ok(text.into())
}

/// The account that a name (it may be an email) and a password log in.
fn who(client: &Client, credentials: &Credentials, user: &str) -> Result<String, RemoteError> {
    let path = format!("{ROOT}?q=this");
    let call = get(&path, SMALL);
    let answer = client.read(Some(credentials), call)?;
    let wrong = || RemoteError::Login {
        server: client.address.to_string(),
        user: user.into(),
    };
    match answer.status {
        200 => {}
        401 => return Err(wrong()),
        _ => return Err(client.refused(Some(credentials), call, &answer)),
    }
    let text = std::str::from_utf8(&answer.body).unwrap_or_default().trim();
    if text == "nobody" {
        return Err(wrong());
    }
    match text.split_once('/') {
        Some((user, "user")) if !user.is_empty() && !user.contains('/') => Ok(user.into()),
        _ => Err(garbage(call, &looks(&answer.body, "it is no user's name"))),
    }
}

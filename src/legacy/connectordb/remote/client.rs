//! Requests to one server, and to no other.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::Value;
use ureq::Agent;
use ureq::http::{Method, Request, header};
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};

use super::address::Address;
use super::error::{RemoteError, shown};
use super::watch::Watch;
use crate::password::Secret;

/// What is said of a user, a device or a stream.
pub const SMALL: u64 = 1 << 20;
/// A list of them: each may have a picture of 4 KiB.
pub const LIST: u64 = 64 << 20;
/// A page of points: the old server took values of up to 10 MiB.
pub const LARGE: u64 = 256 << 20;

/// How long a server may take to take the call, to begin its answer, and between two pieces of it.
const CONNECT: Duration = Duration::from_secs(10);
const ANSWER: Duration = Duration::from_secs(120);
const PIECE: Duration = Duration::from_secs(60);
const WHOLE: Duration = Duration::from_secs(1200);
/// The old server closes a connection that was idle for 5 seconds; a write would be lost on it.
const IDLE: Duration = Duration::from_secs(2);

/// The waits before a read is tried again.
const AGAIN: [Duration; 3] = [
    Duration::from_millis(200),
    Duration::from_millis(800),
    Duration::from_millis(3200),
];
/// While waiting, a wish to stop is seen after so long.
const LOOK: Duration = Duration::from_millis(50);

const REDIRECTS: usize = 5;

/// Who asks: a name and a password, or an API key.
#[derive(Clone)]
pub struct Credentials {
    header: Secret,
    /// What a server may know, and nobody is shown should it say so.
    secrets: Vec<Secret>,
}

impl Credentials {
    pub fn password(user: &str, password: &Secret) -> Self {
        let header = BASE64_STANDARD.encode(format!("{user}:{}", password.expose()));
        let header = Secret::new(header);
        Credentials {
            secrets: vec![header.clone(), password.clone()],
            header,
        }
    }

    /// A device's, learned by these.
    pub fn key(key: &Secret, before: &Credentials) -> Self {
        let mut credentials = Self::password("", key);
        credentials.secrets.extend_from_slice(&before.secrets);
        credentials
    }

    /// The same with one more secret that the server is told.
    pub fn telling(mut self, secret: &str) -> Self {
        self.secrets.push(Secret::new(secret));
        self
    }

    fn hidden_in(&self, text: &str) -> String {
        let secrets = self.secrets.iter().map(Secret::expose);
        secrets
            .filter(|secret| !secret.is_empty())
            .fold(text.to_owned(), |text, secret| text.replace(secret, "***"))
    }
}

/// What is asked for, as errors name it.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    pub method: &'static Method,
    /// With what is asked behind the `?`; encoded.
    pub path: &'a str,
    pub limit: u64,
}

impl fmt::Display for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

pub struct Client<'a> {
    agent: Agent,
    pub address: Address,
    pub watch: &'a dyn Watch,
}

impl<'a> Client<'a> {
    pub fn new(address: Address, watch: &'a dyn Watch) -> Self {
        let roots = match address.is_encrypted() {
            true => rustls_native_certs::load_native_certs().certs,
            false => Vec::new(),
        };
        let roots: Vec<Certificate<'static>> = roots
            .iter()
            .map(|root| Certificate::from_der(root).to_owned())
            .collect();
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .root_certs(RootCerts::new_with_certs(&roots))
            .build();
        let mut config = Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(CONNECT))
            .timeout_send_body(Some(WHOLE))
            .timeout_recv_response(Some(ANSWER))
            .timeout_recv_body(Some(WHOLE))
            .timeout_per_read(Some(PIECE))
            .max_idle_age(IDLE)
            .user_agent(concat!("heirloom/", env!("CARGO_PKG_VERSION")));
        if address.is_this_machine() {
            config = config.proxy(None);
        }
        Client {
            agent: config.build().new_agent(),
            address,
            watch,
        }
    }

    /// Reads; tried again where the connection breaks or the server is not itself.
    ///
    /// # Errors
    /// The server cannot be reached, leads elsewhere, or answers with more than the limit. Any
    /// status but those of redirects is an answer.
    pub fn read(&self, as_: Option<&Credentials>, call: Call<'_>) -> Result<Answer, RemoteError> {
        let mut waits = AGAIN.iter();
        loop {
            let answer = self.follow(as_, call);
            let again = match &answer {
                Ok(answer) => answer.status >= 500,
                Err(Trouble::MayPass(_)) => true,
                Err(Trouble::Stays(_)) => false,
            };
            match waits.next() {
                Some(wait) if again => self.wait(*wait)?,
                _ => return answer.map_err(Trouble::into_error),
            }
        }
    }

    /// Writes; once.
    ///
    /// # Errors
    /// As [`Client::read`]; or a redirect, because what is written goes where it was said.
    pub fn write(
        &self,
        as_: &Credentials,
        call: Call<'_>,
        body: &[u8],
    ) -> Result<Answer, RemoteError> {
        self.check_cancelled()?;
        match self.once(Some(as_), call, call.path, body) {
            Ok(Reply::Answer(answer)) => Ok(answer),
            Ok(Reply::Redirect(to)) => Err(RemoteError::Elsewhere {
                asked: call.to_string(),
                to: shown(&to),
            }),
            Err(trouble) => Err(trouble.into_error()),
        }
    }

    /// The words of a refusal, as an error.
    pub fn refused(
        &self,
        as_: Option<&Credentials>,
        call: Call<'_>,
        answer: &Answer,
    ) -> RemoteError {
        let said = serde_json::from_slice::<Value>(&answer.body).ok();
        let said = said.as_ref().and_then(|said| said.get("msg")?.as_str());
        let said = said.map(|said| match as_ {
            Some(credentials) => credentials.hidden_in(said),
            None => said.into(),
        });
        RemoteError::Refused {
            asked: call.to_string(),
            status: answer.status,
            said: said
                .map(|said| format!(" {}", shown(&said)))
                .unwrap_or_default(),
        }
    }

    fn check_cancelled(&self) -> Result<(), RemoteError> {
        match self.watch.cancelled() {
            true => Err(RemoteError::Cancelled),
            false => Ok(()),
        }
    }

    fn wait(&self, how_long: Duration) -> Result<(), RemoteError> {
        let end = Instant::now() + how_long;
        while Instant::now() < end {
            self.check_cancelled()?;
            thread::sleep(LOOK);
        }
        Ok(())
    }

    fn follow(&self, as_: Option<&Credentials>, call: Call<'_>) -> Result<Answer, Trouble> {
        let mut path = call.path.to_owned();
        for _ in 0..=REDIRECTS {
            self.check_cancelled().map_err(Trouble::Stays)?;
            match self.once(as_, call, &path, &[])? {
                Reply::Answer(answer) => return Ok(answer),
                Reply::Redirect(to) => {
                    path = self.address.on_itself(&to).ok_or_else(|| {
                        let to = match as_ {
                            Some(credentials) => credentials.hidden_in(&to),
                            None => to,
                        };
                        Trouble::Stays(RemoteError::Elsewhere {
                            asked: call.to_string(),
                            to: shown(&to),
                        })
                    })?;
                }
            }
        }
        Err(Trouble::Stays(RemoteError::Circle {
            asked: call.to_string(),
        }))
    }

    /// In a thread of its own: a server that says nothing keeps nobody who wants to stop.
    fn once(
        &self,
        as_: Option<&Credentials>,
        call: Call<'_>,
        path: &str,
        body: &[u8],
    ) -> Result<Reply, Trouble> {
        let mut request = Request::builder()
            .method(call.method)
            .uri(format!("{}{path}", self.address))
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(credentials) = as_ {
            let value = format!("Basic {}", credentials.header.expose());
            request = request.header(header::AUTHORIZATION, value);
        }
        let failed = |error| self.trouble(call, error);
        let request = request.body(body.to_vec());
        let request = request.map_err(|error| failed(error.into()))?;
        let (agent, limit) = (self.agent.clone(), call.limit);
        let (done, reply) = mpsc::channel();
        thread::spawn(move || done.send(exchange(&agent, request, limit)));
        loop {
            match reply.recv_timeout(LOOK) {
                Ok(reply) => return reply.map_err(failed),
                Err(RecvTimeoutError::Timeout) => self.check_cancelled().map_err(Trouble::Stays)?,
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(failed(ureq::Error::ConnectionFailed));
                }
            }
        }
    }

    fn trouble(&self, call: Call<'_>, error: ureq::Error) -> Trouble {
        let reach = |advice| RemoteError::Unreachable {
            server: self.address.to_string(),
            reason: shown(&error.to_string()),
            advice,
        };
        match &error {
            ureq::Error::BodyExceedsLimit(limit) => Trouble::Stays(RemoteError::TooLarge {
                asked: call.to_string(),
                limit: limit >> 20,
            }),
            ureq::Error::HostNotFound => Trouble::Stays(reach("Check the host's name.")),
            ureq::Error::Tls(_) | ureq::Error::Rustls(_) => Trouble::Stays(reach(TLS)),
            ureq::Error::Io(error) if error.kind() == io::ErrorKind::InvalidData => {
                Trouble::Stays(reach(TLS))
            }
            ureq::Error::Timeout(_) => Trouble::MayPass(reach(
                "Check host and port, and whether a firewall stands between.",
            )),
            ureq::Error::Io(_) | ureq::Error::ConnectionFailed | ureq::Error::BodyStalled => {
                Trouble::MayPass(reach("Check that the server runs, and host and port."))
            }
            ureq::Error::Protocol(_) | ureq::Error::LargeResponseHeader(..) => {
                Trouble::MayPass(RemoteError::Garbage {
                    asked: call.to_string(),
                    problem: shown(&error.to_string()),
                })
            }
            _ => Trouble::Stays(reach("Check the URL.")),
        }
    }
}

const TLS: &str = "Check that it is an https server of that name; a certificate of its own must be among those that this machine trusts, or in the file that SSL_CERT_FILE names.";

fn exchange(agent: &Agent, request: Request<Vec<u8>>, limit: u64) -> Result<Reply, ureq::Error> {
    let response = match *request.method() {
        Method::GET => agent.run(request.map(drop)),
        _ => agent.run(request),
    }?;
    let status = response.status().as_u16();
    if matches!(status, 301 | 302 | 303 | 307 | 308) {
        let to = response.headers().get(header::LOCATION);
        let to = to.map(|to| String::from_utf8_lossy(to.as_bytes()).into_owned());
        return Ok(Reply::Redirect(to.unwrap_or_default()));
    }
    let limit = if status == 200 { limit } else { SMALL };
    let body = response.into_body().into_with_config().limit(limit);
    Ok(Reply::Answer(Answer {
        status,
        body: body.read_to_vec()?,
    }))
}

enum Reply {
    Answer(Answer),
    Redirect(String),
}

/// Whether trying again may help.
enum Trouble {
    MayPass(RemoteError),
    Stays(RemoteError),
}

impl Trouble {
    fn into_error(self) -> RemoteError {
        match self {
            Trouble::MayPass(error) | Trouble::Stays(error) => error,
        }
    }
}

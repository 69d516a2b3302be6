//! Where a server is: scheme, host and port. The API is at the root of its host, so a path says
//! nothing; nor may credentials stand in an address, which every process list shows.

use std::fmt;
use std::net::IpAddr;

use ureq::http::Uri;

/// The server of a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    scheme: Scheme,
    /// In lower case, an IPv6 address in its brackets.
    host: String,
    port: u16,
    /// What stood behind the port, and leads nowhere.
    path: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
}

impl Scheme {
    fn word(self) -> &'static str {
        match self {
            Scheme::Http => "http",
            Scheme::Https => "https",
        }
    }

    fn port(self) -> u16 {
        match self {
            Scheme::Http => 80,
            Scheme::Https => 443,
        }
    }
}

/// Why a URL names no server. It is not quoted: a password may be in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    #[error(
        "the URL of the server must be https://HOST or http://HOST, with :PORT where it is another (ConnectorDB's own is 3124)"
    )]
    Form,
    #[error(
        "the URL of the server has a user or a password in it, where others see it. Give --user NAME, and the password by --password-file FILE, HEIRLOOM_CONNECTORDB_PASSWORD, or on the terminal"
    )]
    Credentials,
}

impl Address {
    /// # Errors
    /// It is no http:// or https:// URL, or has credentials in it.
    pub fn parse(text: &str) -> Result<Self, BadAddress> {
        let uri: Uri = text.trim().parse().map_err(|_| match text.contains('@') {
            true => BadAddress::Credentials,
            false => BadAddress::Form,
        })?;
        let authority = uri.authority().ok_or(BadAddress::Form)?;
        if authority.as_str().contains('@') {
            return Err(BadAddress::Credentials);
        }
        let scheme = match uri.scheme_str() {
            Some("http") => Scheme::Http,
            Some("https") => Scheme::Https,
            _ => return Err(BadAddress::Form),
        };
        if authority.host().is_empty() {
            return Err(BadAddress::Form);
        }
        // what is no port reads as none
        let port = match authority.as_str().strip_prefix(authority.host()) {
            Some("") => scheme.port(),
            _ => authority.port_u16().ok_or(BadAddress::Form)?,
        };
        let path = uri.path_and_query().map(|path| path.as_str().to_owned());
        Ok(Address {
            scheme,
            host: authority.host().to_ascii_lowercase(),
            port,
            path: path.filter(|path| path != "/"),
        })
    }

    /// The path that stood in the URL, and counts for nothing.
    #[must_use]
    pub fn ignored_path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// Whether somebody between could read what is said.
    #[must_use]
    pub fn is_open_to_others(&self) -> bool {
        !self.is_encrypted() && !self.is_this_machine()
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.scheme == Scheme::Https
    }

    pub(super) fn is_this_machine(&self) -> bool {
        let host = self.host.trim_matches(['[', ']']);
        host == "localhost"
            || host
                .parse()
                .is_ok_and(|address: IpAddr| address.is_loopback())
    }

    /// Where a redirect leads on this very server; `None` where it leads to another.
    pub(super) fn on_itself(&self, location: &str) -> Option<String> {
        let absolute = match location {
            _ if location.starts_with("//") => format!("{}:{location}", self.scheme.word()),
            _ if location.starts_with('/') => format!("{self}{location}"),
            _ => location.to_owned(),
        };
        let to = Address::parse(&absolute).ok()?;
        let same = (to.scheme, &to.host, to.port) == (self.scheme, &self.host, self.port);
        same.then(|| to.path.unwrap_or_else(|| "/".into()))
    }
}

/// As sources are called in reports: no path, no credentials.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme.word(), self.host)?;
        if self.port != self.scheme.port() {
            write!(f, ":{}", self.port)?;
        }
        Ok(())
    }
}

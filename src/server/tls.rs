//! The certificate: one that the server makes for itself once and keeps, or the operator's own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Datelike as _, Utc};
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::home::Home;
use crate::config::Tls;
use crate::files::{Readers, write_whole};

/// How long a certificate of the server's own is good for.
const YEARS: i32 = 10;

/// Why there is no encryption.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("{key}: {} {problem}", path.display())]
    File {
        /// The key of the configuration, dotted.
        key: &'static str,
        path: PathBuf,
        problem: String,
    },
    #[error("server.tls: the certificate and the key do not belong together: {0}")]
    Pair(rustls::Error),
    #[error(
        "the certificate {} cannot be kept: {source}. Check that its folder may be written.",
        path.display()
    )]
    Keep {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("the server's certificate cannot be made: {0}")]
    Make(#[from] rcgen::Error),
}

/// What TLS is spoken with; `None` where it is off.
///
/// # Errors
/// A file that is no certificate or key, or cannot be read or kept.
pub fn configure(
    tls: &Tls,
    home: &Home,
    now: DateTime<Utc>,
) -> Result<Option<Arc<ServerConfig>>, TlsError> {
    match tls {
        Tls::Off => Ok(None),
        Tls::Files { certificate, key } => load(certificate, key).map(Some),
        Tls::SelfSigned => {
            let (certificate, key) = (home.certificate(), home.key());
            if !certificate.exists() || !key.exists() {
                make(&certificate, &key, now)?;
            }
            load(&certificate, &key).map(Some)
        }
    }
}

fn load(certificate: &Path, key: &Path) -> Result<Arc<ServerConfig>, TlsError> {
    let failed = |key: &'static str, path: &Path, problem: String| TlsError::File {
        key,
        path: path.into(),
        problem,
    };
    let chain: Vec<CertificateDer> = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect)
        .map_err(|error| failed("server.tls.certificate", certificate, words(&error)))?;
    if chain.is_empty() {
        let problem = "holds no certificate in PEM form".into();
        return Err(failed("server.tls.certificate", certificate, problem));
    }
    let key = PrivateKeyDer::from_pem_file(key)
        .map_err(|error| failed("server.tls.key", key, words(&error)))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Pair)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(TlsError::Pair)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn words(error: &rustls::pki_types::pem::Error) -> String {
    use rustls::pki_types::pem::Error;
    match error {
        Error::Io(error) => format!("can't be read: {error}"),
        Error::NoItemsFound => "holds nothing in PEM form that is one".into(),
        error => format!("is damaged: {error}"),
    }
}

fn make(certificate: &Path, key: &Path, now: DateTime<Utc>) -> Result<(), TlsError> {
    let mut names = vec!["localhost".into(), "127.0.0.1".into(), "::1".into()];
    names.extend(host_name());
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, "Heirloom");
    let day = |year: i32| {
        let (month, day) = (now.month() as u8, now.day().min(28) as u8);
        rcgen::date_time_ymd(year, month, day)
    };
    // a clock that is a little behind elsewhere does not matter
    params.not_before = day(now.year() - 1);
    params.not_after = day(now.year() + YEARS);
    let pair = KeyPair::generate()?;
    let made = params.self_signed(&pair)?;
    for (path, text) in [(key, pair.serialize_pem()), (certificate, made.pem())] {
        write_whole(path, Readers::Owner, |out| {
            std::io::Write::write_all(out, text.as_bytes())
        })
        .map_err(|source| TlsError::Keep {
            path: path.into(),
            source,
        })?;
    }
    Ok(())
}

/// As the system says it, where it is one that a certificate can hold.
fn host_name() -> Option<String> {
    let name = rustix::system::uname();
    let name = name.nodename().to_str().ok()?.to_ascii_lowercase();
    let label = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
    (!name.is_empty() && name != "localhost" && name.bytes().all(label)).then_some(name)
}

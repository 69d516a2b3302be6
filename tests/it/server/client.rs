//! A server in a folder of its own, and what one asks of it.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use ureq::Agent;
use ureq::http::Request;
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};

use crate::session::Site;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(60);

pub const PASSWORD: &str = "correct horse";

/// Who asks.
#[derive(Clone, Copy)]
pub enum As<'a> {
    Nobody,
    /// With [`PASSWORD`].
    User(&'a str),
    Password(&'a str, &'a str),
    Token(&'a str),
    /// With a cookie, as a browser.
    Cookie(&'a str),
}

/// See the module. It does not outlive its test.
pub struct Running {
    child: Child,
    pub url: String,
    agent: Agent,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub text: String,
}

impl Answer {
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    #[track_caller]
    pub fn json(&self) -> Json {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The code of an error.
    #[track_caller]
    pub fn code(&self) -> String {
        let json = self.json();
        assert!(json["error"]["message"].is_string(), "{self:?}");
        json["error"]["code"].as_str().unwrap_or_default().into()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// A site with a source, its layers and these accounts: `admin` may do everything, `staff` is
/// staff, `plain` neither. Nothing is imported.
pub fn site() -> Site {
    let site = Site::small(&[
        (1, "One", crate::session::IN_WEST),
        (2, "Both", crate::session::IN_BOTH),
    ]);
    prepare(&site);
    site
}

/// The same for a site of one's own.
pub fn prepare(site: &Site) {
    assert_eq!(site.run("layers import layers.geojson").code, Some(0));
    let add = format!("echo '{PASSWORD}' | heirloom users add admin --admin");
    let added = site.shell(&add).output().expect("a shell");
    assert!(added.status.success(), "{added:?}");
    for (name, staff) in [("staff", "TRUE"), ("plain", "FALSE")] {
        site.store.edit(&format!(
            "INSERT INTO users (username, password, is_staff) \
             SELECT '{name}', password, {staff} FROM users WHERE username = 'admin'"
        ));
    }
}

impl Running {
    pub fn start(site: &Site) -> Self {
        Running::configured(site, "")
    }

    /// With more lines in `[server]`.
    pub fn configured(site: &Site, server: &str) -> Self {
        Running::of(site, server, site.program(&["serve"]))
    }

    /// Started by a shell, after `first`.
    pub fn after(site: &Site, first: &str) -> Self {
        Running::of(
            site,
            "",
            site.shell(&format!("{first}; exec heirloom serve")),
        )
    }

    fn of(site: &Site, server: &str, mut program: Command) -> Self {
        site.write(
            "heirloom.toml",
            &format!(
                "[nodeshot]\nurl = 'sqlite:old.db'\n[server]\nlisten = '127.0.0.1:0'\n{server}\n"
            ),
        );
        let file = |name| Stdio::from(File::create(site.path(name)).unwrap());
        let mut child = program
            .stdout(file("out.txt"))
            .stderr(file("err.txt"))
            .spawn()
            .expect("the program starts");
        let begun = Instant::now();
        let url = loop {
            let out = site.read("out.txt");
            if let Some(url) = out
                .lines()
                .find_map(|line| line.strip_prefix("listening on "))
            {
                break url.to_owned();
            }
            if let Some(status) = child.try_wait().unwrap() {
                panic!("it ended with {status}: {}", site.read("err.txt"));
            }
            assert!(begun.elapsed() < PATIENCE, "{out}{}", site.read("err.txt"));
            thread::sleep(Duration::from_millis(20));
        };
        Running {
            child,
            agent: agent(&certificate(site)),
            url,
        }
    }

    pub fn get(&self, path: &str, who: As) -> Answer {
        self.ask("GET", path, who, &[], "")
    }

    pub fn post(&self, path: &str, who: As, body: &str) -> Answer {
        self.ask("POST", path, who, &[], body)
    }

    pub fn ask(
        &self,
        method: &str,
        path: &str,
        who: As,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let uri = format!("{}{path}", self.url);
        let mut request = Request::builder().method(method).uri(uri);
        request = match who {
            As::Nobody => request,
            As::User(name) => request.header("authorization", basic(name, PASSWORD)),
            As::Password(name, password) => request.header("authorization", basic(name, password)),
            As::Token(token) => request.header("authorization", format!("Bearer {token}")),
            As::Cookie(cookie) => request.header("cookie", cookie),
        };
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let has_body = !body.is_empty() || ["POST", "PUT"].contains(&method);
        let sent = match has_body {
            true => self.agent.run(request.body(body.to_owned()).unwrap()),
            false => self.agent.run(request.body(()).unwrap()),
        };
        let mut answer = sent.unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        Answer {
            status: answer.status().as_u16(),
            headers: answer
                .headers()
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_str().unwrap().into()))
                .collect(),
            text: answer.body_mut().read_to_string().unwrap(),
        }
    }

    /// A token for an account.
    pub fn token(&self, name: &str) -> String {
        let login = format!(r#"{{"username": "{name}", "password": "{PASSWORD}"}}"#);
        let given = self.post("/api/login", As::Nobody, &login).is(200).json();
        given["token"].as_str().unwrap().into()
    }

    /// Logs in on the page; what the browser's cookie is then.
    pub fn session(&self, name: &str) -> String {
        let form = self.get("/admin/login", As::Nobody).is(200);
        let cookie = first_cookie(&form);
        let fields = [
            ("csrf", &*hidden(&form.text, "csrf")),
            ("username", name),
            ("password", PASSWORD),
        ];
        let answer = self.form("/admin/login", &cookie, &fields).is(303);
        first_cookie(&answer)
    }

    /// Sends a form as a browser does.
    pub fn form(&self, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Answer {
        let pairs = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", heirloom::config::percent_encoded(value)));
        let body = pairs.collect::<Vec<_>>().join("&");
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        self.ask("POST", path, As::Cookie(cookie), &headers, &body)
    }

    pub fn signal(&self) {
        let sent = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        assert!(sent.expect("kill runs").success());
    }

    /// The exit code, once it has ended.
    pub fn wait(&mut self) -> Option<i32> {
        self.child.wait().expect("the program ends").code()
    }

    pub fn stop(&mut self) -> Option<i32> {
        self.signal();
        self.wait()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where the server keeps its files.
pub fn home(site: &Site) -> PathBuf {
    match crate::store::on_postgres() {
        true => site.path("heirloom.server"),
        false => site.path("heirloom.sqlite3.server"),
    }
}

fn certificate(site: &Site) -> Vec<u8> {
    fs::read(home(site).join("certificate.pem")).unwrap_or_default()
}

fn agent(pem: &[u8]) -> Agent {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .unversioned_rustls_crypto_provider(provider);
    if let Ok(certificate) = Certificate::from_pem(pem) {
        tls = tls.root_certs(RootCerts::new_with_certs(&[certificate]));
    }
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        // the server closes a connection whose request it did not read to its end
        .max_idle_connections(0)
        .max_redirects_will_error(false)
        .timeout_global(Some(PATIENCE))
        .tls_config(tls.build())
        .build()
        .into()
}

fn basic(name: &str, password: &str) -> String {
    use base64::Engine as _;
    let pair = format!("{name}:{password}");
    format!(
        "Basic {}",
        base64::engine::general_purpose::STANDARD.encode(pair)
    )
}

/// A cookie as it is sent back.
#[track_caller]
pub fn first_cookie(answer: &Answer) -> String {
    let set = answer.header("set-cookie");
    let set = set.unwrap_or_else(|| panic!("no cookie: {answer:?}"));
    set.split(';').next().unwrap_or_default().into()
}

/// The value of a hidden field.
#[track_caller]
pub fn hidden(page: &str, name: &str) -> String {
    let field = format!("type=\"hidden\" name=\"{name}\" value=\"");
    let (_, rest) = page.split_once(&field).unwrap_or_else(|| panic!("{page}"));
    rest.split('"').next().unwrap_or_default().into()
}

#[track_caller]
pub fn until(what: &str, reached: impl Fn() -> bool) {
    let begun = Instant::now();
    while !reached() {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        thread::sleep(Duration::from_millis(50));
    }
}

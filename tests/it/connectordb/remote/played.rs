//! A server that plays answers as ConnectorDB 0.3 gives them, or worse ones.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use base64::prelude::{BASE64_STANDARD, Engine as _};

use super::PASSWORD;

/// The key of alice's own device, and of her phone.
pub const KEY: &str = "0d7c1b54-11a5-4e3c-9a0e-3f8a3f1c7d10";
pub const PHONE_KEY: &str = "7b1f5d5e-7f0e-4f3e-8d65-6b6b6a8f9f11";

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    /// With what stands behind the `?`.
    pub path: String,
    pub authorization: Option<String>,
    pub body: String,
}

/// What is answered.
pub enum Answer {
    Text(u16, String),
    Redirect(String),
    /// The connection ends in the middle.
    Torn,
    /// The connection stays, and nothing comes.
    Silence,
}

impl Answer {
    pub fn json(text: impl Into<String>) -> Self {
        Answer::Text(200, text.into())
    }

    pub fn error(status: u16, message: &str) -> Self {
        let message = serde_json::Value::from(message);
        Answer::Text(
            status,
            format!(r#"{{"code":{status},"msg":{message},"ref":"r"}}"#),
        )
    }
}

type Play = dyn Fn(&Asked) -> Answer + Send + Sync;

/// See the module; its thread ends with the process.
pub struct Played {
    port: u16,
    play: Arc<Mutex<Arc<Play>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Played {
    pub fn start(play: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let played = Played {
            port: listener.local_addr().unwrap().port(),
            play: Arc::new(Mutex::new(Arc::new(play))),
            asked: Arc::default(),
        };
        let (play, asked) = (played.play.clone(), played.asked.clone());
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let (play, asked) = (play.clone(), asked.clone());
                thread::spawn(move || serve(&connection, &play, &asked));
            }
        });
        played
    }

    /// From now on it answers otherwise.
    pub fn plays(&self, play: impl Fn(&Asked) -> Answer + Send + Sync + 'static) {
        *self.play.lock().unwrap() = Arc::new(play);
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What was asked so far; from now on it is forgotten.
    pub fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

fn serve(connection: &TcpStream, play: &Mutex<Arc<Play>>, asked: &Mutex<Vec<Asked>>) {
    let Some(request) = read(connection) else {
        return;
    };
    asked.lock().unwrap().push(request.clone());
    let play = play.lock().unwrap().clone();
    let mut out = connection;
    let head = match play(&request) {
        Answer::Text(status, text) => {
            // whoever has read enough may be gone
            let _ = write!(
                out,
                "HTTP/1.1 {status} Said\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{text}",
                text.len()
            );
            return;
        }
        Answer::Redirect(to) => format!(
            "HTTP/1.1 302 Found\r\nLocation: {to}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        ),
        Answer::Silence => loop {
            thread::park();
        },
        Answer::Torn => "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n[{\"t\": 1".into(),
    };
    let _ = out.write_all(head.as_bytes());
}

fn read(connection: &TcpStream) -> Option<Asked> {
    let mut lines = BufReader::new(connection);
    let mut line = String::new();
    let mut next = |line: &mut String| {
        line.clear();
        lines.read_line(line).ok().filter(|read| *read > 0)
    };
    next(&mut line)?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?.to_string(), words.next()?.to_string());
    let (mut authorization, mut length) = (None, 0);
    loop {
        next(&mut line)?;
        let Some((name, value)) = line.trim().split_once(": ") else {
            break;
        };
        match name.to_lowercase().as_str() {
            "authorization" => authorization = Some(value.to_string()),
            "content-length" => length = value.parse().ok()?,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    lines.read_exact(&mut body).ok()?;
    Some(Asked {
        method,
        path,
        authorization,
        body: String::from_utf8(body).ok()?,
    })
}

/// How a request says who sends it.
pub fn authorization(user: &str, password: &str) -> String {
    format!(
        "Basic {}",
        BASE64_STANDARD.encode(format!("{user}:{password}"))
    )
}

/// So many points of alice's stream `phone/steps`; values that no float64 holds, or spells so.
pub fn points(from: u64, to: u64) -> String {
    let point = |number: u64| {
        format!(
            r#"{{"t":{},"d":[12345678901234567890,1.10,"é \u003c",{number}]}}"#,
            1_480_000_000 + number
        )
    };
    let points: Vec<String> = (from..to).map(point).collect();
    format!("[{}]", points.join(","))
}

/// The world of alice, who is no admin: three devices, one stream of `length` points with a
/// downlink of two.
pub fn world(asked: &Asked, length: u64) -> Answer {
    let known = [authorization("alice", PASSWORD), authorization("", KEY)];
    let path = asked.path.strip_prefix("/api/v1/").unwrap_or_default();
    if path == "meta/version" {
        return Answer::Text(200, "0.3.0".into());
    }
    if !asked
        .authorization
        .as_ref()
        .is_some_and(|with| known.contains(with))
    {
        return Answer::error(401, "wrong");
    }
    let own = format!(
        r#"{{"name":"user","nickname":"","description":"","icon":"material:person","apikey":"{KEY}","enabled":true,"public":false,"role":"user","visible":true,"user_editable":true}}"#
    );
    let phone = format!(
        r#"{{"name":"phone","nickname":"","description":"","icon":"","apikey":"{PHONE_KEY}","enabled":true,"public":false,"role":"","visible":true,"user_editable":true}}"#
    );
    let meta = r#"{"name":"meta","nickname":"","description":"","icon":"","apikey":"","enabled":true,"public":false,"role":"","visible":false,"user_editable":false}"#;
    match path.split_once('?').unwrap_or((path, "")) {
        ("", "q=this") => Answer::Text(200, "alice/user".into()),
        ("crud/alice", "") => Answer::json(
            r#"{"name":"alice","nickname":"Al","email":"alice@mail.example","description":"","icon":"","role":"user","public":false}"#,
        ),
        ("crud/alice", "q=ls") => Answer::json(format!("[{own},{meta},{phone}]")),
        ("crud/alice/user", "") => Answer::json(own),
        ("crud/alice/user" | "crud/alice/meta", "q=ls") => Answer::json("[]"),
        ("crud/alice/phone", "q=ls") => Answer::json(
            r#"[{"name":"steps","nickname":"","description":"","icon":"","schema":"{}","datatype":"","ephemeral":false,"downlink":true}]"#,
        ),
        ("crud/alice/phone/steps/data", query) => data(query, length),
        _ => Answer::error(404, "Can't access this resource."),
    }
}

fn data(query: &str, length: u64) -> Answer {
    let value = |key: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find_map(|(name, value)| (name == key).then_some(value))
    };
    let is_downlink = value("downlink") == Some("true");
    let length = if is_downlink { 2 } else { length };
    if value("q") == Some("length") {
        return Answer::Text(200, length.to_string());
    }
    let index = |key: &str| value(key).unwrap().parse::<u64>().unwrap();
    let (from, to) = (index("i1"), index("i2").min(length));
    match is_downlink {
        true => Answer::json(
            r#"[{"t":5,"d":true,"o":"alice/user"},{"t":5,"d":false,"o":"alice/user"}]"#,
        ),
        false => Answer::json(points(from, to)),
    }
}

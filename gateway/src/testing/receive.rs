//! What notices and messages arrive at in a test: a mail server, and a program that is told. Both do as they are told.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU16, Ordering},
};

use axum::{Router, body::Bytes, extract::State, response::IntoResponse as _};
use chassis::error::{Error, Result};
use http::{HeaderMap, StatusCode, Uri, header};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};

/// How long something may take to arrive.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

/// A mail as it arrived.
#[derive(Debug, Clone)]
pub struct Mail {
    pub to: Vec<String>,
    pub data: String,
}

impl Mail {
    /// A header's value.
    pub fn header(&self, name: &str) -> String {
        let head = self.data.split("\r\n\r\n").next().unwrap_or_default().replace("\r\n ", " ");
        let line = head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        line.unwrap_or_default().to_owned()
    }

    /// The rest of the first line that begins so.
    pub fn line(&self, begins: &str) -> String {
        let line = self.data.lines().find_map(|line| line.strip_prefix(begins));
        line.unwrap_or_default().to_owned()
    }
}

/// A mail as a mail program shows it: long lines and letters beyond ASCII travel as quoted-printable.
fn readable(data: &str) -> String {
    let Some((head, body)) = data.split_once("\r\n\r\n") else { return data.to_owned() };
    if !head.contains("quoted-printable") {
        return data.to_owned();
    }
    let joined = body.replace("=\r\n", "");
    let mut parts = joined.split('=');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (code, rest) = part.split_at_checked(2).unwrap_or((part, ""));
        bytes.extend(hex::decode(code).unwrap_or_default());
        bytes.extend(rest.as_bytes());
    }
    format!("{head}\r\n\r\n{}", String::from_utf8_lossy(&bytes))
}

/// A mail server.
#[derive(Clone)]
pub struct PostOffice {
    pub port: u16,
    mails: Arc<Mutex<Vec<Mail>>>,
    /// What a recipient is answered; 0 where connections are closed at once.
    answer: Arc<AtomicU16>,
}

impl PostOffice {
    /// One that takes everything.
    pub async fn open() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(Error::internal)?;
        let port = listener.local_addr().map_err(Error::internal)?.port();
        let office = Self { port, mails: Arc::default(), answer: Arc::new(AtomicU16::new(250)) };
        let this = office.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                if this.answer.load(Ordering::SeqCst) != 0 {
                    let this = this.clone();
                    tokio::spawn(async move { this.serve(stream).await });
                }
            }
        });
        Ok(office)
    }

    /// What recipients are answered from now on.
    pub fn answers(&self, code: u16) {
        self.answer.store(code, Ordering::SeqCst);
    }

    /// What arrived so far.
    pub fn mails(&self) -> Vec<Mail> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn serve(&self, stream: TcpStream) -> Option<()> {
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        write.write_all(b"220 test\r\n").await.ok()?;
        let mut to = Vec::new();
        while let Some(line) = lines.next_line().await.ok()? {
            let word = line.get(..4).unwrap_or(&line).to_uppercase();
            let answer = match word.as_str() {
                "EHLO" => "250-test\r\n250 8BITMIME".to_owned(),
                "RCPT" => {
                    let code = self.answer.load(Ordering::SeqCst);
                    to.push(line.trim_start_matches("RCPT TO:").trim_matches(['<', '>']).to_owned());
                    format!("{code} so")
                }
                "DATA" => {
                    write.write_all(b"354 go on\r\n").await.ok()?;
                    let mut data = String::new();
                    while let Some(line) = lines.next_line().await.ok()?.filter(|line| line != ".") {
                        data += line.strip_prefix('.').unwrap_or(&line);
                        data += "\r\n";
                    }
                    let mail = Mail { to: std::mem::take(&mut to), data: readable(&data) };
                    self.mails.lock().unwrap_or_else(PoisonError::into_inner).push(mail);
                    "250 taken".to_owned()
                }
                "QUIT" => {
                    write.write_all(b"221 bye\r\n").await.ok()?;
                    return Some(());
                }
                _ => "250 well".to_owned(),
            };
            write.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
        }
        Some(())
    }
}

/// A message as it arrived.
#[derive(Debug, Clone)]
pub struct Told {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Told {
    /// A header's value.
    pub fn header(&self, name: &str) -> String {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    }

    /// The signature that a library of the specification makes of it with a secret.
    pub fn signed_with(&self, secret: &str) -> String {
        let (id, at) = (self.header("webhook-id"), self.header("webhook-timestamp").parse().unwrap_or_default());
        let library = standardwebhooks::Webhook::new(secret);
        library.and_then(|library| library.sign(&id, at, &self.body)).unwrap_or_else(|error| error.to_string())
    }
}

/// A program that is told.
#[derive(Clone)]
pub struct Program {
    pub port: u16,
    told: Arc<Mutex<Vec<Told>>>,
    answer: Arc<AtomicU16>,
}

impl Program {
    /// One that takes everything.
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(Error::internal)?;
        let port = listener.local_addr().map_err(Error::internal)?.port();
        let program = Self { port, told: Arc::default(), answer: Arc::new(AtomicU16::new(204)) };
        let take = |State(this): State<Self>, uri: Uri, headers: HeaderMap, body: Bytes| async move {
            let told = Told { path: uri.to_string(), headers, body };
            this.told.lock().unwrap_or_else(PoisonError::into_inner).push(told);
            let status = StatusCode::from_u16(this.answer.load(Ordering::SeqCst)).unwrap_or_default();
            // Far more than anybody reads, and a way elsewhere.
            (status, [(header::LOCATION, "/elsewhere")], vec![b'a'; if status == 500 { 1 << 20 } else { 0 }])
                .into_response()
        };
        let router = Router::new().fallback(take).with_state(program.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(program)
    }

    /// What messages are answered from now on.
    pub fn answers(&self, status: u16) {
        self.answer.store(status, Ordering::SeqCst);
    }

    /// What arrived so far.
    pub fn told(&self) -> Vec<Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook", self.port)
    }
}

/// Waits until so much has arrived, doing something meanwhile, and answers all of it.
///
/// # Errors
/// Where it has not arrived in time, or too much has.
pub async fn arrives<T>(
    count: usize,
    what: impl Fn() -> Vec<T>,
    mut meanwhile: impl AsyncFnMut() -> Result<()>,
) -> Result<Vec<T>> {
    let arrived = async {
        loop {
            meanwhile().await?;
            let all = what();
            if all.len() >= count {
                return Ok::<_, Error>(all);
            }
            tokio::time::sleep(std::time::Duration::from_millis(30)).await;
        }
    };
    let all: Vec<T> = match tokio::time::timeout(PATIENCE, arrived).await {
        Ok(all) => all?,
        Err(_) => return Err(Error::internal(format!("{} instead of {count} arrived", what().len()))),
    };
    if all.len() > count { Err(Error::internal(format!("{} instead of {count} arrived", all.len()))) } else { Ok(all) }
}

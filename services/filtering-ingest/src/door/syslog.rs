//! Syslog over TCP and TLS (RFC 5425, RFC 6587). A connection is a sender's: by its client certificate over TLS; over plain
//! TCP, which is off by default and weaker, by the address it comes from and the port it comes to. Syslog knows no
//! acknowledgement: what was read and not yet committed is lost when the process is killed, and nothing else. While lines
//! are being taken in nothing is read, so that a flood waits at its source.

mod connection;
mod frame;
mod tls;

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use chassis::{
    access::Access,
    caller::Scope,
    error::{Error, Result, Violations},
    serve::Shutdown,
};
use serde::{Deserialize, Serialize};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;
use tracing::{info, warn};

use crate::{
    App,
    sender::{Peer, Sender},
    store,
};

/// Connections that one address may have.
const EACH: usize = 32;
/// How often at most the log says that a connection was not taken: whoever reaches the port would else fill it.
const SAID: Duration = Duration::from_secs(1);
/// How long a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// How syslog is taken in; not at all by default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Syslog {
    /// The address it listens on for syslog over TLS, such as `0.0.0.0:6514`; not at all where empty.
    pub tls_listen: String,
    /// The file of the certificate that senders see, with those it was signed by, PEM.
    pub certificate: PathBuf,
    /// The file of that certificate's key, PEM.
    pub key: PathBuf,
    /// The addresses it listens on for syslog without TLS, such as `10.20.0.1:5514`. Anybody on the way can read it, and
    /// whoever can send from a sender's address can send in its place.
    pub tcp_listen: Vec<String>,
    /// How many connections there may be; each takes about 300 kB while it floods.
    pub connections: u32,
    /// Minutes without a message after which a connection is closed.
    pub idle_minutes: u32,
    /// Seconds in which a message that has begun must end.
    pub message_seconds: u32,
}

impl Default for Syslog {
    fn default() -> Self {
        Self {
            tls_listen: String::new(),
            certificate: PathBuf::new(),
            key: PathBuf::new(),
            tcp_listen: Vec::new(),
            connections: 500,
            // A filter is quiet at night, and a new connection costs it lines that it had not sent yet.
            idle_minutes: 12 * 60,
            message_seconds: 30,
        }
    }
}

impl Syslog {
    /// Checks every setting, without reaching for anything.
    ///
    /// # Errors
    /// `Invalid`, naming the keys.
    pub fn check(&self) -> Result<()> {
        let mut v = Violations::new();
        let fix = "Enter an address and port such as 0.0.0.0:6514";
        v.check(self.tls_listen.is_empty() || listens(&self.tls_listen), "syslog.tls_listen", fix);
        v.check(self.tcp_listen.iter().all(|listen| listens(listen)), "syslog.tcp_listen", fix);
        if !self.tls_listen.is_empty() {
            for (key, file) in [("certificate", &self.certificate), ("key", &self.key)] {
                v.check(file.is_file(), format!("syslog.{key}"), "Enter a PEM file that there is");
            }
        }
        let mut within = |key: &str, value: u32, to: u32| {
            v.check((1..=to).contains(&value), format!("syslog.{key}"), format!("Enter a number from 1 to {to}"));
        };
        within("connections", self.connections, 100_000);
        within("idle_minutes", self.idle_minutes, 7 * 24 * 60);
        within("message_seconds", self.message_seconds, 600);
        v.finish()
    }
}

fn listens(address: &str) -> bool {
    address.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
}

/// What listens, once it does.
pub(crate) struct Doors {
    listeners: Vec<(TcpListener, Option<TlsAcceptor>)>,
    settings: Syslog,
}

impl Doors {
    /// Opens every door that the settings name.
    ///
    /// # Errors
    /// `Invalid` where an address cannot be listened on, or a certificate cannot be read.
    pub(crate) async fn open(settings: Syslog) -> Result<Self> {
        let mut listeners = Vec::new();
        if !settings.tls_listen.is_empty() {
            let acceptor = tls::acceptor(&settings.certificate, &settings.key)?;
            listeners.push((bind("syslog.tls_listen", &settings.tls_listen).await?, Some(acceptor)));
        }
        for listen in &settings.tcp_listen {
            listeners.push((bind("syslog.tcp_listen", listen).await?, None));
        }
        Ok(Self { listeners, settings })
    }

    /// Takes connections until shutdown; then lets those there are send what they hold.
    pub(crate) async fn run(self, app: App, access: Arc<Access>, shutdown: Shutdown) {
        let Self { listeners, settings } = self;
        let room = Arc::new(Semaphore::new(usize::try_from(settings.connections).unwrap_or(usize::MAX)));
        let door = Door {
            app,
            access,
            settings: Arc::new(settings),
            room,
            each: Each::default(),
            said: Said::default(),
            shutdown,
        };
        let mut accepting = JoinSet::new();
        for (listener, acceptor) in listeners {
            accepting.spawn(door.clone().accept(listener, acceptor));
        }
        accepting.join_all().await;
    }
}

async fn bind(key: &str, listen: &str) -> Result<TcpListener> {
    TcpListener::bind(listen)
        .await
        .map_err(|e| Error::invalid(key, format!("{listen} cannot be listened on: {e}; set another address and port")))
}

/// One door, and what all of them share.
#[derive(Clone)]
struct Door {
    app: App,
    access: Arc<Access>,
    settings: Arc<Syslog>,
    room: Arc<Semaphore>,
    each: Each,
    said: Said,
    shutdown: Shutdown,
}

impl Door {
    async fn accept(self, listener: TcpListener, acceptor: Option<TlsAcceptor>) {
        let port = listener.local_addr().map_or(0, |address| address.port());
        let mut connections = JoinSet::new();
        let mut shutdown = self.shutdown.clone();
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, from)) => {
                        if let Some(held) = self.admit(from) {
                            connections.spawn(self.clone().serve(stream, from, port, acceptor.clone(), held));
                        }
                    }
                    Err(error) => {
                        // Too many files are open, or the connection is gone already: it gets no better at once.
                        warn!(%error, "a syslog connection could not be accepted");
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                },
                Some(_) = connections.join_next() => {}
                () = shutdown.wait() => break,
            }
        }
        drop(listener);
        connections.join_all().await;
    }

    /// A place for a connection; none where there is no room, or its address has enough.
    fn admit(&self, from: SocketAddr) -> Option<(OwnedSemaphorePermit, Held)> {
        let room = self.room.clone().try_acquire_owned().ok();
        let held = room.and_then(|room| Some((room, self.each.take(from.ip().to_canonical())?)));
        if held.is_none()
            && let Some(unsaid) = self.said.may_be(Instant::now())
        {
            warn!(unsaid, "a syslog connection was refused: there are too many");
        }
        held
    }

    async fn serve(
        self,
        stream: TcpStream,
        from: SocketAddr,
        port: u16,
        acceptor: Option<TlsAcceptor>,
        _held: (OwnedSemaphorePermit, Held),
    ) {
        let served = match acceptor {
            Some(acceptor) => self.encrypted(stream, &acceptor).await,
            None => self.plain(stream, from.ip().to_canonical(), port).await,
        };
        if let Err(error) = served
            && let Some(unsaid) = self.said.may_be(Instant::now())
        {
            info!(unsaid, %error, "a syslog connection was not taken");
        }
    }

    async fn encrypted(&self, stream: TcpStream, acceptor: &TlsAcceptor) -> Result<()> {
        let shaken = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await;
        let stream = shaken.map_err(|_| Error::unavailable("the handshake took too long"))?;
        let stream = stream.map_err(|e| Error::unavailable(format!("the handshake failed: {e}")))?;
        let fingerprint = tls::fingerprint(stream.get_ref().1).ok_or_else(Error::not_signed_in)?;
        let sender = self.find(Known::By(&fingerprint)).await?;
        let Some(sender) = sender else {
            if let Some(unsaid) = self.said.may_be(Instant::now()) {
                warn!(unsaid, certificate.sha256 = fingerprint, "no sender is registered with this certificate");
            }
            return Ok(());
        };
        connection::Connection::new(self, &sender).serve(stream).await;
        Ok(())
    }

    async fn plain(&self, stream: TcpStream, address: IpAddr, port: u16) -> Result<()> {
        let sender = self.find(Known::From(Peer { address, port })).await?;
        let Some(sender) = sender else {
            if let Some(unsaid) = self.said.may_be(Instant::now()) {
                warn!(unsaid, %address, port, "no sender is registered with this address and port");
            }
            return Ok(());
        };
        connection::Connection::new(self, &sender).serve(stream).await;
        Ok(())
    }

    async fn find(&self, known: Known<'_>) -> Result<Option<Sender>> {
        let mut tx = self.app.store.begin(&Scope::system("syslog")).await?;
        tx.silent();
        let sender = match known {
            Known::By(fingerprint) => store::sender::by_certificate(&tx, fingerprint).await?,
            Known::From(peer) => store::sender::by_peer(&tx, peer).await?,
        };
        tx.commit().await?;
        Ok(sender)
    }
}

/// What a sender is known by.
#[derive(Clone, Copy)]
enum Known<'a> {
    By(&'a str),
    From(Peer),
}

/// When the log last said that a connection was not taken, and of how many it said nothing since.
#[derive(Clone, Default)]
struct Said(Arc<Mutex<(Option<Instant>, u64)>>);

impl Said {
    /// Whether it may be said now: of how many it was not before.
    fn may_be(&self, now: Instant) -> Option<u64> {
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (last, unsaid) = &mut *said;
        if last.is_some_and(|last| now.saturating_duration_since(last) < SAID) {
            *unsaid += 1;
            return None;
        }
        *last = Some(now);
        Some(std::mem::take(unsaid))
    }
}

/// How many connections each address has.
#[derive(Clone, Default)]
struct Each(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// One of them.
struct Held {
    of: Each,
    address: IpAddr,
}

impl Each {
    fn take(&self, address: IpAddr) -> Option<Held> {
        let mut each = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let has = each.entry(address).or_default();
        if *has >= EACH {
            return None;
        }
        *has += 1;
        Some(Held { of: self.clone(), address })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut each = self.of.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(has) = each.get_mut(&self.address) {
            *has -= 1;
            if *has == 0 {
                each.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_so_many_connections_and_no_more() {
        let each = Each::default();
        let (here, there) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        let held: Vec<Option<Held>> = (0..EACH).map(|_| each.take(here)).collect();
        assert!(held.iter().all(Option::is_some) && each.take(here).is_none() && each.take(there).is_some());
        drop(held);
        assert!(each.take(here).is_some());
    }

    #[test]
    fn whoever_reaches_the_port_does_not_fill_the_log() {
        let (said, now) = (Said::default(), Instant::now());
        assert_eq!(
            [0, 1, 999, 1_000].map(|ms| said.may_be(now + Duration::from_millis(ms))),
            [Some(0), None, None, Some(2)]
        );
    }

    #[test]
    fn settings_that_would_open_no_door_are_named() {
        let fields = |settings: Syslog| {
            let fields =
                settings.check().map_err(|e| e.violations().iter().map(|v| v.field.clone()).collect::<Vec<_>>());
            fields.err().unwrap_or_default()
        };
        assert!(fields(Syslog::default()).is_empty());
        let wrong = Syslog { tls_listen: "6514".into(), connections: 0, ..Syslog::default() };
        assert_eq!(fields(wrong), ["syslog.tls_listen", "syslog.certificate", "syslog.key", "syslog.connections"]);
        let plain = Syslog { tcp_listen: vec!["127.0.0.1:5514".into(), "x".into()], ..Syslog::default() };
        assert_eq!(fields(plain), ["syslog.tcp_listen"]);
    }
}

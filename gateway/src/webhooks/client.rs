//! Sends one message: to an address that was looked at after its name was resolved, on a connection to that very address,
//! without following anybody elsewhere.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use chassis::error::{Error, Result};
use http::{Request, header};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use super::address;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long everything may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// How much of an answer is read, and thrown away.
const LARGEST: usize = 64 << 10;

/// What a message is sent with.
#[derive(Debug)]
pub struct Headers<'a> {
    /// `webhook-id`.
    pub id: &'a str,
    /// `webhook-timestamp`.
    pub timestamp: i64,
    /// `webhook-signature`.
    pub signature: &'a str,
}

/// Sends messages.
#[derive(Clone)]
pub struct Client {
    tls: TlsConnector,
    loopback: bool,
}

/// Why nothing answered, as a code.
type Failure = &'static str;

impl Client {
    /// A client that trusts whom this machine trusts.
    ///
    /// # Errors
    /// `Internal` where TLS cannot be set up.
    pub fn new(loopback: bool) -> Result<Self> {
        let mut roots = RootCertStore::empty();
        let found = rustls_native_certs::load_native_certs();
        let (_, unread) = roots.add_parsable_certificates(found.certs);
        if unread > 0 || !found.errors.is_empty() {
            tracing::debug!(unread, "some of the machine's certificates cannot be read");
        }
        Self::trusting(roots, loopback)
    }

    /// A client that trusts these.
    ///
    /// # Errors
    /// `Internal` where TLS cannot be set up.
    pub fn trusting(roots: RootCertStore, loopback: bool) -> Result<Self> {
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(Error::internal)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { tls: TlsConnector::from(Arc::new(config)), loopback })
    }

    /// Where a name may be reached.
    ///
    /// # Errors
    /// A code: it stands for nothing, or for what only we reach.
    pub async fn resolve(&self, url: &Url) -> Result<SocketAddr, Failure> {
        let port = url.port_or_known_default().ok_or("unresolved")?;
        let found: Vec<SocketAddr> = match url.host().ok_or("unresolved")? {
            Host::Ipv4(ip) => vec![(ip, port).into()],
            Host::Ipv6(ip) => vec![(ip, port).into()],
            Host::Domain(name) => {
                let looked = tokio::time::timeout(CONNECT, tokio::net::lookup_host((name, port))).await;
                looked.map_err(|_| "unresolved")?.map_err(|_| "unresolved")?.collect()
            }
        };
        // A name that stands for one of ours among others is not to be tried until it gives the right one.
        if !found.iter().all(|at| address::allowed(at.ip(), self.loopback)) {
            return Err("refused_address");
        }
        found.into_iter().next().ok_or("unresolved")
    }

    /// Sends a message; answers the status that it was answered with.
    ///
    /// # Errors
    /// A code, where nothing answered.
    pub async fn send(&self, url: &Url, headers: &Headers<'_>, body: &str) -> Result<u16, Failure> {
        tokio::time::timeout(PATIENCE, self.post(url, headers, body)).await.map_err(|_| "timeout")?
    }

    async fn post(&self, url: &Url, headers: &Headers<'_>, body: &str) -> Result<u16, Failure> {
        let at = self.resolve(url).await?;
        let connecting = tokio::time::timeout(CONNECT, TcpStream::connect(at)).await;
        let stream = connecting.map_err(|_| "timeout")?.map_err(|_| "unreachable")?;
        let request = request(url, headers, body).ok_or("unreachable")?;
        if url.scheme() != "https" {
            return exchange(stream, request).await;
        }
        let name = url.host_str().map(|name| name.trim_matches(['[', ']']).to_owned());
        let name = ServerName::try_from(name.unwrap_or_default()).map_err(|_| "tls")?;
        let stream = self.tls.connect(name, stream).await.map_err(|_| "tls")?;
        exchange(stream, request).await
    }
}

fn request(url: &Url, headers: &Headers<'_>, body: &str) -> Option<Request<Full<Bytes>>> {
    let host = match (url.host_str()?, url.port()) {
        (host, Some(port)) => format!("{host}:{port}"),
        (host, None) => host.to_owned(),
    };
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    Request::post(format!("{}{query}", url.path()))
        .header(header::HOST, host)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, concat!("hedgerow/", env!("CARGO_PKG_VERSION")))
        .header(header::CONNECTION, "close")
        .header("webhook-id", headers.id)
        .header("webhook-timestamp", headers.timestamp)
        .header("webhook-signature", headers.signature)
        .body(Full::new(Bytes::copy_from_slice(body.as_bytes())))
        .ok()
}

async fn exchange<S>(stream: S, request: Request<Full<Bytes>>) -> Result<u16, Failure>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|_| "unreachable")?;
    let talk = async {
        let answer = sender.send_request(request).await.map_err(|_| "unreachable")?;
        let status = answer.status().as_u16();
        let (mut body, mut read) = (answer.into_body(), 0);
        // What it says is nothing to us; it is read so that it may end as it wants to.
        while let Some(Ok(frame)) = body.frame().await {
            read += frame.data_ref().map_or(0, Bytes::len);
            if read > LARGEST {
                break;
            }
        }
        Ok(status)
    };
    tokio::pin!(talk);
    tokio::pin!(connection);
    tokio::select! {
        status = &mut talk => status,
        ended = &mut connection => match ended {
            // The other side closed after its answer, which is still to be read.
            Ok(()) => talk.await,
            Err(_) => Err("unreachable"),
        },
    }
}

//! Lines of a log over HTTP: `POST …/feeds/{feed_id}/lines`, and `POST …/senders/{sender_id}/lines` for a sender of many
//! schools. The body is the log itself, packed or not; it is read no faster than its lines are taken in, and never held
//! whole. The header Idempotency-Key names the delivery: sent again, it gets its first answer.

pub mod sending;

use axum::{
    extract::Request,
    response::{IntoResponse as _, Response},
};
use chassis::{
    error::{Error, Kind},
    lines::packed::{ACCEPTED, Packing, Trouble},
};
use http::{HeaderMap, HeaderValue, Method, header};
use http_body_util::BodyExt as _;
use proto::{
    contract,
    filtering_ingest::v1::{IngestLinesRequest, filtering_ingest_client::FilteringIngestClient},
};
use serde_json::{Map, Value, json};

use crate::{
    app::App,
    arrival::RequestId,
    json::{
        self,
        input::IDEMPOTENCY_KEY,
        problem::{self, Plain},
    },
    limits::Client,
    proxy, refusal,
};
use sending::{Sending, SoFar, Stop};

/// The largest log, in bytes as the filter wrote it.
pub const LARGEST: u64 = 1 << 30;
/// What is said of a larger one.
const TOO_LARGE: &str = "send 1 GiB of lines at most in one request, counted unpacked: split the log between two lines and \
    send each part under an Idempotency-Key of its own; lines up to acknowledged_line are taken in, and none where it is not named";
const DAMAGED: &str = "send the packed file again: it is damaged or cut off; lines up to acknowledged_line are taken in, and none where it is not named";
const BEYOND: &str = "pack the log without --ultra, --long and -D: a zstd file that needs a window of more than 8 MiB or a dictionary \
    is not unpacked";
const BOMB: &str = "send a log: what was sent unpacks to more than 200 times its size, which no log does";
/// The kinds of text that are lines.
pub const KINDS: [&str; 3] = ["text/plain", "application/x-ndjson", "text/csv"];
/// Other names of the same.
const ALSO: [&str; 5] =
    ["application/ndjson", "application/jsonl", "application/json", "application/csv", "application/octet-stream"];

/// The rpc that takes lines in.
const RPC: &str = "/hedgerow.filtering_ingest.v1.FilteringIngest/IngestLines";
/// What became of them, as the contract has it.
pub const DELIVERY: &str = "hedgerow.filtering_ingest.v1.Delivery";

/// Where lines are to go.
#[derive(Debug, PartialEq, Eq)]
pub enum To {
    /// To one feed of a school.
    Feed {
        /// The school.
        school_id: String,
        /// The feed.
        feed_id: String,
    },
    /// To the schools that their routing keys name.
    Schools {
        /// The sender.
        sender_id: String,
    },
}

/// Where lines sent to a path are to go; none where it is the path of something else.
pub fn to(path: &str) -> Option<To> {
    let segments: Vec<&str> = path.strip_prefix("/v1/")?.split('/').collect();
    let id = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    match segments.as_slice() {
        ["schools", school, "feeds", feed, "lines"] => Some(To::Feed { school_id: id(school)?, feed_id: id(feed)? }),
        ["senders", sender, "lines"] => Some(To::Schools { sender_id: id(sender)? }),
        _ => None,
    }
}

/// Takes lines in.
pub async fn answer(app: App, client: Client, to: To, request: Request) -> Response {
    let request_id = RequestId::in_extensions(request.extensions());
    if request.method() != Method::POST {
        return Plain::method(&["POST"]).response(&request_id);
    }
    match take_in(&app, client, to, request, &request_id).await {
        Ok(delivery) => {
            ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], delivery).into_response()
        }
        Err((why, so_far)) => match why {
            Refused::Error(error) => {
                problem::response_with(&refusal::logged(&app, error).await, &request_id, told(&so_far))
            }
            Refused::Plain(plain) => plain.response_with(&request_id, told(&so_far)),
        },
    }
}

/// Why lines were not taken in, or not to their end.
enum Refused {
    Error(Error),
    Plain(Box<Plain>),
}

impl Refused {
    fn plain(plain: Plain) -> Self {
        Self::Plain(Box::new(plain))
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl From<Stop> for Refused {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Refused(error) => Self::Error(error),
            Stop::Trouble(Trouble::TooLarge) => Self::plain(Plain::larger(TOO_LARGE)),
            Stop::Trouble(Trouble::Bomb) => Self::plain(Plain::larger(BOMB)),
            Stop::Trouble(Trouble::Damaged) => Self::Error(Error::invalid("body", DAMAGED)),
            Stop::Trouble(Trouble::Beyond) => Self::Error(Error::invalid("body", BEYOND)),
        }
    }
}

type Outcome<T> = Result<T, (Refused, SoFar)>;

async fn take_in(app: &App, client: Client, to: To, request: Request, request_id: &str) -> Outcome<Vec<u8>> {
    let (parts, mut body) = request.into_parts();
    let begun = async {
        let rpc = contract::rpc(RPC).ok_or_else(|| Error::internal("the contract has no way in for lines"))?;
        tracing::Span::current().record("rpc.method", rpc.path.as_str());
        let way = proxy::way(app, rpc, &parts.headers, request_id, client).await?;
        let packing = acceptable(&parts.headers)?;
        let client = FilteringIngestClient::new(way.upstream());
        Ok::<_, Refused>(Sending::begin(client, request_of(to, &parts.headers)?, packing, LARGEST).await?)
    };
    let mut sending = begun.await.map_err(|why| (why, SoFar::default()))?;
    while let Some(frame) = body.frame().await {
        let taken = match frame.map(http_body::Frame::into_data) {
            Ok(Ok(data)) => sending.take(&data).await.map_err(Refused::from),
            // Trailers say nothing of the log.
            Ok(Err(_)) => Ok(()),
            Err(source) => {
                Err(Error::invalid("body", "Send the log again: it did not arrive whole").because(source).into())
            }
        };
        taken.map_err(|why| (why, sending.so_far().clone()))?;
    }
    let (delivery, so_far) = sending.finish().await.map_err(|(stop, so_far)| (stop.into(), so_far))?;
    json::write_as(DELIVERY, &delivery).map_err(|error| (error.into(), so_far))
}

/// How the body is packed, once it is of a kind that is taken.
fn acceptable(headers: &HeaderMap) -> Result<Packing, Refused> {
    let text = |name: header::HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    let kind = text(header::CONTENT_TYPE).unwrap_or(KINDS[0]);
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if !KINDS.iter().chain(&ALSO).any(|known| *known == kind) {
        return Err(Refused::plain(Plain::not_lines()));
    }
    // Several headers are several packings, one inside the other.
    let one = headers.get_all(header::CONTENT_ENCODING).iter().count() <= 1;
    let packing = text(header::CONTENT_ENCODING).map_or(Some(Packing::Plain), Packing::named).filter(|_| one);
    packing.ok_or_else(|| Refused::plain(Plain::packed_otherwise(HeaderValue::from_static(ACCEPTED))))
}

/// The delivery that the headers name.
fn request_of(to: To, headers: &HeaderMap) -> Result<IngestLinesRequest, Error> {
    let key = headers.get(IDEMPOTENCY_KEY).and_then(|value| value.to_str().ok()).map(str::trim).unwrap_or_default();
    if key.is_empty() || key.len() > 200 {
        let fix =
            "Send a name of 1 to 200 characters for this log in the header Idempotency-Key, a new one for each new log";
        return Err(Error::invalid("Idempotency-Key", fix));
    }
    let delivery = IngestLinesRequest { delivery_id: key.to_owned(), ..IngestLinesRequest::default() };
    Ok(match to {
        To::Feed { school_id, feed_id } => IngestLinesRequest { school_id, feed_id, ..delivery },
        To::Schools { sender_id } => IngestLinesRequest { sender_id, ..delivery },
    })
}

/// What a refusal says of the lines that were taken in before.
fn told(so_far: &SoFar) -> Map<String, Value> {
    let mut more = Map::new();
    if so_far.acknowledged_line > 0 {
        let rejected = so_far.rejected.iter();
        let rejected = rejected.map(|r| json!({"line": r.line.to_string(), "reason": r.reason, "detail": r.detail}));
        more.insert("acknowledged_line".into(), so_far.acknowledged_line.to_string().into());
        more.insert("rejected_lines".into(), rejected.collect::<Vec<_>>().into());
    }
    more
}

/// Whether a refusal is worth saying so on the page of a form: what was wrong with the file.
pub fn of_file(stop: Stop) -> Error {
    let fix = |text: &str| Error::invalid("file", text);
    match stop {
        Stop::Trouble(Trouble::TooLarge) => {
            fix("The log must be 1 GB or smaller, unpacked: split it, and send each part")
        }
        Stop::Trouble(Trouble::Bomb) => fix("Select a log: this file unpacks to more than 200 times its size"),
        Stop::Trouble(Trouble::Damaged) => fix("Select the file again: it is damaged or cut off"),
        Stop::Trouble(Trouble::Beyond) => fix("Pack the log with zstd without --ultra, --long and -D, or with gzip"),
        // The page asks for a file; that is where its answer belongs.
        Stop::Refused(error) if error.kind() == Kind::Invalid => {
            match error.violations().iter().find(|v| v.field == "lines") {
                Some(lines) => fix(&lines.message),
                None => error,
            }
        }
        Stop::Refused(error) => error,
    }
}

#[cfg(test)]
mod tests;

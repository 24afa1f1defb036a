//! How long a request may take. A page or a JSON call has its few seconds; a file or a log that is being sent has as long
//! as it keeps coming, within reason, and so has a stream of lines over gRPC.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, HttpBody},
    extract::Request,
};
use bytes::{Buf as _, Bytes};
use http::header;
use http_body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep};

use crate::{config::Console, lines};

/// How much must have come for a body to count as coming forward.
const STEP: usize = 16 << 10;

/// How long requests may take.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    page: Duration,
    upload: Duration,
    stall: Duration,
}

impl Pace {
    /// As the gateway's settings have it.
    pub fn of(console: &Console) -> Self {
        Self {
            page: Duration::from_secs(console.page_seconds.into()),
            upload: Duration::from_secs(u64::from(console.upload_minutes) * 60),
            stall: Duration::from_secs(console.stall_seconds.into()),
        }
    }

    /// How long this request may take, and the request with a body that is watched where it may take long.
    pub fn allow(self, request: Request) -> (Duration, Request) {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let file = kind.is_some_and(|kind| kind.starts_with("multipart/form-data"));
        if file || lines::to(request.uri().path()).is_some() {
            (self.upload, request.map(|body| self.watch(body, Quiet::Stalls)))
        } else {
            (self.page, request)
        }
    }

    /// A stream of lines: it may be quiet, but no longer than a file may take in all. Its sender begins another.
    pub fn stream(self, body: Body) -> Body {
        self.watch(body, Quiet::MayBe)
    }

    fn watch(self, body: Body, quiet: Quiet) -> Body {
        let stall = match quiet {
            Quiet::Stalls => self.stall,
            Quiet::MayBe => self.upload,
        };
        let end = Instant::now() + self.upload;
        Body::new(Paced { body, timer: Box::pin(sleep(stall)), stall, end, since: 0 })
    }
}

/// What silence means.
#[derive(Debug, Clone, Copy)]
enum Quiet {
    /// Whoever sends has stopped.
    Stalls,
    /// There is nothing to send just now.
    MayBe,
}

/// A body that breaks off where it stops coming.
struct Paced {
    body: Body,
    timer: Pin<Box<Sleep>>,
    stall: Duration,
    end: Instant,
    since: usize,
}

/// The body stopped coming.
#[derive(Debug, thiserror::Error)]
#[error("it stopped coming, or took too long")]
struct Stalled;

impl HttpBody for Paced {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let next = Pin::new(&mut self.body).poll_frame(cx);
        match &next {
            Poll::Ready(Some(Ok(frame))) => {
                self.since += frame.data_ref().map_or(0, |data| data.remaining());
                if self.since >= STEP {
                    self.since = 0;
                    let next = (Instant::now() + self.stall).min(self.end);
                    self.timer.as_mut().reset(next);
                }
                if Instant::now() < self.end { next } else { Poll::Ready(Some(Err(axum::Error::new(Stalled)))) }
            }
            Poll::Ready(_) => next,
            Poll::Pending => match self.timer.as_mut().poll(cx) {
                Poll::Ready(()) => Poll::Ready(Some(Err(axum::Error::new(Stalled)))),
                Poll::Pending => Poll::Pending,
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;
    use tokio_stream::StreamExt as _;

    use super::*;

    /// So many pieces of so many bytes, one every so many milliseconds.
    fn coming(pieces: usize, bytes: usize, every: u64) -> Body {
        let pieces = tokio_stream::iter(0..pieces).then(move |_| async move {
            sleep(Duration::from_millis(every)).await;
            Ok::<_, std::io::Error>(vec![b'x'; bytes])
        });
        Body::from_stream(pieces)
    }

    /// A pace whose seconds are milliseconds, so that the test need not wait.
    fn quick(upload: u64) -> Pace {
        let of = Duration::from_millis;
        Pace { page: of(100), upload: of(upload), stall: of(500) }
    }

    async fn arrives(pace: Pace, body: Body, quiet: Quiet) -> Option<usize> {
        pace.watch(body, quiet).collect().await.ok().map(|all| all.to_bytes().len())
    }

    #[tokio::test]
    async fn a_file_may_take_long_while_it_comes_and_no_longer() {
        let steady = || coming(20, STEP, 50);
        let (whole, late, trickle, long) = tokio::join!(
            arrives(quick(60_000), steady(), Quiet::Stalls),
            arrives(quick(60_000), coming(2, STEP, 5_000), Quiet::Stalls),
            arrives(quick(60_000), coming(100, 10, 50), Quiet::Stalls),
            arrives(quick(300), steady(), Quiet::Stalls),
        );
        assert_eq!(whole, Some(20 * STEP), "twice as long as it may be silent, ten times as long as a page");
        assert_eq!(late, None, "it stopped");
        assert_eq!(trickle, None, "a trickle is no progress");
        assert_eq!(long, None, "too long in all");
    }

    #[tokio::test]
    async fn a_stream_may_be_quiet_but_not_for_ever() {
        let (quiet, gone) = tokio::join!(
            arrives(quick(60_000), coming(2, 10, 1_000), Quiet::MayBe),
            arrives(quick(300), coming(1, 10, 5_000), Quiet::MayBe),
        );
        assert_eq!((quiet, gone), (Some(20), None));
    }
}

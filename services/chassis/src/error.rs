//! Why a call was refused: nine kinds, one table to gRPC and one to HTTP. The same violations feed the page's error
//! summary, the problem document, gRPC's details and the command's text.

use std::error::Error as StdError;

use prost_types::Timestamp;
use proto::error::v1::Reason;
use time::OffsetDateTime;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

use crate::{clock::told, text};

/// What a fallible step answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The domain that `ErrorInfo` names.
const DOMAIN: &str = "hedgerow";
/// The days of a long life: nobody tells of what was before.
const LIFETIME: i64 = 100 * 366;

/// The nine kinds of refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A field does not hold what it must.
    Invalid,
    /// No credentials, or none that are accepted.
    Unauthenticated,
    /// The caller may know of it but not do this.
    Denied,
    /// Absent, another school's, or hidden: always the same bytes.
    Missing,
    /// The thing is in the wrong state, or a gate is shut.
    Conflict,
    /// It changed since it was read.
    Stale,
    /// Too much was asked for.
    Exhausted,
    /// Trying again helps.
    Unavailable,
    /// A fault of ours.
    Internal,
}

impl Kind {
    /// The gRPC code.
    pub fn code(self) -> Code {
        match self {
            Self::Invalid => Code::InvalidArgument,
            Self::Unauthenticated => Code::Unauthenticated,
            Self::Denied => Code::PermissionDenied,
            Self::Missing => Code::NotFound,
            Self::Conflict => Code::FailedPrecondition,
            Self::Stale => Code::Aborted,
            Self::Exhausted => Code::ResourceExhausted,
            Self::Unavailable => Code::Unavailable,
            Self::Internal => Code::Internal,
        }
    }

    /// The HTTP status.
    pub fn http(self) -> u16 {
        match self {
            Self::Invalid => 400,
            Self::Unauthenticated => 401,
            Self::Denied => 403,
            Self::Missing => 404,
            Self::Conflict => 409,
            Self::Stale => 412,
            Self::Exhausted => 429,
            Self::Unavailable => 503,
            Self::Internal => 500,
        }
    }

    /// The kind a gRPC code stands for.
    pub fn of(code: Code) -> Self {
        match code {
            Code::InvalidArgument | Code::OutOfRange => Self::Invalid,
            Code::Unauthenticated => Self::Unauthenticated,
            Code::PermissionDenied => Self::Denied,
            Code::NotFound => Self::Missing,
            Code::FailedPrecondition | Code::AlreadyExists => Self::Conflict,
            Code::Aborted => Self::Stale,
            Code::ResourceExhausted => Self::Exhausted,
            Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled => Self::Unavailable,
            Code::Ok | Code::Unknown | Code::Unimplemented | Code::Internal | Code::DataLoss => Self::Internal,
        }
    }
}

/// One field that does not hold what it must, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The field, as the contract names it.
    pub field: String,
    /// What to do, as a sentence for the person.
    pub message: String,
}

/// Why a call was refused. Its text holds no name, no narrative and no secret.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: Kind,
    reason: Reason,
    message: String,
    violations: Vec<Violation>,
    metadata: Vec<(String, String)>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.message)?;
        for violation in &self.0.violations {
            write!(f, "; {}: {}", violation.field, violation.message)?;
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

impl Error {
    fn new(kind: Kind, reason: Reason, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            reason,
            message: message.into(),
            violations: Vec::new(),
            metadata: Vec::new(),
            source: None,
        }))
    }

    /// A field does not hold what it must.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Kind::Invalid, Reason::InvalidField, "there is a problem").and(field, message)
    }

    /// One more field that does not hold what it must.
    #[must_use]
    pub fn and(mut self, field: impl Into<String>, message: impl Into<String>) -> Self {
        self.0.violations.push(Violation { field: field.into(), message: message.into() });
        self
    }

    /// One more fact about the refusal: codes and ids only.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.0.metadata.push((key.to_owned(), value.into()));
        self
    }

    /// What caused it, for the log and never for the caller.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// No token, or one that is not accepted.
    pub fn not_signed_in() -> Self {
        Self::new(Kind::Unauthenticated, Reason::NotSignedIn, "sign in first")
    }

    /// The session or token has run out.
    pub fn expired() -> Self {
        Self::new(Kind::Unauthenticated, Reason::Expired, "the sign-in has expired: sign in again")
    }

    /// Wrong sign-in name or password.
    pub fn sign_in_refused() -> Self {
        Self::new(Kind::Unauthenticated, Reason::SignInRefused, "the sign-in name or password is not right")
    }

    /// Too much was asked for; `retry_after_s` seconds help.
    pub fn too_many(retry_after_s: u64) -> Self {
        Self::new(Kind::Exhausted, Reason::TooManyTries, "too many requests: wait, then try again")
            .with("retry_after_s", retry_after_s.to_string())
    }

    /// As much was done as a limit allows, which `message` names with when more may be; `retry_after_s` seconds may help.
    pub fn too_many_of(message: impl Into<String>, retry_after_s: u64) -> Self {
        Self::new(Kind::Exhausted, Reason::TooManyTries, message).with("retry_after_s", retry_after_s.to_string())
    }

    /// What was sent is larger than anything may be.
    pub fn too_large(message: impl Into<String>) -> Self {
        Self::new(Kind::Exhausted, Reason::InvalidField, message)
    }

    /// The caller may know of it but not do this.
    pub fn denied() -> Self {
        Self::new(Kind::Denied, Reason::NotPermitted, "your role does not allow this")
    }

    /// Absent, another school's, or hidden.
    pub fn missing() -> Self {
        Self::new(Kind::Missing, Reason::NotFound, "there is no such thing, or none you may know of")
    }

    /// Absent, told to somebody who may know of all there is: which thing is not there.
    pub fn none_here(message: impl Into<String>) -> Self {
        Self::new(Kind::Missing, Reason::NotFound, message)
    }

    /// There is one already.
    pub fn exists(field: &str, message: impl Into<String>) -> Self {
        Self::new(Kind::Conflict, Reason::AlreadyExists, "there is one already").and(field, message)
    }

    /// The thing is not in a state that allows this.
    pub fn wrong_state(message: impl Into<String>) -> Self {
        Self::new(Kind::Conflict, Reason::WrongState, message)
    }

    /// A gate is shut: `missing_step` opens it.
    pub fn gate(gate: &str, missing_step: &str, message: impl Into<String>) -> Self {
        Self::new(Kind::Conflict, Reason::GateShut, message).with("gate", gate).with("missing_step", missing_step)
    }

    /// The act is never offered in this kind of case.
    pub fn prohibited(prohibition: &str, message: impl Into<String>) -> Self {
        Self::new(Kind::Conflict, Reason::Prohibited, message).with("prohibition", prohibition)
    }

    /// It changed since it was read.
    pub fn changed() -> Self {
        Self::new(Kind::Stale, Reason::Changed, "it has changed since you read it: read it again")
    }

    /// The same request id came with another body.
    pub fn request_id_reused() -> Self {
        Self::new(Kind::Conflict, Reason::RequestIdReused, "this request id was used for something else")
            .and("request_id", "Use a new UUID for a new request")
    }

    /// The same delivery came with other lines.
    pub fn delivery_reused() -> Self {
        Self::new(Kind::Conflict, Reason::RequestIdReused, "this delivery was sent before, with other lines")
            .and("delivery_id", "Use a new name for other lines: over HTTP, a new Idempotency-Key")
    }

    /// Something this needs is not there just now.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(Kind::Unavailable, Reason::Unavailable, message)
    }

    /// A fault of ours.
    pub fn internal(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(Kind::Internal, Reason::Internal, "something went wrong here").because(source)
    }

    /// Its status over HTTP: its kind's, but that a request id used for another body is a request nobody can work.
    pub fn http(&self) -> u16 {
        match self.0.reason {
            Reason::RequestIdReused => 422,
            _ => self.0.kind.http(),
        }
    }

    /// Its kind.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// Its reason, as `ErrorInfo` names it.
    pub fn reason(&self) -> Reason {
        self.0.reason
    }

    /// Its reason's wire name without the enum's prefix, `GATE_SHUT`.
    pub fn reason_name(&self) -> &'static str {
        let name = self.0.reason.as_str_name();
        name.strip_prefix("REASON_").unwrap_or(name)
    }

    /// What is wrong, in a phrase.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The fields at fault.
    pub fn violations(&self) -> &[Violation] {
        &self.0.violations
    }

    /// One fact about the refusal.
    pub fn metadata(&self, key: &str) -> Option<&str> {
        self.0.metadata.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str())
    }

    /// Reads back what a service answered.
    pub fn from_status(status: &Status) -> Self {
        let details = status.get_error_details();
        let info = details.error_info();
        let reason = info.and_then(|info| Reason::from_str_name(&format!("REASON_{}", info.reason))).unwrap_or(
            match Kind::of(status.code()) {
                Kind::Unavailable => Reason::Unavailable,
                Kind::Missing => Reason::NotFound,
                Kind::Denied => Reason::NotPermitted,
                Kind::Unauthenticated => Reason::NotSignedIn,
                Kind::Exhausted => Reason::TooManyTries,
                Kind::Invalid => Reason::InvalidField,
                Kind::Conflict => Reason::WrongState,
                Kind::Stale => Reason::Changed,
                Kind::Internal => Reason::Internal,
            },
        );
        let mut error = Self::new(Kind::of(status.code()), reason, status.message());
        for violation in details.bad_request().map(|b| b.field_violations.as_slice()).unwrap_or_default() {
            error = error.and(&violation.field, &violation.description);
        }
        let mut metadata: Vec<_> =
            info.map(|i| i.metadata.iter().map(|(k, v)| (k.clone(), v.clone())).collect()).unwrap_or_default();
        metadata.sort();
        error.0.metadata = metadata;
        error
    }
}

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        let metadata = error.0.metadata.iter().cloned().collect::<std::collections::HashMap<_, _>>();
        let mut details = ErrorDetails::with_error_info(error.reason_name(), DOMAIN, metadata);
        for violation in error.violations() {
            details.add_bad_request_violation(&violation.field, &violation.message);
        }
        Status::with_error_details(error.kind().code(), error.message(), details)
    }
}

impl From<sea_orm::DbErr> for Error {
    fn from(source: sea_orm::DbErr) -> Self {
        let away = match &source {
            sea_orm::DbErr::ConnectionAcquire(_) | sea_orm::DbErr::Conn(_) => true,
            sea_orm::DbErr::Exec(why) | sea_orm::DbErr::Query(why) => lost(why),
            _ => false,
        };
        if away {
            Self::unavailable("the database cannot be reached just now").because(source)
        } else {
            Self::internal(source)
        }
    }
}

/// Whether the connection broke over it, or the server ended it or takes no more just now: tried again, it may go well.
fn lost(why: &sea_orm::RuntimeErr) -> bool {
    use sea_orm::SqlxError;
    let sea_orm::RuntimeErr::SqlxError(error) = why else { return false };
    match error.as_ref() {
        SqlxError::Io(_) | SqlxError::PoolClosed | SqlxError::PoolTimedOut | SqlxError::WorkerCrashed => true,
        // Classes of SQLSTATE: connection exception; the operator ended it; too many connections.
        SqlxError::Database(refusal) => {
            refusal.code().is_some_and(|code| code.starts_with("08") || code.starts_with("57P") || code == "53300")
        }
        _ => false,
    }
}

impl From<serde_json::Error> for Error {
    fn from(source: serde_json::Error) -> Self {
        Self::internal(source)
    }
}

/// Collects violations, so that a person is told of all of them at once.
#[derive(Debug, Default)]
pub struct Violations(Option<Error>);

impl Violations {
    /// None so far.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a violation unless `holds`.
    pub fn check(&mut self, holds: bool, field: impl Into<String>, message: impl Into<String>) {
        if !holds {
            self.add(field, message);
        }
    }

    /// Adds a violation.
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0 = Some(match self.0.take() {
            Some(error) => error.and(field, message),
            None => Error::invalid(field, message),
        });
    }

    /// A text of several lines that is asked for: its length in characters, white space at its ends not counted. One of which nothing can be
    /// seen is none.
    pub fn text(&mut self, field: &str, thing: &str, value: &str, max: usize) {
        self.check(!text::blank(value), field, format!("Enter {thing}"));
        self.maybe_text(field, value, max);
    }

    /// A text of one line that is asked for: a name, a place, a title.
    pub fn line(&mut self, field: &str, thing: &str, value: &str, max: usize) {
        self.check(!text::blank(value), field, format!("Enter {thing}"));
        self.maybe_line(field, value, max);
    }

    /// A text of several lines that may be left out.
    pub fn maybe_text(&mut self, field: &str, value: &str, max: usize) {
        self.written(field, value, max, text::lines(value));
    }

    /// A text of one line that may be left out.
    pub fn maybe_line(&mut self, field: &str, value: &str, max: usize) {
        self.written(field, value, max, text::line(value));
    }

    fn written(&mut self, field: &str, value: &str, max: usize, fix: Option<&str>) {
        let length = value.trim().chars().count();
        self.check(length <= max, field, format!("Text must be {max} characters or less"));
        if let Some(fix) = fix {
            self.add(field, fix);
        }
    }

    /// A moment that may be left out, of any year that a record can be about.
    pub fn at(&mut self, field: &str, value: Option<&Timestamp>) -> Option<OffsetDateTime> {
        let read = value.map(told);
        self.check(read != Some(None), field, "Enter a real date and time, such as 2026-11-24T09:00:00Z");
        read.flatten()
    }

    /// A moment that may be left out, at which something happened: it lies not ahead of `now`, but for a day in which
    /// clocks and time zones may differ, and not before anybody can remember.
    pub fn happened(&mut self, field: &str, value: Option<&Timestamp>, now: OffsetDateTime) -> Option<OffsetDateTime> {
        let read = self.at(field, value);
        let past = read.is_none_or(|at| at <= now + time::Duration::DAY);
        self.check(past, field, "Enter when it happened: a date and time that are not ahead of us");
        let lived = read.is_none_or(|at| at > now - time::Duration::days(LIFETIME));
        self.check(lived, field, "Enter when it happened: a date that somebody now alive can remember");
        read
    }

    /// Fails where anything was added.
    ///
    /// # Errors
    /// `Kind::Invalid` with every violation.
    pub fn finish(self) -> Result<()> {
        self.0.map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_survives_the_wire() {
        let status =
            Status::from(Error::gate("G-HOLD", "P1-03", "talk to police or front door first").and("x", "Enter x"));
        assert_eq!(status.code(), Code::FailedPrecondition);
        let back = Error::from_status(&status);
        assert_eq!(back.reason(), Reason::GateShut);
        assert_eq!(back.metadata("missing_step"), Some("P1-03"));
        assert_eq!(back.violations(), [Violation { field: "x".into(), message: "Enter x".into() }]);
    }

    #[test]
    fn an_internal_error_never_tells_its_cause() {
        let error = Error::internal("row 7 of child_file");
        assert!(!error.to_string().contains("child_file"));
        assert!(!format!("{:?}", Status::from(error)).contains("child_file"));
    }

    #[test]
    fn a_database_that_went_away_is_asked_again_and_one_that_refuses_is_not() {
        use sea_orm::{DbErr, RuntimeErr, SqlxError};
        let broke = || RuntimeErr::SqlxError(SqlxError::Io(std::io::ErrorKind::ConnectionReset.into()).into());
        for away in [DbErr::Conn(broke()), DbErr::Exec(broke()), DbErr::Query(broke())] {
            assert_eq!(Error::from(away).kind(), Kind::Unavailable);
        }
        let refused = DbErr::Query(RuntimeErr::SqlxError(SqlxError::RowNotFound.into()));
        assert_eq!(Error::from(refused).kind(), Kind::Internal);
    }

    #[test]
    fn a_moment_is_of_a_year_that_a_record_can_be_about() {
        let now = time::macros::datetime!(2026-11-24 09:00 UTC);
        let at = |year: i32| {
            let date = time::Date::from_calendar_date(year, time::Month::June, 1).unwrap_or(now.date());
            crate::clock::timestamp(date.midnight().assume_utc())
        };
        let fields = |v: Violations| v.finish().err().map(|e| e.violations()[0].field.clone());
        for (year, real, past) in
            [(0, false, false), (1, false, false), (1899, false, false), (1900, true, false)].into_iter().chain([
                (1927, true, true),
                (2026, true, true),
                (2027, true, false),
                (2200, true, false),
                (2201, false, false),
                (9999, false, false),
            ])
        {
            let (mut any, mut happened) = (Violations::new(), Violations::new());
            any.at("review_time", Some(&at(year)));
            happened.happened("event_time", Some(&at(year)), now);
            assert_eq!(fields(any), (!real).then(|| "review_time".to_owned()), "{year}");
            assert_eq!(fields(happened), (!past).then(|| "event_time".to_owned()), "{year}");
        }
    }
}

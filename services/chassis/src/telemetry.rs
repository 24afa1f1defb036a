//! Logs on standard error, and traces over OTLP where an address is given. Nothing here ever holds personal data: spans
//! and log lines name ids, codes and counts.

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::{
    propagation::{Extractor, Injector, TextMapPropagator as _},
    trace::{TraceContextExt as _, TracerProvider as _},
};
use opentelemetry_otlp::WithExportConfig as _;
use opentelemetry_sdk::{Resource, propagation::TraceContextPropagator, trace::SdkTracerProvider};
use serde::{Deserialize, Serialize};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::{
    EnvFilter, Layer as _, filter::LevelFilter, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

use crate::error::{Error, Result, Violations};

/// What is told about the process to its operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Telemetry {
    /// The address traces are sent to over OTLP, such as `http://127.0.0.1:4317`; none are sent where it is absent.
    pub otlp_endpoint: Option<String>,
    /// What is logged, such as `info` or `warn,incident_cases=debug`.
    pub log: String,
    /// True for one JSON object per log line.
    pub json: bool,
}

impl Default for Telemetry {
    fn default() -> Self {
        Self { otlp_endpoint: None, log: "warn,sqlx=error,hedgerow=info".into(), json: false }
    }
}

impl Telemetry {
    /// Checks every setting.
    ///
    /// # Errors
    /// `Invalid`, naming the keys.
    pub fn check(&self) -> Result<()> {
        let mut v = Violations::new();
        v.check(self.filter().is_ok(), "telemetry.log", FILTER);
        let reached = |address: &str| {
            let read = address.parse::<http::Uri>().ok();
            read.is_some_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some())
        };
        let address = self.otlp_endpoint.as_deref().is_none_or(reached);
        v.check(address, "telemetry.otlp_endpoint", "Enter an address such as http://127.0.0.1:4317");
        v.finish()
    }

    /// The filter as it is written. A lone word that is no level would name a part of the program, and so silence all
    /// the rest: it is refused.
    fn filter(&self) -> Result<EnvFilter> {
        let wrong = || Error::invalid("telemetry.log", FILTER);
        // An empty word would count as a level.
        let level = |word: &str| !word.is_empty() && word.parse::<LevelFilter>().is_ok();
        let fits = |part: &str| match part.split_once('=') {
            Some((_, word)) => part.contains('[') || level(word),
            None => part.contains('[') || level(part),
        };
        if !self.log.split(',').map(str::trim).all(fits) {
            return Err(wrong());
        }
        EnvFilter::try_new(&self.log).map_err(|e| wrong().because(e))
    }
}

/// What a filter looks like.
const FILTER: &str = "Enter off, error, warn, info, debug or trace, and parts of the program apart, as in \
    warn,incident_cases=debug";

/// Sends what is left of the traces when it is dropped.
#[must_use]
pub struct Guard(Option<SdkTracerProvider>);

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(provider) = &self.0 {
            let _ = provider.shutdown();
        }
    }
}

/// Starts logs and traces for a process. Call it inside the runtime.
///
/// # Errors
/// `Invalid` where the filter or the address cannot be read.
pub fn init(process: &str, telemetry: &Telemetry) -> Result<Guard> {
    let filter = telemetry.filter()?;
    let logs = if telemetry.json {
        tracing_subscriber::fmt::layer().json().with_writer(std::io::stderr).boxed()
    } else {
        tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false).boxed()
    };
    let provider = match &telemetry.otlp_endpoint {
        None => None,
        Some(endpoint) => {
            let exporter = opentelemetry_otlp::SpanExporter::builder().with_tonic().with_endpoint(endpoint).build();
            let exporter = exporter.map_err(|e| {
                Error::invalid("telemetry.otlp_endpoint", "Enter an address such as http://127.0.0.1:4317").because(e)
            })?;
            let resource = Resource::builder().with_service_name(format!("hedgerow-{process}")).build();
            Some(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build())
        }
    };
    let traces = provider.as_ref().map(|p| {
        // Spans are sent whatever the log shows, so that a trace is whole.
        tracing_opentelemetry::layer().with_tracer(p.tracer("hedgerow")).with_filter(EnvFilter::new("info"))
    });
    tracing_subscriber::registry().with(logs.with_filter(filter)).with(traces).try_init().map_err(Error::internal)?;
    Ok(Guard(provider))
}

struct One(Option<String>);

impl Injector for One {
    fn set(&mut self, key: &str, value: String) {
        if key == "traceparent" {
            self.0 = Some(value);
        }
    }
}

impl Extractor for One {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.as_deref().filter(|_| key == "traceparent")
    }

    fn keys(&self) -> Vec<&str> {
        vec!["traceparent"]
    }
}

/// The W3C trace context of the present span; empty where nothing is traced.
pub fn current_traceparent() -> String {
    let context = Span::current().context();
    if !context.span().span_context().is_valid() {
        return String::new();
    }
    let mut carrier = One(None);
    TraceContextPropagator::new().inject_context(&context, &mut carrier);
    carrier.0.unwrap_or_default()
}

/// Makes a span the child of a trace that came from elsewhere.
pub fn set_parent(span: &Span, traceparent: &str) {
    if !traceparent.is_empty() {
        let context = TraceContextPropagator::new().extract(&One(Some(traceparent.to_owned())));
        let _ = span.set_parent(context);
    }
}

/// Puts the present trace context into a request's headers.
pub fn inject(headers: &mut HeaderMap) {
    if let Ok(value) = HeaderValue::from_str(&current_traceparent())
        && !value.is_empty()
    {
        headers.insert(HeaderName::from_static("traceparent"), value);
    }
}

/// The trace context of a request; empty where it has none.
pub fn extract(headers: &HeaderMap) -> String {
    headers.get("traceparent").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_that_would_log_nothing_is_refused() {
        let check = |log: &str| Telemetry { log: log.to_owned(), ..Telemetry::default() }.check().is_ok();
        for fine in ["info", "WARN", "warn,incident_cases=debug", "off"] {
            assert!(check(fine), "{fine}");
        }
        assert!(Telemetry::default().check().is_ok());
        for wrong in ["", "loud", "info,gateway=chatty", "gateway=", "info,,", "a=b=c"] {
            assert!(!check(wrong), "{wrong}");
        }
    }
}

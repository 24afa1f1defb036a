//! What the gateway is told at its start.

use std::path::PathBuf;

use chassis::{
    config::Database,
    error::{Result, Violations},
};
use serde::{Deserialize, Serialize};

use crate::{notices::mailer::Smtp, pages::brand::Brand, sessions::Lasting};

/// The gateway's own settings; keys come from elsewhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Console {
    /// The address it listens on.
    pub listen: String,
    /// What people enter to reach it, such as `https://online-safety.example.org`: what links in mail and messages begin with.
    pub address: String,
    /// Where its accounts and sessions are.
    pub database: Database,
    /// The authority's name, as pages show it.
    pub authority_name: String,
    /// The authority's colour, as `#1c5142`: white text must be readable on it, and it on white.
    pub brand_colour: String,
    /// The file of the authority's logo, an SVG; none where empty.
    pub logo: PathBuf,
    /// Minutes without a visit after which a browser is signed out.
    pub idle_minutes: u32,
    /// Hours after which anybody is signed out.
    pub session_hours: u32,
    /// How many wrong passwords one address may send in 15 minutes, whatever the names. A school is one address.
    pub failed_sign_ins: u32,
    /// Seconds that a page or a JSON call may take: a little more than the longest rpc behind one, which is a minute.
    pub page_seconds: u32,
    /// Minutes that sending a file, or a stream of lines, may take in all.
    pub upload_minutes: u32,
    /// Seconds in which a file that is being sent must come forward.
    pub stall_seconds: u32,
    /// Whether browsers reach it over HTTPS, be it here or at a proxy before it.
    pub https: bool,
    /// How many proxies of ours stand before it: so many of the last addresses in `X-Forwarded-For` are believed.
    pub proxies: usize,
    /// Where sessions are kept.
    pub sessions: Place,
    /// Whether it tells programs what the contract is (gRPC reflection).
    pub reflection: bool,
    /// Requests a second that one address may send on average.
    pub rate: f64,
    /// Requests that one address may send at once.
    pub burst: f64,
    /// The mail server that notices leave by; none are sent where it has no host.
    pub smtp: Smtp,
    /// Programs that are told.
    pub webhooks: Webhooks,
}

/// Programs that are told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Webhooks {
    /// Whether messages may be sent to this very machine, and there without TLS: for tests, never in service.
    pub allow_loopback: bool,
}

/// Where sessions are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// In the gateway's own database: nobody is signed out where Redis stops.
    Database,
    /// In Redis, whose address must then be set.
    Redis,
}

impl Default for Console {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".to_owned(),
            address: String::new(),
            database: Database::default(),
            authority_name: "Your authority".to_owned(),
            brand_colour: "#1c5142".to_owned(),
            logo: PathBuf::new(),
            idle_minutes: 15,
            session_hours: 8,
            // Of 300 people at one school on a Monday morning two in three would have to mistype.
            failed_sign_ins: 200,
            page_seconds: 70,
            upload_minutes: 60,
            stall_seconds: 30,
            https: false,
            proxies: 0,
            sessions: Place::Database,
            reflection: true,
            // A whole school shares one address: this stops floods, not a busy morning.
            rate: 200.0,
            burst: 1000.0,
            smtp: Smtp::default(),
            webhooks: Webhooks::default(),
        }
    }
}

impl Console {
    /// Checks every setting.
    ///
    /// # Errors
    /// `Invalid`, naming the keys.
    pub fn check(&self) -> Result<()> {
        let mut v = Violations::new();
        v.line("gateway.authority_name", "the authority's name", &self.authority_name, 100);
        if let Err(error) = Brand::read(self) {
            error.violations().iter().for_each(|violation| v.add(&violation.field, &violation.message));
        }
        let mut within = |key: &str, value: u32, from: u32, to: u32| {
            v.check(
                (from..=to).contains(&value),
                format!("gateway.{key}"),
                format!("Enter a number from {from} to {to}"),
            );
        };
        within("idle_minutes", self.idle_minutes, 1, 30);
        within("session_hours", self.session_hours, 1, 12);
        within("failed_sign_ins", self.failed_sign_ins, 20, 100_000);
        within("page_seconds", self.page_seconds, 1, 300);
        within("upload_minutes", self.upload_minutes, 1, 24 * 60);
        within("stall_seconds", self.stall_seconds, 1, 600);
        v.check(self.rate.is_finite() && self.rate > 0.0, "gateway.rate", "Enter a number greater than 0");
        v.check(self.burst.is_finite() && self.burst >= 1.0, "gateway.burst", "Enter a number of 1 or more");
        let fix = "Enter what people enter to reach it, such as https://online-safety.example.org";
        v.check(self.address.is_empty() || begins_links(&self.address), "gateway.address", fix);
        v.check(!self.smtp.on() || !self.address.is_empty(), "gateway.address", fix);
        self.smtp.check(&mut v);
        v.finish()
    }

    /// How long sessions last.
    pub fn lasting(&self) -> Lasting {
        Lasting {
            idle: time::Duration::minutes(self.idle_minutes.into()),
            absolute: time::Duration::hours(self.session_hours.into()),
        }
    }
}

/// Whether links can begin with a text: where it is, and no page there.
fn begins_links(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "https" | "http")
            && url.has_host()
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && !text.ends_with('/')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gateway_that_would_answer_nobody_does_not_start() {
        assert!(Console::default().check().is_ok());
        let fields = |console: Console| {
            let fields =
                console.check().map_err(|e| e.violations().iter().map(|v| v.field.clone()).collect::<Vec<_>>());
            fields.err().unwrap_or_default()
        };
        let shut = Console { rate: 0.0, burst: f64::NAN, authority_name: " ".into(), ..Console::default() };
        assert_eq!(fields(shut), ["gateway.authority_name", "gateway.rate", "gateway.burst"]);
        let long = Console { idle_minutes: 31, session_hours: 0, stall_seconds: 0, ..Console::default() };
        assert_eq!(fields(long), ["gateway.idle_minutes", "gateway.session_hours", "gateway.stall_seconds"]);
        let pale = Console { brand_colour: "#ffdd00".into(), logo: "/nowhere/logo.svg".into(), ..Console::default() };
        assert_eq!(fields(pale), ["gateway.brand_colour", "gateway.logo"]);
    }

    #[test]
    fn mail_is_sent_as_configured_or_not_at_all() {
        use crate::notices::mailer::Tls;
        let fields = |address: &str, smtp: Smtp| {
            let console = Console { address: address.into(), smtp, ..Console::default() };
            let fields =
                console.check().map_err(|e| e.violations().iter().map(|v| v.field.clone()).collect::<Vec<_>>());
            fields.err().unwrap_or_default()
        };
        let smtp = Smtp { host: "mail.example.org".into(), from: "A <a@example.org>".into(), ..Smtp::default() };
        assert!(fields("https://safety.example.org", smtp.clone()).is_empty());
        assert!(fields("https://safety.example.org:8443", Smtp::default()).is_empty());
        for address in ["", "safety.example.org", "https://safety.example.org/", "https://safety.example.org/a"] {
            assert_eq!(fields(address, smtp.clone()), ["gateway.address"], "{address}");
        }
        let address = "https://safety.example.org";
        let wrong = Smtp { host: "a b".into(), port: 0, from: "nobody".into(), ..smtp.clone() };
        assert_eq!(fields(address, wrong), ["gateway.smtp.host", "gateway.smtp.port", "gateway.smtp.from"]);
        let clear = Smtp { tls: Tls::None, user: "u".into(), password_file: "/nowhere".into(), ..smtp.clone() };
        assert_eq!(fields(address, clear), ["gateway.smtp.tls", "gateway.smtp.password_file"]);
        let near = Smtp { tls: Tls::None, host: "127.0.0.1".into(), ..smtp };
        assert!(fields(address, near).is_empty());
    }
}

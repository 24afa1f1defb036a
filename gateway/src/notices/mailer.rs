//! How mail leaves: over SMTP, with TLS unless the server is on this machine.

use std::{path::PathBuf, time::Duration};

use chassis::error::{Error, Result, Violations};
use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::Mailbox,
    transport::smtp::{authentication::Credentials, extension::ClientId},
};
use serde::{Deserialize, Serialize};

/// How long one mail may take in all. A lease on it lasts longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where mail is given out; none is sent where `host` is empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Smtp {
    /// The server; no mail is sent where it is empty.
    pub host: String,
    /// Its port: 587 is usual for `starttls`, 465 for `tls`.
    pub port: u16,
    /// How the connection is kept from being read: `starttls`, `tls`, or `none` for a server on this machine.
    pub tls: Tls,
    /// Who signs in; empty where nobody need.
    pub user: String,
    /// The file that holds the password.
    pub password_file: PathBuf,
    /// Whom mail is from, such as `Northshire Council <online-safety@example.org>`.
    pub from: String,
}

/// How the connection is kept from being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// It is not.
    None,
    /// Encrypted after a word in clear, or not used at all.
    Starttls,
    /// Encrypted from its first byte.
    Tls,
}

impl Default for Smtp {
    fn default() -> Self {
        Self {
            host: String::new(),
            port: 587,
            tls: Tls::Starttls,
            user: String::new(),
            password_file: PathBuf::new(),
            from: String::new(),
        }
    }
}

impl Smtp {
    /// Whether mail is sent at all.
    pub fn on(&self) -> bool {
        !self.host.is_empty()
    }

    /// Checks every setting, without reaching for the server.
    pub fn check(&self, v: &mut Violations) {
        if !self.on() {
            return;
        }
        let named = self.host.bytes().all(|c| c.is_ascii_alphanumeric() || b".-:".contains(&c));
        v.check(named, "gateway.smtp.host", "Enter the name of the mail server alone, such as mail.example.org");
        v.check(self.port > 0, "gateway.smtp.port", "Enter a port from 1 to 65535");
        v.check(
            self.mailbox().is_ok(),
            "gateway.smtp.from",
            "Enter whom mail is from, such as Northshire Council <online-safety@example.org>",
        );
        let local = matches!(self.host.as_str(), "localhost" | "127.0.0.1" | "::1");
        v.check(
            self.tls != Tls::None || self.user.is_empty() || local,
            "gateway.smtp.tls",
            "Enter starttls or tls: a password is not sent in clear to another machine",
        );
        if !self.user.is_empty()
            && let Err(error) = self.password()
        {
            error.violations().iter().for_each(|violation| v.add(&violation.field, &violation.message));
        }
    }

    /// Whom mail is from.
    ///
    /// # Errors
    /// `Invalid` where that is no address.
    pub fn mailbox(&self) -> Result<Mailbox> {
        self.from.parse().map_err(|_| Error::invalid("gateway.smtp.from", "Enter an address"))
    }

    fn password(&self) -> Result<String> {
        let text = std::fs::read_to_string(&self.password_file).map_err(|e| {
            Error::invalid(
                "gateway.smtp.password_file",
                format!(
                    "Enter the file that holds the password of {}: {}: {e}",
                    self.user,
                    self.password_file.display()
                ),
            )
        })?;
        Ok(text.trim_end_matches(['\r', '\n']).to_owned())
    }
}

/// Gives mail out.
#[derive(Clone)]
pub struct Mailer(AsyncSmtpTransport<Tokio1Executor>);

/// Why a mail did not leave.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal {
    /// A code, such as `smtp_451` or `unreachable`.
    pub code: String,
    /// Whether trying again is no use: there is no such mailbox.
    pub for_good: bool,
}

impl Mailer {
    /// The way to a server.
    ///
    /// # Errors
    /// `Invalid` where the password cannot be read; `Internal` where TLS cannot be set up.
    pub fn new(smtp: &Smtp) -> Result<Self> {
        let host = smtp.host.as_str();
        let builder = match smtp.tls {
            Tls::None => AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host),
            Tls::Starttls => AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(host).map_err(Error::internal)?,
            Tls::Tls => AsyncSmtpTransport::<Tokio1Executor>::relay(host).map_err(Error::internal)?,
        };
        let hello = ClientId::Domain(smtp.mailbox()?.email.domain().to_owned());
        let mut builder = builder.port(smtp.port).hello_name(hello).timeout(Some(Duration::from_secs(20)));
        if !smtp.user.is_empty() {
            builder = builder.credentials(Credentials::new(smtp.user.clone(), smtp.password()?));
        }
        Ok(Self(builder.build()))
    }

    /// Gives one mail out.
    ///
    /// # Errors
    /// Why it did not leave.
    pub async fn send(&self, mail: Message) -> Result<(), Refusal> {
        let again = |code: &str| Refusal { code: code.to_owned(), for_good: false };
        match tokio::time::timeout(PATIENCE, self.0.send(mail)).await {
            Err(_) => Err(again("timeout")),
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(match error.status() {
                Some(status) => {
                    let status = status.to_string();
                    // No such mailbox (RFC 5321, 4.2.3); what else is refused for good may be our own set-up's fault.
                    let for_good = matches!(status.as_str(), "550" | "551" | "553");
                    Refusal { code: format!("smtp_{status}"), for_good }
                }
                None if error.is_timeout() => again("timeout"),
                None if error.is_tls() => again("tls"),
                None => again("unreachable"),
            }),
        }
    }
}

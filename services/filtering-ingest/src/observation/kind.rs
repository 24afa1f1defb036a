//! The closed words of an observation.

use serde::{Deserialize, Serialize};

/// Where an event's time came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeBasis {
    /// The line states its zone, or an epoch.
    StatedZone,
    /// The zone of the profile or the feed.
    ProfileZone,
    /// The line has no time: when it was received.
    ReceiveTime,
    /// The line's time cannot have been: the nearest that can.
    Corrected,
}

/// Whose filtering an event came under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Learners.
    Pupil,
    /// Staff.
    Staff,
    /// Visitors.
    Guest,
    /// Nobody says.
    Unknown,
}

/// How the filter knew the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentitySource {
    /// A sign-in at the proxy itself.
    ProxySignIn,
    /// A program on the device that the user signed in to.
    Agent,
    /// A sign-on elsewhere, mapped from address or certificate.
    SignOn,
    /// A name from a header or a question nobody answers for.
    Unproved,
    /// The product does not say.
    Unknown,
}

/// How sure an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Masked: nobody is named.
    None,
    /// An address only.
    Address,
    /// A device only.
    Device,
    /// A shared account, a stale mapping, or a name nobody proved.
    Weak,
    /// Mapped to one user by a fresh sign-on or a device record.
    Likely,
    /// Proved on this session.
    Strong,
}

impl Confidence {
    /// Its code.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Address => "address",
            Self::Device => "device",
            Self::Weak => "weak",
            Self::Likely => "likely",
            Self::Strong => "strong",
        }
    }
}

/// What the filter could see of an event at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// The whole address: words typed into a search are in it.
    FullUrl,
    /// The host: nothing typed is seen.
    HostOnly,
    /// The name that was looked up.
    DnsOnly,
}

/// What the filter did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The content was reached.
    Allowed,
    /// It was stopped.
    Blocked,
    /// A page warned of it.
    Warned,
    /// A page warned of it and the user went on.
    WarnedProceeded,
    /// A password or a member of staff let it through.
    Overridden,
    /// A time allowance was used.
    Quota,
    /// Reached and flagged.
    Monitored,
    /// Reached in a browser elsewhere.
    Isolated,
    /// A sign-in was asked for: neither reached nor stopped.
    AuthChallenge,
    /// Network or site at fault: neither.
    Error,
    /// A word nobody knows.
    Unknown,
}

/// What an outcome comes to in a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reached {
    /// The user reached the content.
    Reached,
    /// The user was stopped.
    Stopped,
    /// Neither.
    Neither,
    /// Nobody knows.
    Unknown,
}

impl Outcome {
    /// Its code.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Blocked => "blocked",
            Self::Warned => "warned",
            Self::WarnedProceeded => "warned_proceeded",
            Self::Overridden => "overridden",
            Self::Quota => "quota",
            Self::Monitored => "monitored",
            Self::Isolated => "isolated",
            Self::AuthChallenge => "auth_challenge",
            Self::Error => "error",
            Self::Unknown => "unknown",
        }
    }

    /// What it comes to in a report.
    pub fn reached(self) -> Reached {
        match self {
            Self::Allowed
            | Self::WarnedProceeded
            | Self::Overridden
            | Self::Quota
            | Self::Monitored
            | Self::Isolated => Reached::Reached,
            Self::Blocked | Self::Warned => Reached::Stopped,
            Self::AuthChallenge | Self::Error => Reached::Neither,
            Self::Unknown => Reached::Unknown,
        }
    }

    /// What an HTTP status says where the product's own word does not decide. A refusal by the site is the site's.
    pub(crate) fn by_status(status: &str) -> Self {
        match status.as_bytes().first() {
            Some(b'2' | b'3') => Self::Allowed,
            Some(b'4') if status == "407" => Self::AuthChallenge,
            Some(b'4' | b'5') => Self::Error,
            _ if status == "000" || status == "0" => Self::Error,
            _ => Self::Unknown,
        }
    }
}

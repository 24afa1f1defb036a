//! The fields of an observation that a profile fills, by the names a profile calls them.

/// A field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    User,
    Realm,
    Groups,
    Device,
    DeviceId,
    Mac,
    ClientIp,
    PublicIp,
    Url,
    Scheme,
    Host,
    Port,
    Path,
    Query,
    Method,
    HttpStatus,
    MimeType,
    Referrer,
    UserAgent,
    BytesIn,
    BytesOut,
    Categories,
    CategoryIds,
    Reason,
    ReasonCode,
    Rule,
    Policy,
    Application,
    RepeatCount,
    NativeId,
    RoutingKey,
    SearchTerms,
}

/// Every field, with its name in a profile and what it holds.
pub(crate) const FIELDS: [(&str, Field); 32] = [
    ("user", Field::User),
    ("realm", Field::Realm),
    ("groups", Field::Groups),
    ("device", Field::Device),
    ("device_id", Field::DeviceId),
    ("mac", Field::Mac),
    ("client_ip", Field::ClientIp),
    ("public_ip", Field::PublicIp),
    ("url", Field::Url),
    ("scheme", Field::Scheme),
    ("host", Field::Host),
    ("port", Field::Port),
    ("path", Field::Path),
    ("query", Field::Query),
    ("method", Field::Method),
    ("http_status", Field::HttpStatus),
    ("mime_type", Field::MimeType),
    ("referrer", Field::Referrer),
    ("user_agent", Field::UserAgent),
    ("bytes_in", Field::BytesIn),
    ("bytes_out", Field::BytesOut),
    ("categories", Field::Categories),
    ("category_ids", Field::CategoryIds),
    ("reason", Field::Reason),
    ("reason_code", Field::ReasonCode),
    ("rule", Field::Rule),
    ("policy", Field::Policy),
    ("application", Field::Application),
    ("repeat_count", Field::RepeatCount),
    ("native_id", Field::NativeId),
    ("routing_key", Field::RoutingKey),
    ("search_terms", Field::SearchTerms),
];

impl Field {
    /// A field by its name.
    pub fn new(name: &str) -> Option<Self> {
        FIELDS.iter().find(|(known, _)| *known == name).map(|(_, field)| *field)
    }

    /// Whether it takes all its sources, and not the first that is filled.
    pub fn is_list(self) -> bool {
        matches!(self, Self::Groups | Self::Categories | Self::CategoryIds)
    }
}

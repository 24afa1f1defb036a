//! An observation of the values a line has.

use std::borrow::Cow;

use time::OffsetDateTime;

use super::{
    Profile,
    field::Field,
    framing::Framed,
    identity::{self, account},
    slots::{Slot, Slots},
    source::Source,
    when::When,
};
use crate::{
    category::{self, Categories},
    lexicon,
    observation::{
        Audience, Confidence, Observation, Rejected, Search, Text, TimeBasis, Url, Visibility, Warning, Warnings,
        address,
    },
    search, text,
};

/// Groups and categories that an event may have; what is beyond them is cut off.
const MEMBERS: usize = 1_000;

/// The parts of an address as a line has them.
#[derive(Default)]
struct Parts<'a> {
    url: Text<'a>,
    scheme: Text<'a>,
    host: Text<'a>,
    port: Text<'a>,
    path: Text<'a>,
    query: Text<'a>,
}

/// The fields that say who it was.
const NAMES: [Field; 8] = [
    Field::User,
    Field::Realm,
    Field::Groups,
    Field::Device,
    Field::DeviceId,
    Field::Mac,
    Field::ClientIp,
    Field::PublicIp,
];

const NO_TARGET: Rejected = Rejected { reason: "no_target", detail: "there is no host and no address" };
const CUT: Rejected = Rejected::truncated("the line is cut off inside a name");
const CUT_TARGET: Rejected = Rejected::truncated("the line is cut off inside an address");

impl Profile {
    /// Makes the observation.
    pub(super) fn assemble<'a>(
        &'a self,
        slots: &Slots<'a>,
        When { event_at, time_basis, mut warnings }: When,
    ) -> Result<Observation<'a>, Rejected> {
        let mut made = Observation::new(event_at, time_basis, &self.name, self.version);
        let mut parts = Parts::default();
        let mut terms = None;
        let mut sure = self.ceiling;
        for (field, sources) in &self.plan {
            if field.is_list() {
                self.list(&mut made, *field, sources, slots, &mut warnings);
                continue;
            }
            let mut found = None;
            for source in sources {
                let value = identity::trimmed(source.get(slots, &mut warnings));
                if !self.is_empty(&value) {
                    found = Some((value, source));
                    break;
                }
            }
            let Some((value, source)) = found else { continue };
            let value = visible(value, &mut warnings);
            match field {
                Field::User => {
                    sure = source.sure.map_or(self.ceiling, |sure| sure.min(self.ceiling));
                    made.user = Some(value);
                }
                Field::Realm => made.realm = Some(text::lower(value)),
                Field::Device => made.device = Some(value),
                Field::DeviceId => made.device_id = Some(value),
                Field::Mac => made.mac = Some(text::lower(value)),
                Field::ClientIp => client(&mut made, value, &mut warnings),
                Field::PublicIp => made.public_ip = address(value).ok(),
                Field::Url => parts.url = value,
                Field::Scheme => parts.scheme = value,
                Field::Host => parts.host = value,
                Field::Port => parts.port = value,
                Field::Path => parts.path = value,
                Field::Query => parts.query = value,
                Field::Method => made.method = value,
                Field::HttpStatus => made.http_status = number(&value, &mut warnings),
                Field::MimeType => made.mime_type = text::lower(value),
                Field::Referrer => made.referrer = Some(value),
                Field::UserAgent => made.user_agent = Some(value),
                Field::BytesIn => made.bytes_in = number(&value, &mut warnings),
                Field::BytesOut => made.bytes_out = number(&value, &mut warnings),
                Field::Reason => made.reason = value,
                Field::ReasonCode => made.reason_code = Some(value),
                Field::Rule => made.rule = Some(value),
                Field::Policy => made.policy = Some(value),
                Field::Application => made.application = Some(value),
                Field::RepeatCount => made.repeat_count = number::<u32>(&value, &mut warnings).unwrap_or(1).max(1),
                Field::NativeId => made.native_id = Some(value),
                Field::RoutingKey => made.routing_key = Some(value),
                Field::SearchTerms => terms = Some(value),
                Field::Groups | Field::Categories | Field::CategoryIds => {}
            }
        }
        // Filters leave the address of what is gravest out: what they call it, or what was typed, says enough.
        let (url, unknown) = match self.url(parts, slots, &mut warnings) {
            Ok(url) => (url, None),
            Err(why) if why == CUT => return Err(why),
            Err(why) => (Url::default(), Some(why)),
        };
        made.url = url;
        if made.url.is_odd() {
            warnings.add(Warning::OddHost);
        }
        if !made.url.host.is_ascii() && made.url.host.chars().any(text::is_sign) {
            warnings.add(Warning::ControlCharacters);
        }
        (made.outcome, made.vendor_outcome) = self.outcomes.read(slots, &mut warnings);
        self.identify(&mut made, sure, &warnings);
        made.audience = self.audience_of(&made);
        made.visibility = self.visibility_of(&made);
        made.search = search::read(&made.url, &self.suggestions);
        if made.search.is_none()
            && let Some(terms) = terms
        {
            let terms = search::plain(terms);
            let engine = Cow::Borrowed("filter");
            made.search = (!terms.is_empty()).then_some(Search { engine, terms, is_final: true });
        }
        let long = |terms: &str| terms.len() > lexicon::JUDGED && terms.chars().count() > lexicon::JUDGED;
        if made.search.as_ref().is_some_and(|search| long(&search.terms)) {
            warnings.add(Warning::LongSearch);
        }
        for (_, category) in self.adds.iter().filter(|(condition, _)| condition.holds(slots)) {
            made.vendor_categories.push(Cow::Borrowed(category));
        }
        made.background = self.background.iter().any(|condition| condition.holds(slots));
        if !slots.doubled.is_empty() {
            self.doubled(&mut made, slots, &mut warnings);
        }
        if !made.vendor_categories.is_empty() || !made.vendor_category_ids.is_empty() {
            self.categorise(&mut made, &mut warnings);
        }
        if let Some(why) = unknown.filter(|_| !tells(&made)) {
            return Err(why);
        }
        made.warnings = warnings;
        Ok(made)
    }

    /// Whether a value stands for nothing.
    pub(super) fn is_empty(&self, value: &str) -> bool {
        value.is_empty()
            || value == "-"
            || (value.len() <= self.longest_empty && self.empty.iter().any(|empty| value.eq_ignore_ascii_case(empty)))
    }

    /// Whether a line has neither a time, its own or its header's, nor anything that an address is made of.
    pub(super) fn says_nothing(&self, slots: &Slots<'_>, framed: &Framed<'_>) -> bool {
        let nothing = |source: &Source| self.is_empty(&source.get(slots, &mut Warnings::default()));
        framed.at.is_none()
            && self.times.iter().all(|time| nothing(&time.from))
            && self
                .plan
                .iter()
                .filter(|(field, _)| matches!(field, Field::Url | Field::Host))
                .all(|(_, sources)| sources.iter().all(nothing))
    }

    fn list<'a>(
        &self,
        made: &mut Observation<'a>,
        field: Field,
        sources: &[Source],
        slots: &Slots<'a>,
        warnings: &mut Warnings,
    ) {
        let into = match field {
            Field::Groups => &mut made.groups,
            Field::Categories => &mut made.vendor_categories,
            _ => &mut made.vendor_category_ids,
        };
        let (mut cut, mut odd) = (false, Warnings::default());
        for source in sources {
            source.each(slots, warnings, |value| {
                if into.len() >= MEMBERS {
                    cut = true;
                    return;
                }
                if let Some(value) = self.member(field, value, &mut odd)
                    && !into.contains(&value)
                {
                    into.push(value);
                }
            });
        }
        warnings.extend(odd);
        if cut {
            warnings.add(Warning::Truncated);
        }
    }

    /// A member of a list as it counts; none where it stands for nothing.
    pub(super) fn member<'a>(&self, field: Field, value: Text<'a>, odd: &mut Warnings) -> Option<Text<'a>> {
        let value = visible(identity::trimmed(value), odd);
        let marker = matches!(field, Field::Categories) && self.markers.iter().any(|m| m.fits(&value));
        (!marker && !self.is_empty(&value)).then_some(value)
    }

    fn url<'a>(&self, parts: Parts<'a>, slots: &Slots<'a>, warnings: &mut Warnings) -> Result<Url<'a>, Rejected> {
        // Half a name is another one's, whatever else the line says.
        if let Some(cut) = slots.cut.flatten()
            && NAMES.into_iter().any(|name| self.is_within(name, cut))
        {
            return Err(CUT);
        }
        let relative = parts.url.starts_with(['/', '?']);
        let pieced = parts.url.is_empty() && !(parts.path.is_empty() && parts.query.is_empty());
        let named = parts.host.clone();
        let mut url = match (parts.host.is_empty(), relative || pieced) {
            (false, true) => Url::read(joined(&parts)),
            (false, false) if parts.url.is_empty() => Url::read(parts.host),
            _ => Url::read(parts.url),
        };
        if url.host.is_empty() {
            return Err(NO_TARGET);
        }
        // A tunnel to a number, whose name was seen in its greeting.
        if !named.is_empty() && url.path.is_empty() && url.host.parse::<std::net::IpAddr>().is_ok() {
            url.host = Url::read(named).host;
        }
        let Some(cut) = slots.cut else { return Ok(url) };
        warnings.add(Warning::Truncated);
        let Some(cut) = cut else { return Ok(url) };
        let within = |wanted: Field| self.is_within(wanted, cut);
        if within(Field::Host) || (within(Field::Url) && url.path.is_empty() && url.query.is_empty()) {
            return Err(CUT_TARGET);
        }
        url.truncated = [Field::Url, Field::Path, Field::Query].into_iter().any(within);
        Ok(url)
    }

    /// Whether a line was cut off within a value that a field is read from.
    fn is_within(&self, wanted: Field, cut: Slot) -> bool {
        self.plan.iter().any(|(field, from)| *field == wanted && from.iter().any(|source| source.is_from(cut)))
    }

    fn identify(&self, made: &mut Observation<'_>, sure: Confidence, warnings: &Warnings) {
        // A device's or an address's name in place of a user's is no user.
        let same = |text: &Text<'_>| made.client_ip.as_ref().is_some_and(|ip| ip == text);
        if made.user.as_ref().is_some_and(|user| same(user) || user.parse::<std::net::IpAddr>().is_ok()) {
            made.user = None;
        }
        if made.device.as_ref().is_some_and(|device| made.client_ip.as_ref() == Some(device)) {
            made.device = None;
        }
        if let Some(written) = made.user.take() {
            let account = account(&written);
            if account.name != written {
                made.user_written = Some(written);
            }
            made.user = Some(account.name);
            made.realm = made.realm.take().or(account.realm);
        }
        let device = made.device.is_some() || made.device_id.is_some() || made.mac.is_some();
        made.identity_source = self.source;
        made.identity_confidence = if made.user.is_some() {
            sure
        } else if device {
            Confidence::Device
        } else if made.client_ip.is_some() || (made.public_ip.is_some() && !warnings.has(Warning::MaskedAddress)) {
            Confidence::Address
        } else {
            Confidence::None
        };
    }

    fn audience_of(&self, made: &Observation<'_>) -> Audience {
        let texts = || made.groups.iter().chain(&made.policy);
        let found = self.audience.iter().find(|(pattern, _)| texts().any(|text| pattern.fits(text)));
        found.map_or(Audience::Unknown, |(_, audience)| *audience)
    }

    fn visibility_of(&self, made: &Observation<'_>) -> Visibility {
        if self.dns {
            return Visibility::DnsOnly;
        }
        let tunnel = made.method == "CONNECT" || matches!(&*made.url.scheme, "tunnel" | "ssl" | "tcp");
        let bare = made.url.path.is_empty() && made.url.query.is_empty();
        if tunnel || (bare && made.url.scheme.is_empty()) { Visibility::HostOnly } else { Visibility::FullUrl }
    }

    /// What kinds of site names of the filter say, as a line with them is read.
    pub fn categories(&self, names: &[&str]) -> Categories {
        let mut made = Observation::new(OffsetDateTime::UNIX_EPOCH, TimeBasis::ReceiveTime, &self.name, self.version);
        let counts = |name: &&&str| !self.markers.iter().any(|marker| marker.fits(name));
        made.vendor_categories = names.iter().filter(counts).map(|name| Cow::Borrowed(*name)).collect();
        self.categorise(&mut made, &mut Warnings::default());
        category::of_event(&made)
    }

    fn categorise<'a>(&'a self, made: &mut Observation<'a>, warnings: &mut Warnings) {
        made.category_vendor = Cow::Borrowed(&self.category_vendor);
        for name in made.vendor_categories.iter().chain(&made.vendor_category_ids) {
            if let Some((_, ours)) = self.local.iter().find(|(local, _)| local.eq_ignore_ascii_case(name)) {
                made.local_categories.push(Cow::Borrowed(ours));
            } else if self.own_numbers.iter().any(|own| own.fits(name)) {
                warnings.add(Warning::LocalCategory);
            }
        }
    }
}

/// Whether an event without an address says what it was: by a list, or, where it is no mere tail of a line, which has no
/// time, by a category that may alert or by what was typed.
fn tells(made: &Observation<'_>) -> bool {
    let categories = category::of_event(made);
    let timed = made.time_basis != TimeBasis::ReceiveTime;
    categories.is_listed() || (timed && (categories.meets(category::ALERTING) || made.search.is_some()))
}

/// A value with the signs of its control characters in their places. What stands in a line as it came has them already: only what
/// was unescaped can bring further ones.
fn visible<'a>(value: Text<'a>, warnings: &mut Warnings) -> Text<'a> {
    match value {
        Cow::Owned(text) if text::has_controls(text.as_bytes()) => {
            warnings.add(Warning::ControlCharacters);
            Cow::Owned(text::shown(&text))
        }
        value => value,
    }
}

/// The client: an address, or the name that stands in its place, or a mask.
fn client<'a>(made: &mut Observation<'a>, value: Text<'a>, warnings: &mut Warnings) {
    match address(value) {
        Ok(ip) => made.client_ip = Some(ip),
        Err(name) => {
            let figure = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'x' | b'X' | b'*');
            if name.split('.').all(|part| !part.is_empty() && part.bytes().all(figure)) {
                warnings.add(Warning::MaskedAddress);
            } else if made.device.is_none() {
                made.device = Some(name);
            }
        }
    }
    if made.client_ip.as_deref() == Some("0.0.0.0") {
        made.client_ip = None;
        warnings.add(Warning::MaskedAddress);
    }
}

fn number<T: std::str::FromStr>(text: &str, warnings: &mut Warnings) -> Option<T> {
    let number = text.parse().ok();
    if number.is_none() {
        warnings.add(Warning::UnreadableNumber);
    }
    number
}

/// An address of its parts.
fn joined(parts: &Parts<'_>) -> String {
    let Parts { url, scheme, host, port, path, query } = parts;
    let mut all = String::with_capacity(host.len() + url.len() + path.len() + query.len() + 16);
    if !scheme.is_empty() {
        all.push_str(scheme);
        all.push_str("://");
    }
    all.push_str(host);
    let usual = matches!((&**scheme, &**port), (_, "" | "0") | ("http", "80") | ("https", "443"));
    if !usual && !scheme.is_empty() {
        all.push(':');
        all.push_str(port);
    }
    if url.is_empty() {
        if !path.is_empty() && !path.starts_with('/') {
            all.push('/');
        }
        all.push_str(path);
        if !query.is_empty() {
            if !query.starts_with('?') {
                all.push('?');
            }
            all.push_str(query);
        }
    } else {
        all.push_str(url);
    }
    all
}

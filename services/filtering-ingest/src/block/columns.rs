//! A block column by column: what is said of one thing stands together, and packs well. Columns are stored by their place:
//! one keeps its own, and a new one gets the next.

use super::{code, texts::Texts};
use crate::observation::{Observation, Search, Text, Url};

/// How a block begins that is written in this way.
pub(super) const VERSION: u8 = 1;
/// What stands for a piece of an address that is not written within the address itself.
pub(super) const APART: u64 = 1;
/// What is added to where a piece of an address begins within it.
pub(super) const WITHIN: u64 = 2;

/// What there is no place for yet.
const NOWHERE: u32 = u32::MAX;

/// The columns by their places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Second,
    Nanosecond,
    Category,
    By,
    TimeBasis,
    User,
    UserWritten,
    Realm,
    Groups,
    Audience,
    IdentitySource,
    IdentityConfidence,
    ClientIp,
    PublicIp,
    Device,
    DeviceId,
    Mac,
    Original,
    Scheme,
    Host,
    Port,
    Path,
    Query,
    Visibility,
    Flags,
    Engine,
    Terms,
    Method,
    HttpStatus,
    MimeType,
    Referrer,
    UserAgent,
    BytesIn,
    BytesOut,
    CategoryVendor,
    VendorCategories,
    VendorCategoryIds,
    LocalCategories,
    Outcome,
    VendorOutcome,
    Reason,
    ReasonCode,
    Rule,
    Policy,
    Application,
    RepeatCount,
    NativeId,
    RoutingKey,
    Profile,
    ProfileVersion,
    Warnings,
}

/// How many there are.
const COLUMNS: usize = Column::Warnings as usize + 1;

/// What is true or not of an observation, a bit each.
pub(super) mod flag {
    pub(in crate::block) const BACKGROUND: u64 = 1;
    pub(in crate::block) const TRUNCATED: u64 = 2;
    pub(in crate::block) const SEARCHED: u64 = 4;
    pub(in crate::block) const FINAL: u64 = 8;
}

/// Observations on their way into columns.
#[derive(Debug)]
pub(super) struct Columns {
    texts: Texts,
    columns: Vec<Vec<u8>>,
    /// The text that each column had last, which the next often has, too.
    last: Vec<u32>,
    /// Bytes of all columns.
    written: usize,
    second: i64,
}

impl Default for Columns {
    fn default() -> Self {
        Self {
            texts: Texts::default(),
            columns: vec![Vec::new(); COLUMNS],
            last: vec![NOWHERE; COLUMNS],
            written: 0,
            second: 0,
        }
    }
}

impl Columns {
    /// How many bytes of text there are.
    pub(super) fn text(&self) -> usize {
        self.texts.all().len()
    }

    /// How many bytes of text and columns there are.
    pub(super) fn size(&self) -> usize {
        self.text() + self.written
    }

    /// Adds an observation.
    pub(super) fn add(&mut self, observation: &Observation<'_>, category: &str) {
        // Each by its name, so that what is new in an observation cannot be left out unnoticed.
        let Observation {
            event_at,
            time_basis,
            user,
            user_written,
            realm,
            groups,
            audience,
            identity_source,
            identity_confidence,
            client_ip,
            public_ip,
            device,
            device_id,
            mac,
            url,
            visibility,
            search,
            method,
            http_status,
            mime_type,
            referrer,
            user_agent,
            bytes_in,
            bytes_out,
            category_vendor,
            vendor_categories,
            vendor_category_ids,
            local_categories,
            outcome,
            vendor_outcome,
            reason,
            reason_code,
            rule,
            policy,
            application,
            background,
            repeat_count,
            native_id,
            routing_key,
            profile,
            profile_version,
            warnings,
        } = observation;
        let second = event_at.unix_timestamp();
        self.number(Column::Second, zigzag(second.wrapping_sub(self.second)));
        self.second = second;
        self.number(Column::Nanosecond, event_at.nanosecond().into());
        self.text_of(Column::Category, category);
        self.number(Column::TimeBasis, code::time_basis::number(*time_basis).into());
        self.maybe(Column::User, user);
        self.maybe(Column::UserWritten, user_written);
        self.maybe(Column::Realm, realm);
        self.list(Column::Groups, groups);
        self.number(Column::Audience, code::audience::number(*audience).into());
        self.number(Column::IdentitySource, code::source::number(*identity_source).into());
        self.number(Column::IdentityConfidence, code::confidence::number(*identity_confidence).into());
        self.maybe(Column::ClientIp, client_ip);
        self.maybe(Column::PublicIp, public_ip);
        self.maybe(Column::Device, device);
        self.maybe(Column::DeviceId, device_id);
        self.maybe(Column::Mac, mac);
        self.url(url);
        self.number(Column::Visibility, code::visibility::number(*visibility).into());
        let mut flags = if *background { flag::BACKGROUND } else { 0 };
        if url.truncated {
            flags |= flag::TRUNCATED;
        }
        if let Some(Search { engine, terms, is_final }) = search {
            flags |= flag::SEARCHED | if *is_final { flag::FINAL } else { 0 };
            self.text_of(Column::Engine, engine);
            self.text_of(Column::Terms, terms);
        }
        self.number(Column::Flags, flags);
        self.text_of(Column::Method, method);
        self.counted(Column::HttpStatus, http_status.map(u64::from));
        self.text_of(Column::MimeType, mime_type);
        self.maybe(Column::Referrer, referrer);
        self.maybe(Column::UserAgent, user_agent);
        self.counted(Column::BytesIn, *bytes_in);
        self.counted(Column::BytesOut, *bytes_out);
        self.text_of(Column::CategoryVendor, category_vendor);
        self.list(Column::VendorCategories, vendor_categories);
        self.list(Column::VendorCategoryIds, vendor_category_ids);
        self.list(Column::LocalCategories, local_categories);
        self.number(Column::Outcome, code::outcome::number(*outcome).into());
        self.text_of(Column::VendorOutcome, vendor_outcome);
        self.text_of(Column::Reason, reason);
        self.maybe(Column::ReasonCode, reason_code);
        self.maybe(Column::Rule, rule);
        self.maybe(Column::Policy, policy);
        self.maybe(Column::Application, application);
        self.number(Column::RepeatCount, (*repeat_count).into());
        self.maybe(Column::NativeId, native_id);
        self.maybe(Column::RoutingKey, routing_key);
        self.text_of(Column::Profile, profile);
        self.number(Column::ProfileVersion, (*profile_version).into());
        self.number(Column::Warnings, warnings.bits().into());
    }

    fn url(&mut self, url: &Url<'_>) {
        let Url { original, scheme, host, port, path, query, truncated: _ } = url;
        self.text_of(Column::Original, original);
        self.text_of(Column::Scheme, scheme);
        self.text_of(Column::Host, host);
        self.counted(Column::Port, port.map(u64::from));
        self.piece(Column::Path, original, path);
        self.piece(Column::Query, original, query);
    }

    /// A piece of an address: by its place in it, where it is written there.
    fn piece(&mut self, column: Column, whole: &str, piece: &str) {
        if piece.is_empty() {
            return self.number(column, 0);
        }
        match within(whole, piece) {
            Some(start) => {
                self.number(column, length(start) + WITHIN);
                self.number(column, length(piece.len()));
            }
            None => {
                self.number(column, APART);
                self.text_of(column, piece);
            }
        }
    }

    /// A text; 0 where it is empty.
    fn text_of(&mut self, column: Column, text: &str) {
        if text.is_empty() {
            return self.number(column, 0);
        }
        let place = self.place(column, text);
        self.number(column, u64::from(place) + 1);
    }

    /// A text that may not be there; 0 where it is not.
    fn maybe(&mut self, column: Column, text: &Option<Text<'_>>) {
        match text {
            Some(text) => {
                let place = self.place(column, text);
                self.number(column, u64::from(place) + 1);
            }
            None => self.number(column, 0),
        }
    }

    fn place(&mut self, column: Column, text: &str) -> u32 {
        let last = self.last[column as usize];
        if last != NOWHERE && self.texts.at(last) == text {
            return last;
        }
        let place = self.texts.place(text);
        self.last[column as usize] = place;
        place
    }

    fn list(&mut self, column: Column, texts: &[Text<'_>]) {
        self.number(column, length(texts.len()));
        for text in texts {
            self.text_of(column, text);
        }
    }

    /// A number that may not be there; 0 where it is not.
    fn counted(&mut self, column: Column, number: Option<u64>) {
        self.number(column, number.map_or(0, |number| number.saturating_add(1)));
    }

    fn number(&mut self, column: Column, number: u64) {
        let bytes = &mut self.columns[column as usize];
        let before = bytes.len();
        varint(bytes, number);
        self.written += bytes.len() - before;
    }

    /// All of it as bytes; `by` says by whom each observation was.
    pub(super) fn finish(mut self, count: u32, by: impl Iterator<Item = u64>) -> Vec<u8> {
        by.for_each(|who| self.number(Column::By, who));
        let Self { texts, columns, .. } = self;
        let size = texts.all().len() + columns.iter().map(Vec::len).sum::<usize>();
        let mut all = Vec::with_capacity(size + size / 8 + 256);
        all.push(VERSION);
        varint(&mut all, count.into());
        varint(&mut all, length(texts.lengths().len()));
        texts.lengths().for_each(|length| varint(&mut all, length));
        all.extend_from_slice(texts.all().as_bytes());
        varint(&mut all, length(columns.len()));
        for column in &columns {
            varint(&mut all, length(column.len()));
            all.extend_from_slice(column);
        }
        all
    }
}

fn length(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// Where a piece of a text begins that was cut out of this very text.
fn within(whole: &str, piece: &str) -> Option<usize> {
    let start = piece.as_ptr().addr().checked_sub(whole.as_ptr().addr())?;
    let end = start.checked_add(piece.len())?;
    (whole.get(start..end) == Some(piece)).then_some(start)
}

/// Small numbers of either sign as small ones.
fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)).cast_unsigned()
}

/// Seven bits a byte, the lowest first.
fn varint(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
}

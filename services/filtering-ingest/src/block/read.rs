//! A block read back. What is not there reads as nothing: a block may be older than a column.

use std::{borrow::Cow, io::Read as _, ops::Range};

use flate2::read::DeflateDecoder;
use time::{Duration, OffsetDateTime};

use super::{
    DEFLATED, PLAIN, code,
    columns::{APART, Column, VERSION, WITHIN, flag},
};
use crate::observation::{Observation, Search, Text, Url, Warnings};

/// The most that a block can be, by far.
const LARGEST: u64 = 64 << 20;

/// A block that was opened.
#[derive(Debug)]
pub struct Opened {
    plain: Vec<u8>,
    texts: String,
    bounds: Vec<(usize, usize)>,
    columns: Vec<Range<usize>>,
    actors: Vec<u64>,
    count: u64,
}

/// One observation of a block.
#[derive(Debug)]
pub struct Row<'a> {
    /// By whom it was, as a keyed hash.
    pub actor: u64,
    /// Its gravest category.
    pub category: &'a str,
    /// The event.
    pub observation: Observation<'a>,
}

impl Opened {
    /// Reads what was sealed, and the keyed hashes that stand beside it; none where it is no block.
    pub fn read(body: &[u8], actors: &[u8]) -> Option<Self> {
        let plain = match body.split_first()? {
            (&PLAIN, rest) => rest.to_vec(),
            (&DEFLATED, rest) => {
                let mut plain = Vec::with_capacity(rest.len().saturating_mul(4));
                DeflateDecoder::new(rest).take(LARGEST).read_to_end(&mut plain).ok()?;
                plain
            }
            _ => return None,
        };
        let mut rest = Bytes(plain.strip_prefix(&[VERSION])?);
        let count = rest.number();
        let (mut bounds, mut end) = (Vec::new(), 0_usize);
        for _ in 0..rest.number() {
            if rest.0.is_empty() {
                return None;
            }
            let start = end;
            end = start.checked_add(rest.length())?;
            bounds.push((start, end));
        }
        let texts = str::from_utf8(rest.cut(end)?).ok()?.to_owned();
        let mut columns = Vec::new();
        for _ in 0..rest.number() {
            if rest.0.is_empty() {
                return None;
            }
            let length = rest.length();
            let start = plain.len() - rest.0.len();
            rest.cut(length)?;
            columns.push(start..start + length);
        }
        let actors = actors.as_chunks::<8>().0.iter().map(|actor| u64::from_be_bytes(*actor)).collect();
        Some(Self { texts, bounds, columns, actors, count, plain })
    }

    /// Its observations, in the order they came.
    pub fn rows(&self) -> Rows<'_> {
        let bytes = |range: &Range<usize>| Bytes(self.plain.get(range.clone()).unwrap_or_default());
        Rows { block: self, columns: self.columns.iter().map(bytes).collect(), left: self.count, second: 0 }
    }

    fn text(&self, place: u64) -> &str {
        let bounds = usize::try_from(place).ok().and_then(|place| self.bounds.get(place));
        bounds.and_then(|(start, end)| self.texts.get(*start..*end)).unwrap_or_default()
    }
}

/// Bytes of which is read from the beginning.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    /// The next number; 0 where there is none.
    fn number(&mut self) -> u64 {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let Some((byte, rest)) = self.0.split_first() else { return number };
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        number
    }

    fn length(&mut self) -> usize {
        usize::try_from(self.number()).unwrap_or(usize::MAX)
    }

    fn cut(&mut self, length: usize) -> Option<&'a [u8]> {
        let (cut, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(cut)
    }
}

/// The observations of a block, one after the other.
pub struct Rows<'a> {
    block: &'a Opened,
    columns: Vec<Bytes<'a>>,
    left: u64,
    second: i64,
}

impl<'a> Rows<'a> {
    fn number(&mut self, column: Column) -> u64 {
        self.columns.get_mut(column as usize).map_or(0, Bytes::number)
    }

    fn byte(&mut self, column: Column) -> u8 {
        u8::try_from(self.number(column)).unwrap_or(u8::MAX)
    }

    fn maybe(&mut self, column: Column) -> Option<Text<'a>> {
        let place = self.number(column).checked_sub(1)?;
        Some(Cow::Borrowed(self.block.text(place)))
    }

    fn text(&mut self, column: Column) -> Text<'a> {
        self.maybe(column).unwrap_or_default()
    }

    fn counted(&mut self, column: Column) -> Option<u64> {
        self.number(column).checked_sub(1)
    }

    fn small(&mut self, column: Column) -> Option<u16> {
        self.counted(column).and_then(|number| u16::try_from(number).ok())
    }

    fn list(&mut self, column: Column) -> Vec<Text<'a>> {
        (0..self.number(column)).map_while(|_| self.there(column).then(|| self.text(column))).collect()
    }

    fn there(&self, column: Column) -> bool {
        self.columns.get(column as usize).is_some_and(|bytes| !bytes.0.is_empty())
    }

    fn piece(&mut self, column: Column, whole: &Text<'a>) -> Text<'a> {
        match self.number(column) {
            0 => Cow::Borrowed(""),
            APART => self.text(column),
            start => {
                let start = usize::try_from(start - WITHIN).unwrap_or(usize::MAX);
                let length = usize::try_from(self.number(column)).unwrap_or(usize::MAX);
                let range = start..start.saturating_add(length);
                match whole {
                    Cow::Borrowed(whole) => Cow::Borrowed(whole.get(range).unwrap_or_default()),
                    Cow::Owned(whole) => Cow::Owned(whole.get(range).unwrap_or_default().to_owned()),
                }
            }
        }
    }

    fn at(&mut self) -> OffsetDateTime {
        self.second = self.second.wrapping_add(unzigzag(self.number(Column::Second)));
        let nanoseconds = i64::try_from(self.number(Column::Nanosecond)).unwrap_or_default();
        let second = OffsetDateTime::from_unix_timestamp(self.second).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        second.checked_add(Duration::nanoseconds(nanoseconds)).unwrap_or(second)
    }

    fn observation(&mut self) -> Observation<'a> {
        let event_at = self.at();
        let original = self.text(Column::Original);
        let flags = self.number(Column::Flags);
        let url = Url {
            scheme: self.text(Column::Scheme),
            host: self.text(Column::Host),
            port: self.small(Column::Port),
            path: self.piece(Column::Path, &original),
            query: self.piece(Column::Query, &original),
            truncated: flags & flag::TRUNCATED != 0,
            original,
        };
        let search = (flags & flag::SEARCHED != 0).then(|| Search {
            engine: self.text(Column::Engine),
            terms: self.text(Column::Terms),
            is_final: flags & flag::FINAL != 0,
        });
        Observation {
            event_at,
            time_basis: code::time_basis::word(self.byte(Column::TimeBasis)),
            user: self.maybe(Column::User),
            user_written: self.maybe(Column::UserWritten),
            realm: self.maybe(Column::Realm),
            groups: self.list(Column::Groups),
            audience: code::audience::word(self.byte(Column::Audience)),
            identity_source: code::source::word(self.byte(Column::IdentitySource)),
            identity_confidence: code::confidence::word(self.byte(Column::IdentityConfidence)),
            client_ip: self.maybe(Column::ClientIp),
            public_ip: self.maybe(Column::PublicIp),
            device: self.maybe(Column::Device),
            device_id: self.maybe(Column::DeviceId),
            mac: self.maybe(Column::Mac),
            url,
            visibility: code::visibility::word(self.byte(Column::Visibility)),
            search,
            method: self.text(Column::Method),
            http_status: self.small(Column::HttpStatus),
            mime_type: self.text(Column::MimeType),
            referrer: self.maybe(Column::Referrer),
            user_agent: self.maybe(Column::UserAgent),
            bytes_in: self.counted(Column::BytesIn),
            bytes_out: self.counted(Column::BytesOut),
            category_vendor: self.text(Column::CategoryVendor),
            vendor_categories: self.list(Column::VendorCategories),
            vendor_category_ids: self.list(Column::VendorCategoryIds),
            local_categories: self.list(Column::LocalCategories),
            outcome: code::outcome::word(self.byte(Column::Outcome)),
            vendor_outcome: self.text(Column::VendorOutcome),
            reason: self.text(Column::Reason),
            reason_code: self.maybe(Column::ReasonCode),
            rule: self.maybe(Column::Rule),
            policy: self.maybe(Column::Policy),
            application: self.maybe(Column::Application),
            background: flags & flag::BACKGROUND != 0,
            repeat_count: u32::try_from(self.number(Column::RepeatCount)).unwrap_or(u32::MAX),
            native_id: self.maybe(Column::NativeId),
            routing_key: self.maybe(Column::RoutingKey),
            profile: self.text(Column::Profile),
            profile_version: u32::try_from(self.number(Column::ProfileVersion)).unwrap_or(u32::MAX),
            warnings: Warnings::of_bits(u32::try_from(self.number(Column::Warnings)).unwrap_or_default()),
        }
    }
}

impl<'a> Iterator for Rows<'a> {
    type Item = Row<'a>;

    fn next(&mut self) -> Option<Row<'a>> {
        self.left = self.left.checked_sub(1)?;
        let by = usize::try_from(self.number(Column::By)).unwrap_or(usize::MAX);
        let actor = self.block.actors.get(by).copied().unwrap_or_default();
        let category = match self.number(Column::Category).checked_sub(1) {
            Some(place) => self.block.text(place),
            None => "",
        };
        Some(Row { actor, category, observation: self.observation() })
    }
}

fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

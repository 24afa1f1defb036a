//! How a product's lines are read: by a profile, which is data. In operation a feed's profile is fixed: a line that does
//! not fit is rejected and counted, never guessed at.

mod assemble;
mod builtin;
mod compile;
mod detect;
mod document;
mod doubled;
mod field;
mod framing;
mod identity;
mod joined;
mod layout;
mod moment;
mod outcome;
pub mod own;
mod pattern;
pub mod place;
mod sample;
mod slots;
mod source;
pub mod trial;
mod when;
mod zone;

use time::OffsetDateTime;

use crate::{
    line::Line,
    observation::{Audience, Confidence, IdentitySource, Observation, Rejected, Warnings},
    search::Place,
};
use field::Field;
use framing::{Framed, Framing};
use layout::Layout;
use moment::{Order, Unit};
use outcome::Outcomes;
use pattern::{Condition, Pattern};
use slots::{Slot, Slots};
use source::Source;
use zone::Zone;

pub use builtin::{NAMES as PROFILES, all, document, named};
pub use detect::{Candidate, Detected, detect};
pub use joined::JOINED;
pub use layout::Header;
pub use zone::ZONES;

/// What a line alone does not tell.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The zone of times without one.
    pub time_zone: &'a str,
    /// When the line was received; the first moment of 1970 where nobody knows.
    pub received_at: OffsetDateTime,
}

/// How a profile is known to read its product's lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Known {
    /// Lines of the product that were published.
    Lines,
    /// The product's published source.
    Source,
    /// The vendor's documentation, with a line of it.
    Documentation,
    /// Columns as they are documented; its lines are made up, and no compatibility is claimed beyond them.
    Synthetic,
}

impl Known {
    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Lines => "lines",
            Self::Source => "source",
            Self::Documentation => "documentation",
            Self::Synthetic => "synthetic",
        }
    }

    /// In words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lines => "published lines",
            Self::Source => "published source",
            Self::Documentation => "documentation",
            Self::Synthetic => "documented columns, synthetic lines",
        }
    }
}

/// A product's lines and what they mean.
#[derive(Debug)]
pub struct Profile {
    name: String,
    version: u32,
    product: String,
    known: Known,
    generic: bool,
    framing: Framing,
    layout: Layout,
    times: Vec<Timed>,
    belongs: Option<Condition>,
    web: Vec<Condition>,
    not_web: Vec<Condition>,
    plan: Vec<(Field, Vec<Source>)>,
    outcomes: Outcomes,
    ceiling: Confidence,
    source: IdentitySource,
    audience: Vec<(Pattern, Audience)>,
    dns: bool,
    category_vendor: String,
    markers: Vec<Pattern>,
    own_numbers: Vec<Pattern>,
    local: Vec<(String, &'static str)>,
    adds: Vec<(Condition, String)>,
    empty: Vec<String>,
    longest_empty: usize,
    suggestions: Vec<Place>,
    background: Vec<Condition>,
    host: Option<Slot>,
    samples: Vec<String>,
}

/// Where a line's time stands.
#[derive(Debug, Clone)]
struct Timed {
    from: Source,
    order: Order,
    unit: Unit,
    zone: Option<Zone>,
    zone_from: Option<Source>,
}

impl Profile {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its version.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// The product, in words.
    pub fn product(&self) -> &str {
        &self.product
    }

    /// How it is known to read the product's lines.
    pub fn known(&self) -> Known {
        self.known
    }

    /// The lines it carries: made up, and held against what they must become whenever it is read.
    pub fn samples(&self) -> &[String] {
        &self.samples
    }

    /// Whether its log names its columns: such a delivery's names are kept for the lines that come later.
    pub fn is_headed(&self) -> bool {
        matches!(self.layout, Layout::Headed(_))
    }

    /// Reads one line that needs no row of names before it.
    ///
    /// # Errors
    /// Why the line is not taken.
    pub fn read<'a>(&'a self, line: &'a str, context: Context<'_>) -> Result<Observation<'a>, Rejected> {
        self.read_by(line, context, Warnings::default(), &mut None, &mut 0)
    }

    fn read_by<'a>(
        &'a self,
        line: &'a str,
        context: Context<'_>,
        warnings: Warnings,
        header: &mut Option<Header>,
        behind: &mut usize,
    ) -> Result<Observation<'a>, Rejected> {
        let framed = self.framing.strip(line);
        let mut slots = Slots::new(self.layout.escapes());
        // An observation is large: it is made where it stays, and handed through nothing.
        let found = self.layout.read(framed.message, &mut slots, header).and_then(|()| self.is_of(&slots, &framed));
        *behind = slots.behind;
        if let Err(rejected) = found {
            return Err(other(rejected, line));
        }
        if let Some(host) = self.host {
            slots.set(host, framed.host, false);
        }
        match self.when(&slots, &framed, context, warnings) {
            Ok(when) => self.assemble(&slots, when),
            Err(rejected) => Err(other(rejected, line)),
        }
    }

    /// The names and numbers that its own map gives categories of a kind.
    pub(crate) fn names_of(&self, kind: impl Fn(&str) -> bool) -> impl Iterator<Item = &str> {
        self.local.iter().filter(move |(_, ours)| kind(ours)).map(|(name, _)| name.as_str())
    }

    /// The vendor whose categories its product has; empty where it names none.
    pub fn category_vendor(&self) -> &str {
        &self.category_vendor
    }

    /// Whether a line is the product's, and about the web.
    fn is_of(&self, slots: &Slots<'_>, framed: &Framed<'_>) -> Result<(), Rejected> {
        if self.belongs.as_ref().is_some_and(|belongs| !belongs.holds(slots)) {
            return Err(Rejected::malformed("a line of another product"));
        }
        if self.not_web.iter().any(|condition| condition.holds(slots)) {
            return Err(Rejected::not_web("a line of another kind than web use"));
        }
        if self.web.is_empty() || self.web.iter().any(|condition| condition.holds(slots)) {
            return Ok(());
        }
        if self.web.first().is_some_and(|condition| condition.unasked(slots)) {
            return Err(Rejected::malformed("the line does not say of what kind it is"));
        }
        // A product says of what kind a line is; of a general format nothing else does.
        if self.generic && self.says_nothing(slots, framed) {
            return Err(Rejected::malformed("there is neither a time nor an address"));
        }
        Err(Rejected::not_web("a line of another kind than web use"))
    }
}

/// Reads the lines of one delivery by a profile: it knows the row of names that came before.
#[derive(Debug)]
pub struct Reader<'p> {
    profile: &'p Profile,
    header: Option<Header>,
    /// How much stood in the line read last from its last value on, where more stands behind that.
    behind: usize,
}

impl<'p> Reader<'p> {
    /// A reader at a delivery's beginning, or behind the row of names that came so far.
    pub fn new(profile: &'p Profile, header: Option<&str>) -> Self {
        Self { profile, header: header.and_then(|text| profile.layout.header(text)), behind: 0 }
    }

    /// The row of names that came last: for the reader of the lines that come later.
    pub fn header(&self) -> Option<&str> {
        self.header.as_ref().map(Header::text).filter(|text| !text.is_empty())
    }

    /// Passes a line over that was accounted for before: only its names count.
    pub fn pass(&mut self, line: &str) {
        if let Some(header) = self.profile.layout.header(line) {
            self.header = Some(header);
        }
    }

    /// Reads a line.
    ///
    /// # Errors
    /// Why the line is not taken.
    pub fn read<'a>(&mut self, line: &'a Line<'_>, context: Context<'_>) -> Result<Observation<'a>, Rejected>
    where
        'p: 'a,
    {
        self.profile.read_by(&line.text, context, line.warnings, &mut self.header, &mut self.behind)
    }
}

/// Reads a line by a profile that the platform ships.
///
/// # Errors
/// Why the line is not taken.
pub fn read<'a>(profile: &str, line: &'a str, context: Context<'_>) -> Result<Observation<'a>, Rejected> {
    match named(profile) {
        Some(profile) => profile.read(line, context),
        None => Err(Rejected::malformed("there is no such profile")),
    }
}

/// Why a line is not taken, where its words may tell it is another program's.
fn other(rejected: Rejected, line: &str) -> Rejected {
    if rejected.kind() == "malformed" && foreign(line) {
        return Rejected::not_web("a line of the firewall or the system");
    }
    rejected
}

/// A line that a firewall or a mail server wrote, as far as its words tell: such lines are normal, and no web use.
fn foreign(line: &str) -> bool {
    const MARKS: [&str; 6] = [" kernel: ", " IN=", " OUT=", " DPT=", " sshd[", " dhcpd"];
    MARKS.iter().filter(|mark| line.contains(**mark)).count() >= 2 || line.contains("]: Accepted ")
}

//! A document tried on lines: what each would become, with nothing kept of either.

use chassis::lines::whole;
use time::OffsetDateTime;

use super::{Context, Detected, Profile, Reader, detect};
use crate::{
    category::{self, Categories},
    line,
    observation::{Audience, Observation, Rejected, Warning},
    text,
};

/// Lines that are tried at once, and their bytes.
pub const LINES: usize = 1_000;
/// Bytes that are tried at once.
pub const BYTES: usize = 256 << 10;
/// Observations, and rejected lines, that are told of.
pub const TOLD: usize = 200;

/// What one line would become.
#[derive(Debug)]
pub struct Shown {
    /// Its number, from 1.
    pub line: usize,
    /// When it happened.
    pub at: OffsetDateTime,
    /// The account.
    pub user: String,
    /// The device, or the address the user was at.
    pub device: String,
    /// The groups.
    pub groups: Vec<String>,
    /// The host.
    pub host: String,
    /// What was searched for.
    pub terms: String,
    /// Whose filtering it came under; empty where the profile does not say.
    pub audience: &'static str,
    /// What the filter did.
    pub outcome: &'static str,
    /// The filter's own categories.
    pub vendor_categories: Vec<String>,
    /// Ours.
    pub categories: Vec<String>,
    /// What was odd.
    pub warnings: Vec<String>,
    /// Whether address and words are withheld.
    pub withheld: bool,
}

impl Shown {
    fn new(line: usize, seen: &Observation<'_>, categories: Categories) -> Self {
        let withheld = categories.listed().any(|listed| listed == "illegal_csam");
        let open = |text: &str| if withheld { String::new() } else { visible(text) };
        let device = seen.device.as_deref().or(seen.device_id.as_deref()).or(seen.client_ip.as_deref());
        let word = |warning: Warning| {
            let name = serde_json::to_string(&warning).unwrap_or_default();
            name.trim_matches('"').replace('_', " ")
        };
        Self {
            line,
            at: seen.event_at,
            user: seen.user.as_deref().map(visible).unwrap_or_default(),
            device: device.map(visible).unwrap_or_default(),
            groups: seen.groups.iter().map(|group| visible(group)).collect(),
            host: open(&seen.url.host),
            terms: seen.search.as_ref().map(|search| open(&search.terms)).unwrap_or_default(),
            audience: match seen.audience {
                Audience::Pupil => "pupil",
                Audience::Staff => "staff",
                Audience::Guest => "guest",
                Audience::Unknown => "",
            },
            outcome: seen.outcome.as_str(),
            vendor_categories: seen.vendor_categories.iter().map(|name| visible(name)).collect(),
            categories: categories.iter().map(str::to_owned).collect(),
            warnings: seen.warnings.iter().map(word).collect(),
            withheld,
        }
    }
}

/// Text whose characters all show what they are: what changes how a line is shown is written by its number.
fn visible(written: &str) -> String {
    let mut all = String::with_capacity(written.len());
    for c in text::shown(written).chars() {
        if text::hidden(c) {
            all.extend(c.escape_unicode());
        } else {
            all.push(c);
        }
    }
    all
}

/// What lines would become.
#[derive(Debug, Default)]
pub struct Trial {
    /// The name of the profile they were read by; empty where none.
    pub profile: String,
    /// Lines looked at.
    pub lines: usize,
    /// Lines that became an observation.
    pub read: usize,
    /// Lines that are the product's and not about the web.
    pub not_web: usize,
    /// The first of them.
    pub shown: Vec<Shown>,
    /// The first lines that were not taken.
    pub rejected: Vec<(usize, Rejected)>,
}

impl Trial {
    /// Tries a profile on lines.
    pub fn of(profile: &Profile, lines: &[u8], context: Context<'_>) -> Self {
        let mut trial = Self { profile: profile.name().to_owned(), ..Self::default() };
        let mut reader = Reader::new(profile, None);
        let hosts = std::collections::HashMap::new();
        for (number, line) in (1..).zip(line::lines(lines)) {
            trial.lines += 1;
            let mut one = |read: Result<Observation<'_>, Rejected>| match read {
                Ok(observation) => {
                    trial.read += 1;
                    if trial.shown.len() < TOLD {
                        trial.shown.push(Shown::new(number, &observation, category::of(&observation, &hosts)));
                    }
                }
                Err(rejected) => {
                    trial.not_web += usize::from(rejected.kind() == "not_web");
                    if trial.rejected.len() < TOLD {
                        trial.rejected.push((number, rejected));
                    }
                }
            };
            match &line {
                Ok(line) => reader.each(line, context, |_, read| one(read)),
                Err(rejected) => one(Err(*rejected)),
            }
        }
        trial
    }
}

/// What is tried, made into lines, and what they look like.
#[derive(Debug)]
pub struct Looked {
    /// The lines.
    pub lines: Vec<u8>,
    /// What was done to make them, in words.
    pub made: Option<&'static str>,
    /// What they look like.
    pub detected: Detected,
}

/// Looks at what was pasted.
///
/// # Errors
/// Why it is not looked at: it is too much, or no text.
pub fn look(pasted: &[u8], context: Context<'_>) -> Result<Looked, String> {
    if pasted.len() > BYTES {
        return Err("Enter 256 KiB of lines or less: a few dozen of each kind tell as much".to_owned());
    }
    let (lines, made) = whole::lines(pasted);
    let count = chassis::lines::count(&lines);
    if count > LINES as u64 {
        return Err(format!("Enter 1,000 lines or fewer: these are {count}; a few dozen of each kind tell as much"));
    }
    crate::looks::check_text(&lines)?;
    let detected = detect(&lines, context);
    Ok(Looked { lines, made: made.told(), detected })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTEXT: Context<'static> = Context { time_zone: "UTC", received_at: OffsetDateTime::UNIX_EPOCH };

    #[test]
    fn lines_are_shown_as_they_would_become_and_illegal_ones_withheld() {
        let Some(profile) = super::super::named("fortigate") else { unreachable!("it is shipped") };
        let line = |host: &str, name: &str| {
            format!(
                "date=2026-11-24 time=08:59:00 type=\"utm\" subtype=\"webfilter\" user=\"u1\" hostname=\"{host}\" \
                 url=\"/\" action=\"blocked\" catdesc=\"{name}\"\n"
            )
        };
        let log = [line("a.example", "Games"), "type=\"traffic\"\n".into(), "junk\n".into(), line("b.example", "IWF")]
            .concat();
        let trial = Trial::of(profile, log.as_bytes(), CONTEXT);
        assert_eq!((trial.lines, trial.read, trial.not_web, trial.rejected.len()), (4, 2, 1, 2));
        let shown: Vec<_> = trial.shown.iter().map(|s| (s.line, s.host.as_str(), s.outcome, s.withheld)).collect();
        assert_eq!(shown, [(1, "a.example", "blocked", false), (4, "", "blocked", true)]);
    }

    #[test]
    fn too_much_is_refused_with_the_bound() {
        let many = "a line\n".repeat(10_000);
        assert!(look(many.as_bytes(), CONTEXT).is_err_and(|why| why.contains("1,000 lines") && why.contains("10000")));
        assert!(look(&vec![b'a'; BYTES + 1], CONTEXT).is_err_and(|why| why.contains("256 KiB")));
        assert!(look(b"\x1f\x8b\x08\0", CONTEXT).is_err_and(|why| why.contains("gzip")));
        assert!(look(b"a line\n", CONTEXT).is_ok_and(|looked| looked.detected.best().is_none()));
    }
}

//! `hedgerow logs parse`, `profiles` and `profile check`: what lines would become, without a server.

use std::{
    fmt::Write as _,
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use chassis::{
    clock::{Clock as _, SystemClock},
    error::{Error, Result, Violation},
    lines::{
        packed::{Packing, Trouble, Unpacker},
        whole,
    },
};
use clap::{Args, Subcommand, ValueEnum};
use filtering_ingest::{
    category::{self, Categories},
    line, looks,
    observation::{Observation, Rejected},
    profile::{self, Context, Detected, PROFILES, Profile, Reader, ZONES, place::line_of},
    sighting, text,
};
use serde::Serialize;

use super::{profiles::Kept, trouble};
use crate::command::unreadable;

/// Candidates told of when a format is looked for.
const TOLD: usize = 3;
/// The largest log that a packed file may hold: it is read whole.
const LARGEST: u64 = 1 << 30;

/// A log to be read.
#[derive(Debug, Args)]
pub struct Parse {
    /// The log; `-` is standard input.
    file: PathBuf,
    /// The profile's name, a file with a profile of your own (.yaml), or `auto`: every profile is tried on the first
    /// lines, and what speaks for the one that is taken is told on standard error.
    #[arg(long, default_value = "auto")]
    format: String,
    /// How observations are printed.
    #[arg(long, value_enum, default_value_t = Output::Ndjson)]
    output: Output,
    /// The zone of times that name none.
    #[arg(long, default_value = ZONES[0])]
    zone: String,
}

/// How observations are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    /// One JSON object to a line.
    Ndjson,
}

/// A profile of your own.
#[derive(Debug, Subcommand)]
pub enum ProfileCommand {
    /// Checks a profile's document: every section, and its own sample lines against what they must become.
    Check {
        /// The document.
        file: PathBuf,
    },
    #[command(flatten)]
    Kept(Kept),
}

impl ProfileCommand {
    /// Runs what needs no server; nothing where it needs one.
    pub fn run_alone(&self) -> Option<Result<()>> {
        match self {
            Self::Check { file } => Some(Self::check(file)),
            Self::Kept(_) => None,
        }
    }

    /// Prints what the profile reads, or everything that is wrong with it.
    fn check(file: &Path) -> Result<()> {
        let profile = own(file)?;
        println!(
            "{} version {}: {}; all {} sample lines became what they must",
            profile.name(),
            profile.version(),
            profile.product(),
            profile.samples().len()
        );
        Ok(())
    }
}

/// Prints the profiles that are shipped.
///
/// # Errors
/// Where standard output cannot be written.
pub fn profiles() -> Result<()> {
    let mut out = io::stdout().lock();
    for profile in profile::all() {
        let known = profile.known().as_str();
        writeln!(out, "{:<18} {:<58} {known}", profile.name(), profile.product()).map_err(Error::internal)?;
    }
    Ok(())
}

/// A profile of somebody's own.
fn own(file: &Path) -> Result<Profile> {
    own_text(file).map(|(_, profile)| profile)
}

/// A profile of somebody's own, with its document. What is wrong is told by field, and by its line in the file.
pub(super) fn own_text(file: &Path) -> Result<(String, Profile)> {
    let text = std::fs::read_to_string(file).map_err(|e| Error::invalid("file", unreadable(file, &e)))?;
    let told = |wrong: Violation| {
        let line = line_of(&text, &wrong.field).filter(|_| !wrong.field.starts_with("line "));
        let message = line.map_or_else(|| wrong.message.clone(), |line| format!("Line {line}: {}", wrong.message));
        Violation { field: wrong.field, message }
    };
    let read = Profile::parse(&text).map_err(|violations| {
        let mut all = violations.into_iter().map(told);
        let first = all.next().unwrap_or(Violation { field: "file".into(), message: "It cannot be read".into() });
        all.fold(Error::invalid(first.field, first.message), |error, v| error.and(v.field, v.message))
    });
    read.map(|profile| (text, profile))
}

/// A profile that is shipped, or somebody's own.
enum Chosen {
    Shipped(&'static Profile),
    Own(Box<Profile>),
}

impl Chosen {
    fn profile(&self) -> &Profile {
        match self {
            Self::Shipped(profile) => profile,
            Self::Own(profile) => profile,
        }
    }
}

impl Parse {
    /// Prints one JSON object per observation on standard output, rejected lines with number and reason on standard
    /// error.
    ///
    /// # Errors
    /// `Invalid` where the file is no text, there is no such profile, none reads the log, or no line of it is read.
    pub fn run(&self) -> Result<()> {
        if !ZONES.contains(&self.zone.as_str()) {
            return Err(Error::invalid("zone", format!("Select one of: {}", ZONES.join(", "))));
        }
        let bytes = unpacked(self.bytes().map_err(|e| trouble(&self.file, &e))?)
            .map_err(|why| Error::invalid("file", format!("{}: {why}", self.file.display())))?;
        if bytes.trim_ascii().is_empty() {
            return Err(Error::invalid("file", format!("{} is empty", self.file.display())));
        }
        let (lines, made) = whole::lines(&bytes);
        if let Some(told) = made.told() {
            eprintln!("{told}");
        }
        looks::check_text(&lines).map_err(|why| Error::invalid("file", why))?;
        let context = Context { time_zone: &self.zone, received_at: SystemClock.now() };
        let chosen = self.choose(&lines, context)?;
        let Output::Ndjson = self.output;
        self.print(chosen.profile(), &lines, context)
    }

    /// The log: a file, or standard input where it is called `-`.
    fn bytes(&self) -> io::Result<Vec<u8>> {
        if self.file.as_os_str() != "-" {
            return std::fs::read(&self.file);
        }
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn choose(&self, lines: &[u8], context: Context<'_>) -> Result<Chosen> {
        if Path::new(&self.format).extension().is_some_and(|end| end == "yaml" || end == "yml") {
            return Ok(Chosen::Own(Box::new(own(Path::new(&self.format))?)));
        }
        if self.format != "auto" {
            let unknown = || Error::invalid("format", format!("Select auto or one of: {}", PROFILES.join(", ")));
            return profile::named(&self.format).map(Chosen::Shipped).ok_or_else(unknown);
        }
        let detected = profile::detect(lines, context);
        tell(&detected);
        match detected.best() {
            Some(best) => Ok(Chosen::Shipped(best.profile)),
            None => Err(Error::invalid(
                "format",
                format!("No profile reads a line of this log. Name one with --format: {}", PROFILES.join(", ")),
            )),
        }
    }

    fn print(&self, profile: &Profile, lines: &[u8], context: Context<'_>) -> Result<()> {
        let mut out = io::BufWriter::new(io::stdout().lock());
        let mut reader = Reader::new(profile, None);
        let (mut read, mut rejected, mut not_web) = (0_u64, 0_u64, 0_u64);
        let mut shown = String::new();
        for (number, line) in (1_u64..).zip(line::lines(lines)) {
            let mut failed = None;
            let mut one = |observed: Result<Observation<'_>, Rejected>| match observed {
                Ok(observation) => {
                    read += 1;
                    failed = failed.take().or(put(observation, &mut shown, &mut out).err());
                }
                Err(why) => {
                    rejected += 1;
                    not_web += u64::from(why.kind() == "not_web");
                    eprintln!("line {number}: {why}");
                }
            };
            match &line {
                Ok(line) => reader.each(line, context, |_, observed| one(observed)),
                Err(why) => one(Err(*why)),
            }
            if let Some(error) = failed {
                return Err(error);
            }
        }
        out.flush().map_err(Error::internal)?;
        let total = read + rejected;
        eprintln!(
            "{total} lines = {read} observations + {rejected} rejected, of which {not_web} are not about the web"
        );
        if read == 0 && not_web == 0 {
            return Err(Error::invalid("file", format!("No line could be read as {}", profile.name())));
        }
        Ok(())
    }
}

/// Writes an observation as a line of its own.
fn put(mut observation: Observation<'_>, shown: &mut String, out: &mut impl io::Write) -> Result<()> {
    shown.clear();
    let categories = category::of_event(&observation);
    // Of suspected illegal material nobody is shown where it is.
    if categories.listed().any(category::is_illegal) {
        sighting::withhold(&mut observation);
    }
    plain(&serde_json::to_string(&Printed::of(&observation, categories))?, shown);
    writeln!(out, "{shown}").map_err(Error::internal)
}

/// An observation as it is printed: with what the vendor's categories are here.
#[derive(Serialize)]
struct Printed<'a> {
    #[serde(flatten)]
    observation: &'a Observation<'a>,
    /// Gravest first, by the vendor's map; `unmapped` where nobody mapped any of them, none where the filter gave none.
    categories: Vec<&'static str>,
}

impl<'a> Printed<'a> {
    fn of(observation: &'a Observation<'a>, categories: Categories) -> Self {
        Self { observation, categories: categories.iter().collect() }
    }
}

/// A log as it was before it was packed, if it was.
fn unpacked(file: Vec<u8>) -> Result<Vec<u8>, Trouble> {
    let packing = Packing::told(&file);
    if packing == Packing::Plain {
        return Ok(file);
    }
    let (mut unpacker, mut log, mut rest) = (Unpacker::new(packing, LARGEST), Vec::new(), file.as_slice());
    while let Some(piece) = unpacker.next(&mut rest)? {
        log.extend(piece);
    }
    log.extend(unpacker.finish()?);
    Ok(log)
}

/// What speaks for the profile that is taken, and what else would read the log.
fn tell(detected: &Detected) {
    for sign in &detected.signs {
        eprintln!("sign: {sign}");
    }
    for (place, candidate) in detected.candidates.iter().take(TOLD).enumerate() {
        for (nth, said) in candidate.evidence.iter().enumerate() {
            match (place, nth) {
                (0, 0) => eprintln!("taken: {said}"),
                (_, 0) => eprintln!("not taken: {said}"),
                _ => eprintln!("  {said}"),
            }
        }
    }
    for twin in detected.twins() {
        eprintln!("{} reads the same lines as well: name the one you mean with --format", twin.profile.name());
    }
    for lesser in detected.lesser() {
        eprintln!("{} reads the same lines as well, and finds less in them", lesser.profile.name());
    }
}

/// JSON whose characters all show what they are: what changes how a line is shown is written by its number.
fn plain(json: &str, into: &mut String) {
    for c in json.chars() {
        if text::hidden(c) || c == '\u{7f}' {
            // Only strings hold such characters.
            let _ = write!(into, "\\u{:04x}", u32::from(c));
        } else {
            into.push(c);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_log_is_read_as_it_was() {
        // A frame of zstd with one block that is stored as it is: the last, of seven bytes.
        let stored = [&b"\x28\xb5\x2f\xfd\x00\x38\x39\x00\x00"[..], b"a line\n"].concat();
        assert_eq!(unpacked(stored.clone()), Ok(b"a line\n".to_vec()));
        assert_eq!(unpacked(b"a line\n".to_vec()), Ok(b"a line\n".to_vec()));
        assert_eq!(unpacked(stored[..12].to_vec()), Err(Trouble::Damaged));
    }

    #[test]
    fn what_is_printed_has_our_categories_beside_the_vendors() -> Result<()> {
        let context = Context { time_zone: "UTC", received_at: SystemClock.now() };
        for (name, ours) in [("Gambling", "gambling"), ("Ströme", "unmapped")] {
            let line = format!(
                r#"type="utm" subtype="webfilter" hostname="a.example" url="/" action="blocked" catdesc="{name}""#
            );
            let read = profile::read("fortigate", &line, context);
            let read = read.map_err(|why| Error::invalid("line", why.to_string()))?;
            let printed = serde_json::to_value(Printed::of(&read, category::of_event(&read)))?;
            assert_eq!(
                (&printed["categories"], &printed["vendor_categories"]),
                (&serde_json::json!([ours]), &serde_json::json!([name]))
            );
            assert_eq!(printed["outcome"], "blocked");
        }
        Ok(())
    }

    #[test]
    fn no_character_of_a_line_moves_what_is_printed() {
        let mut shown = String::new();
        plain("\"a\u{202e}b\u{9b}c\"", &mut shown);
        assert_eq!(shown, "\"a\\u202eb\\u009bc\"");
    }
}

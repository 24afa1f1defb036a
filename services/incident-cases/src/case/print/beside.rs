//! What a whole record has besides the case itself: the concerns it began with, devices, searches, what was told outside
//! the school, photos of notes.

use std::collections::{BTreeSet, HashMap};

use chassis::id::SchoolId;

use super::{Gathered, Record, paper::moment};
use crate::{
    across::fate::{Fate, in_words},
    attachment::Attachment,
    concern::{Concern, Origin},
    custody::{Custody, Disclosure, Search},
    shared_incident::{
        Whole,
        item::{Item, What},
        sharing::is_desk,
    },
    subject_access::items::told,
};

/// What belongs to a case and is kept beside it.
#[derive(Debug, Default)]
pub struct Beside {
    /// Concerns that are part of it.
    pub concerns: Vec<Concern>,
    /// Devices held for it.
    pub devices: Vec<Custody>,
    /// Searches.
    pub searches: Vec<Search>,
    /// What was told outside the school, or not.
    pub disclosures: Vec<Disclosure>,
    /// How what was told stands, where that needs an answer, by what it was told by.
    pub fates: HashMap<String, Fate>,
    /// Photos of notes.
    pub photos: Vec<Attachment>,
    /// The shared incidents that it belongs to or belonged to.
    pub shared: Vec<Whole>,
    /// The school whose record it is.
    pub school: String,
    /// What schools of the platform are called that were told something, or wrote something of it, by their ids.
    pub schools: HashMap<String, String>,
}

impl Beside {
    /// The schools of the platform that were told something, or wrote something of it.
    pub fn schools_told(&self) -> BTreeSet<String> {
        let to = self.disclosures.iter().map(|told| told.recipient.clone());
        let wrote = self.shared_items().map(|item| item.holder.clone());
        to.chain(wrote).filter(|to| to.parse::<SchoolId>().is_ok()).collect()
    }

    /// What is of the record in what is shared: what its school wrote, and what was decided and discussed together.
    fn shared_items(&self) -> impl Iterator<Item = &Item> {
        let items = self.shared.iter().flat_map(|whole| &whole.items);
        items.filter(move |item| {
            let own = item.what.written() || matches!(item.what, What::Done { .. });
            item.what.of_all() || (own && item.holder == self.school)
        })
    }

    /// What a print has of it.
    pub fn records(&self) -> Vec<Record> {
        let mut all = Gathered(Vec::new());
        for concern in &self.concerns {
            concern_of(concern, &mut all);
        }
        for device in &self.devices {
            device_of(device, &mut all);
        }
        for search in &self.searches {
            let says = [
                ("What", search.kind.as_str()),
                ("Of", &search.searched),
                (
                    "The device",
                    self.devices.iter().find(|d| d.id.as_str() == search.custody_id).map_or("", |d| d.item.as_str()),
                ),
                ("By", &search.searched_by),
                ("Also there", &search.present),
                ("On the authority of", &search.authority.replace('_', " ")),
                ("Where", &search.place),
                ("For what", &search.sought),
                ("Why", &search.reason),
                ("Found", search.result.as_deref().unwrap_or("Nothing")),
                ("What followed", &search.follow_up),
            ];
            all.add(search.searched_at, "Search", &search.stamp.by, &says, search);
        }
        for told in &self.disclosures {
            let to = told.recipient_in_words(&self.schools);
            let says = [
                ("To", to.as_str()),
                ("Told", in_words(told, &self.fates)),
                ("Why it was not taken", self.fates.get(&told.item).map_or("", |fate| fate.reason.as_str())),
                ("What", &told.what),
                ("On what basis", &told.basis.replace('_', " ")),
                ("Why, or why not", &told.reason),
            ];
            all.stamped(&told.stamp, "Told outside the school", &says, told);
        }
        for item in self.shared_items() {
            let Some((what, text)) = told(&item.what) else { continue };
            if item.holder == self.school {
                all.stamped(&item.stamp, what, &[("", &text)], item);
                continue;
            }
            let by = match self.schools.get(&item.holder) {
                Some(school) => school.as_str(),
                None if is_desk(&item.holder) => "The authority\u{2019}s safeguarding officer",
                None => "Another school",
            };
            all.add(item.stamp.at, what, "", &[("Written by", by), ("", &text)], item);
        }
        for photo in self.photos.iter().filter(|photo| photo.file.is_some()) {
            let digest = photo.file.as_ref().map_or("", |file| file.digest.as_str());
            let says = [("", "It is kept, and is not in this file."), ("SHA-256 of the photo", digest)];
            all.add(photo.begun_at, "Photo of a note", &photo.by, &says, photo);
        }
        all.0
    }
}

fn concern_of(concern: &Concern, all: &mut Gathered) {
    let (report, by) = (&concern.report, by(concern));
    let areas = report.body_areas.join(", ").replace('_', " ");
    let (safe, from) = (report.safe_now.replace('_', " "), from(concern));
    let says = [
        ("About", report.about.as_str()),
        ("", &report.narrative),
        ("Safe now", &safe),
        ("Who else was there or was told", &report.others),
        ("Seen on the body", &areas),
        ("Came from", &from),
    ];
    all.add(concern.recorded_at, "Concern", by, &says, &(&concern.id, report));
    for addition in &concern.additions {
        all.add(addition.at, "Added to the concern", by, &[("", &addition.text)], &(&addition.text, addition.at));
    }
    for passed in &concern.passed_on {
        all.add(passed.at, "Concern passed on", &passed.by, &[("Why", &passed.reason)], passed);
    }
}

/// Who recorded a concern, where an account did.
fn by(concern: &Concern) -> &str {
    match &concern.origin {
        Origin::Staff { account_id } => account_id,
        Origin::Alert { .. } | Origin::Public(_) => "",
    }
}

/// Where a concern came from that no account recorded.
fn from(concern: &Concern) -> String {
    match &concern.origin {
        Origin::Staff { .. } => String::new(),
        Origin::Alert { theme, .. } => format!("a filter alert: {}", chassis::theme::title(theme)),
        Origin::Public(sender) => format!("{} {}", sender.kind, sender.name),
    }
}

fn device_of(device: &Custody, all: &mut Gathered) {
    for (place, link) in device.links.iter().enumerate() {
        let what = if place == 0 { "Device taken" } else { "Device" };
        let (kind, ground) = (ground_in_words(&link.kind), ground_in_words(&device.ground));
        let first = place == 0;
        let corrected = device.corrected(link).map(|was| format!("{}, {}", ground_in_words(&was.kind), moment(was.at)));
        let says = [
            ("What", device.item.as_str()),
            ("Whose", if first { &device.owner } else { "" }),
            ("Ground", if first { ground } else { "" }),
            ("Why", if first { &device.reason } else { "" }),
            ("What happened", if first { "" } else { kind }),
            ("What was wrong", corrected.as_deref().unwrap_or_default()),
            ("Corrected later", if device.mistaken(place) { "Yes: it was recorded by mistake" } else { "" }),
            ("Taken by", &link.taken_by),
            ("From or to whom", &link.person),
            ("Also there", &link.present),
            ("Where it is then", &link.place),
            ("", &link.note),
        ];
        all.add(link.at, what, &link.stamp.by, &says, link);
    }
}

/// A ground on which a device was taken, or what happened to it, as a reader outside the platform says it.
fn ground_in_words(code: &str) -> &str {
    match code {
        "rule_breach" => "It was used against the rules",
        "behaviour_or_bullying" => "Misbehaviour or bullying was suspected",
        "nudes" => "Nude or semi-nude images were suspected",
        "illegal_content" => "Illegal content was suspected",
        "evidence" => "It may be evidence",
        "police_request" => "The police asked for it",
        "moved" => "Moved to another place",
        "examined" => "Examined",
        "handed_to_police" => "Handed to the police",
        "returned_by_police" => "Returned by the police",
        "released_to_parent" => "Released to a parent",
        "put_in_case" => "Put into this case",
        "corrected" => "A mistake in the chain was corrected",
        other => other,
    }
}

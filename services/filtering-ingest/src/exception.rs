//! Exceptions: what a school said, with a reason and for a time, is to raise no alert. Nothing locked is ever excepted, and
//! what is excepted is counted.

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use crate::{
    category,
    judge::{Seen, Verdict, is_locked},
    lexicon::{Hit, Reader},
    rules::EXCEPTION_DAYS,
};

chassis::id!(/** An exception. */ pub struct ExceptionId = "exc");

/// Letters and digits that the words of an exception have at least.
const LETTERS: usize = 3;

/// An exception as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    /// Its id.
    pub id: ExceptionId,
    /// The school.
    pub school_id: String,
    /// What it is about.
    pub scope: Scope,
    /// Why.
    pub reason: String,
    /// Who answers for it: an account.
    pub owner: String,
    /// From when it holds, once it is approved.
    pub from: OffsetDateTime,
    /// Until when.
    pub until: OffsetDateTime,
    /// Who asked for it.
    pub asked: Asked,
    /// What it would have done to the alerts of the thirty days before it was asked for.
    pub tried: Tried,
    /// What was decided; nothing yet where none.
    pub decided: Option<Decided>,
    /// Who ended it early, and why.
    pub ended: Option<Ended>,
}

/// What an exception is about: everything that is said must be met.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Scope {
    /// The filter's group it is for; everybody at the school where empty.
    pub group: String,
    /// A category, or the theme of typed words.
    pub category: String,
    /// A site with whatever lies below it.
    pub domain: String,
    /// A word or phrase that is typed.
    pub term: String,
}

/// Who asked for an exception.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The account.
    pub by: String,
    /// Whether they asked as the lead.
    pub as_lead: bool,
    /// When.
    pub at: OffsetDateTime,
}

/// How an exception was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// Whether it was approved.
    pub approved: bool,
    /// By whom.
    pub by: String,
    /// Why, where it was refused.
    pub reason: String,
    /// When.
    pub at: OffsetDateTime,
}

/// How an exception ended before its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// By whom.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: OffsetDateTime,
}

/// What an exception would have done to the alerts of some days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tried {
    /// How many alerts there were.
    pub alerts: u32,
    /// How many would not have been raised.
    pub gone: u32,
    /// How many it meets and leaves, because they are locked.
    pub locked: u32,
}

/// What an alert or an event is, as far as an exception can be about it.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The filter's group.
    pub group: &'a str,
    /// Its theme.
    pub theme: &'a str,
    /// The host.
    pub host: &'a str,
    /// What was typed; empty where nothing was.
    pub terms: &'a str,
    /// The list and its entry by which words were found; none where it is no matter of words.
    pub words: Option<(&'a str, &'a str)>,
    /// Whether no exception touches it.
    pub locked: bool,
}

/// Whether a domain is one site. What sites are registered under is none, nor what only such names stand under (`sch.uk`, under
/// which each authority has its own).
fn is_site(domain: &str) -> bool {
    psl::domain_str(domain).is_some() && psl::domain_str(&format!("a.{domain}")).is_some()
}

impl<'a> Facts<'a> {
    /// Those of an event that would raise an alert.
    pub fn of(seen: &Seen<'a>, verdict: &'a Verdict) -> Self {
        Self {
            group: seen.group.unwrap_or_default(),
            theme: verdict.theme,
            host: seen.host,
            terms: seen.search.map(|search| search.terms).unwrap_or_default(),
            words: verdict.words.as_ref().map(|words| (words.list.as_str(), words.entry.as_str())),
            locked: verdict.locked,
        }
    }

    /// The same of another entry that was found in what was typed.
    #[must_use]
    pub fn with_words(self, hit: &'static Hit) -> Self {
        let words = Some((hit.list.as_str(), hit.entry.as_str()));
        Self { theme: hit.theme, words, locked: is_locked(hit.theme, "search"), ..self }
    }

    /// The same of a kind of site.
    #[must_use]
    pub fn with_category(self, theme: &'a str) -> Self {
        Self { theme, words: None, locked: false, ..self }
    }
}

/// The one category that counts as a list whichever filter gives it, so that nothing of it can be excepted.
const ALWAYS_LISTED: &str = "illegal_csam";

/// Why an exception is not what it can be: the field, and what to do.
pub type Fault = (&'static str, String);

impl Scope {
    /// The scope in the form it is compared in.
    #[must_use]
    pub fn plain(self) -> Self {
        let domain = self.domain.trim().to_lowercase();
        Self {
            group: self.group.trim().to_owned(),
            category: self.category.trim().to_owned(),
            domain: domain.strip_prefix("www.").unwrap_or(&domain).trim_end_matches('.').to_owned(),
            term: self.term.trim().to_owned(),
        }
    }

    /// What is wrong with it. What is locked is named by its field.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults: Vec<Fault> = Vec::new();
        let nothing = [&self.category, &self.domain, &self.term].into_iter().all(String::is_empty);
        if nothing {
            faults.push(("category", "Say what it is about: a category, a site or words".to_owned()));
        }
        if !self.category.is_empty() {
            if category::known(&self.category).is_none() {
                let all = category::CATEGORIES.join(", ");
                faults.push(("category", format!("Select one of: {all}")));
            } else if self.category == ALWAYS_LISTED {
                faults.push((
                    "category",
                    "Select another: the lists of illegal material are locked, and no exception touches them"
                        .to_owned(),
                ));
            }
        }
        if !self.domain.is_empty() {
            let label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
            if !self.domain.contains('.') || !self.domain.split('.').all(label) {
                faults.push((
                    "domain",
                    "Enter a site such as atlas.example, without https:// and without a path".to_owned(),
                ));
            } else if !is_site(&self.domain) {
                let what = "Enter one site: what you entered is the end of many addresses, such as co.uk, and no site";
                faults.push(("domain", what.to_owned()));
            }
        }
        // A single letter, or a sign alone, would be in every search or in none.
        let letters = self.term.chars().filter(|c| c.is_alphanumeric()).count();
        if !self.term.is_empty() && letters < LETTERS {
            faults.push(("term", "Enter words of three letters or more, as they are searched for".to_owned()));
        } else if !self.term.is_empty() {
            let mut reader = Reader::default();
            reader.read(&self.term);
            if reader.hits().iter().any(|hit| is_locked(hit.theme, "search")) {
                faults.push((
                    "term",
                    "Enter other words: searches about self-harm and suicide are locked, and no exception touches them"
                        .to_owned(),
                ));
            } else if self.category.is_empty() && reader.hits().is_empty() {
                let what = "Enter the words as their list has them, such as “buy cocaine” and not “cocaine”, or select what kind \
                            of alert it is about: these words alone raise no alert, so that nothing would be kept from alerting";
                faults.push(("term", what.to_owned()));
            }
        }
        faults
    }

    /// Whether a matter of an event, or of an alert, is what it is about. Words take out what lies within them, and nothing
    /// beside it: an entry of a list that they hold, or, where a kind is said, that kind of a search that holds them.
    pub fn meets(&self, facts: &Facts<'_>, reader: &mut Reader) -> bool {
        let within = || {
            facts.host == self.domain
                || facts.host.strip_suffix(self.domain.as_str()).is_some_and(|rest| rest.ends_with('.'))
        };
        (self.group.is_empty() || self.group.eq_ignore_ascii_case(facts.group.trim()))
            && (self.category.is_empty() || facts.theme == self.category)
            && (self.domain.is_empty() || within())
            && (self.term.is_empty() || (self.takes_out(facts, reader) && reader.holds(facts.terms, &self.term)))
    }

    /// Whether it takes out a kind of matter, whichever entry of a list that was found by.
    pub fn is_of_kind(&self) -> bool {
        !self.category.is_empty() || self.term.is_empty()
    }

    /// Whether the words are what a search was found by, or its kind is said.
    fn takes_out(&self, facts: &Facts<'_>, reader: &mut Reader) -> bool {
        if !self.category.is_empty() {
            return true;
        }
        let Some((list, entry)) = facts.words else { return false };
        reader.read(&self.term);
        reader.hits().iter().any(|hit| hit.list == list && hit.entry == entry)
    }

    /// Whether an alert would not have been raised: nothing else that was typed alerts by itself.
    fn takes_all(&self, facts: &Facts<'_>, reader: &mut Reader) -> bool {
        if facts.words.is_none() {
            return true;
        }
        reader.read(facts.terms);
        let hits = reader.hits().to_vec();
        hits.into_iter().all(|hit| {
            let facts = facts.with_words(hit);
            !facts.locked && self.meets(&facts, reader)
        })
    }
}

impl Exception {
    /// `asked`, `refused`, `approved`, `in_force`, `ended`, `expired`.
    pub fn state(&self, now: OffsetDateTime) -> &'static str {
        match (&self.decided, &self.ended) {
            (_, Some(_)) => "ended",
            (Some(decided), None) if !decided.approved => "refused",
            (_, None) if now >= self.until => "expired",
            (None, None) => "asked",
            (Some(_), None) if now < self.from => "approved",
            (Some(_), None) => "in_force",
        }
    }

    /// Whether it keeps an event of a moment from alerting. Nothing locked is ever excepted.
    pub fn covers(&self, at: OffsetDateTime, facts: &Facts<'_>, reader: &mut Reader) -> bool {
        let approved = self.decided.as_ref().is_some_and(|decided| decided.approved);
        let over = self.ended.as_ref().is_some_and(|ended| at >= ended.at);
        approved && !over && !facts.locked && self.from <= at && at < self.until && self.scope.meets(facts, reader)
    }

    /// Whether somebody may decide on it: nobody decides alone on what they asked for, except the lead.
    pub fn may_decide(&self, account: &str) -> bool {
        self.asked.by != account || self.asked.as_lead
    }
}

/// What is wrong with the time an exception holds for.
pub fn time_faults(from: OffsetDateTime, until: OffsetDateTime, now: OffsetDateTime) -> Vec<Fault> {
    let mut faults: Vec<Fault> = Vec::new();
    if until <= now || until <= from {
        faults.push(("expire_time", "Enter a day that is still to come, after the first".to_owned()));
    }
    if until - from.max(now) > Duration::days(EXCEPTION_DAYS) {
        faults.push((
            "expire_time",
            "Enter a day within twelve months: what is to hold longer belongs in the policy".to_owned(),
        ));
    }
    faults
}

/// Tries a scope out on alerts.
pub fn tried<'a>(scope: &Scope, alerts: impl IntoIterator<Item = Facts<'a>>) -> (Tried, Vec<usize>) {
    let (mut tried, mut gone, mut reader) = (Tried::default(), Vec::new(), Reader::default());
    for (place, facts) in alerts.into_iter().enumerate() {
        tried.alerts += 1;
        if !scope.meets(&facts, &mut reader) {
            continue;
        }
        if facts.locked {
            tried.locked += 1;
        } else if scope.takes_all(&facts, &mut reader) {
            tried.gone += 1;
            gone.push(place);
        }
    }
    (tried, gone)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-24 09:00 UTC);

    fn scope(group: &str, category: &str, domain: &str, term: &str) -> Scope {
        let text = str::to_owned;
        Scope { group: text(group), category: text(category), domain: text(domain), term: text(term) }.plain()
    }

    fn facts<'a>(theme: &'a str, host: &'a str, terms: &'a str) -> Facts<'a> {
        Facts { group: "Year 9", theme, host, terms, words: None, locked: false }
    }

    fn exception(scope: Scope) -> Exception {
        use std::sync::Arc;
        let id = chassis::id::Ids::new(Arc::new(chassis::clock::SystemClock)).next();
        Exception {
            id,
            school_id: "sch".into(),
            scope,
            reason: "A lesson".into(),
            owner: "acc_it".into(),
            from: NOW,
            until: NOW + Duration::days(5),
            asked: Asked { by: "acc_it".into(), as_lead: false, at: NOW },
            tried: Tried::default(),
            decided: Some(Decided { approved: true, by: "acc_lead".into(), reason: String::new(), at: NOW }),
            ended: None,
        }
    }

    #[test]
    fn everything_that_is_said_must_be_met() {
        let mut reader = Reader::default();
        let mut meets = |scope: &Scope, facts: Facts<'_>| scope.meets(&facts, &mut reader);
        let site = scope("", "", "https-free.example", "");
        assert!(meets(&site, facts("drugs", "www.https-free.example", "")));
        assert!(!meets(&site, facts("drugs", "nothttps-free.example", "")));
        let both = scope("year 9", "drugs", "", "opium wars");
        assert!(meets(&both, facts("drugs", "www.google.com", "The Opium-Wars essay")));
        assert!(!meets(&both, facts("drugs", "www.google.com", "opium")));
        assert!(!meets(&both, facts("gambling", "www.google.com", "opium wars")));
        assert!(!meets(&both, Facts { group: "Year 8", ..facts("drugs", "www.google.com", "opium wars") }));
    }

    #[test]
    fn words_take_out_their_own_entry_and_nothing_beside_it() {
        let mut reader = Reader::default();
        // Every matter that is left of a search once a scope took out what it is about.
        let mut left = |scope: &Scope, terms: &'static str| {
            reader.read(terms);
            let hits = reader.hits().to_vec();
            let of = |hit| facts("", "www.google.com", terms).with_words(hit);
            let left = hits.into_iter().filter(|hit| !scope.meets(&of(*hit), &mut reader));
            let mut themes: Vec<&str> = left.map(|hit| hit.theme).collect();
            themes.dedup();
            themes
        };
        let cocaine = scope("", "", "", "buy cocaine");
        assert_eq!(left(&cocaine, "did freud buy cocaine"), [""; 0]);
        assert_eq!(left(&cocaine, "where to buy cocaine"), ["drugs"], "an entry that goes beyond the words");
        assert_eq!(left(&cocaine, "buy cociane"), ["drugs"], "it does not hold the words");
        assert_eq!(left(&cocaine, "buy cocaine send nudes"), ["sexual_exploitation", "pornography"]);
        assert_eq!(left(&cocaine, "buy cocaine buy weed"), ["drugs"], "another entry of the same list");
        let drugs = scope("", "drugs", "", "cocaine");
        assert_eq!(left(&drugs, "buy cocaine send nudes"), ["sexual_exploitation", "pornography"]);
        let everywhere = scope("", "drugs", "", "");
        assert_eq!(left(&everywhere, "buy weed send nudes"), ["sexual_exploitation", "pornography"]);
        assert_eq!(left(&scope("", "", "", "my dad"), "my dad hits me"), ["violence_weapons"]);
    }

    #[test]
    fn what_is_locked_is_refused_by_its_field_and_never_excepted() {
        let field = |scope: Scope| scope.faults().first().map(|(field, _)| *field);
        assert_eq!(field(scope("", "illegal_csam", "", "")), Some("category"));
        assert_eq!(field(scope("", "", "", "i want to die")), Some("term"));
        assert_eq!(field(scope("", "", "", "k1ll mys3lf")), Some("term"));
        assert_eq!(field(scope("", "", "", "")), Some("category"));
        assert_eq!(field(scope("", "nonsense", "", "")), Some("category"));
        assert_eq!(field(scope("", "", "https://a.example/x", "")), Some("domain"));
        for many in ["co.uk", "sch.uk", "northshire.sch.uk", "www.github.io"] {
            assert_eq!(field(scope("", "", many, "")), Some("domain"), "{many} is no site");
        }
        assert_eq!(field(scope("", "", "museum.co.uk", "")), None);
        assert_eq!(field(scope("", "drugs", "www.Atlas.example.", "opium wars")), None);
        let wide = exception(scope("", "", "a.example", ""));
        let locked = Facts { locked: true, ..facts("illegal_csam", "a.example", "") };
        assert!(wide.covers(NOW, &facts("drugs", "a.example", ""), &mut Reader::default()));
        assert!(!wide.covers(NOW, &locked, &mut Reader::default()));
    }

    #[test]
    fn it_holds_from_its_day_until_its_day_and_ends_early() {
        let mut exception = exception(scope("", "drugs", "", ""));
        let at = |exception: &Exception, at| {
            (exception.state(at), exception.covers(at, &facts("drugs", "a", ""), &mut Reader::default()))
        };
        assert_eq!(at(&exception, NOW - Duration::SECOND), ("approved", false));
        assert_eq!(at(&exception, NOW), ("in_force", true));
        assert_eq!(at(&exception, NOW + Duration::days(5)), ("expired", false));
        exception.ended = Some(Ended { by: "acc".into(), reason: "Over".into(), at: NOW + Duration::DAY });
        assert!(!at(&exception, NOW + Duration::DAY).1 && at(&exception, NOW).1, "until then it held");
        assert_eq!(exception.state(NOW + Duration::DAY), "ended");
        exception.decided = None;
        exception.ended = None;
        assert_eq!(at(&exception, NOW), ("asked", false));
    }

    #[test]
    fn nobody_decides_alone_except_the_lead() {
        let mut exception = exception(scope("", "drugs", "", ""));
        assert!(!exception.may_decide("acc_it") && exception.may_decide("acc_lead"));
        exception.asked = Asked { by: "acc_lead".into(), as_lead: true, at: NOW };
        assert!(exception.may_decide("acc_lead"));
    }

    #[test]
    fn words_that_are_in_every_search_or_in_none_are_refused() {
        let field = |term| scope("", "", "", term).faults().first().map(|(field, _)| *field);
        let all = ["*", "a", "a *", "mice and men", "buy cocaine"].map(field);
        assert_eq!(all, [Some("term"), Some("term"), Some("term"), Some("term"), None]);
        assert_eq!(scope("", "drugs", "", "mice and men").faults().first(), None, "of a search of that kind");
    }

    #[test]
    fn it_lasts_twelve_months_at_most() {
        let faults = |days| time_faults(NOW, NOW + Duration::days(days), NOW).len();
        assert_eq!((faults(-1), faults(1), faults(365), faults(367)), (1, 0, 0, 1));
    }

    #[test]
    fn it_is_tried_on_alerts() {
        let locked = Facts { locked: true, ..facts("drugs", "a.example", "") };
        let alerts = [facts("drugs", "a.example", ""), facts("gambling", "b.example", ""), locked];
        let (tried, gone) = tried(&scope("", "drugs", "", ""), alerts);
        assert_eq!((tried, gone), (Tried { alerts: 3, gone: 1, locked: 1 }, vec![0]));
    }
}

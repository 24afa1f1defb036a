//! Keeps learners' names out of what other schools read without a disclosure: the shared part of an incident, invitations,
//! whom to ring about a file, and why one is taken or sent back. A text that names a learner of the writer's own school, or
//! one whom another school told it of in the same incident, is refused by its field, unless somebody says that they mean
//! something else, which is recorded. What other learners of other schools are called nobody here knows.

use chassis::{
    db::Tx,
    error::{Result, Violations},
    history::Act,
};

use crate::{
    case::Case,
    learner::{
        LearnerId,
        named::{Hit, REFUSED, Roll, sought},
    },
    shared_incident::{
        Whole,
        item::{What, withdrawn},
        learner::own,
        sharing::is_desk,
    },
    store,
};

/// What somebody wrote, each under its field, and whether they say that it names no learner.
#[derive(Debug, Clone, Copy)]
pub(super) struct Said<'a> {
    pub(super) texts: &'a [(&'static str, &'a str)],
    pub(super) no_learner_meant: bool,
}

/// A child of whom one name alone tells who is meant.
#[derive(Debug)]
pub(super) struct Close {
    /// What to write instead; empty where they have no label yet.
    pub(super) label: String,
    /// As the case calls them.
    pub(super) person: String,
    /// On the roll; none where nobody said who it is.
    pub(super) learner: Option<LearnerId>,
}

impl Close {
    /// Somebody on the roll without a label.
    pub(super) fn learner(id: LearnerId) -> Self {
        Self { label: String::new(), person: String::new(), learner: Some(id) }
    }

    /// Somebody as a text calls them.
    pub(super) fn called(person: &str) -> Self {
        Self { label: String::new(), person: person.to_owned(), learner: None }
    }
}

/// The children of some cases of the school, as other schools know them by `label`, whoever else of the roll has a part in them,
/// and whom their concerns are about.
pub(super) async fn of_cases(tx: &Tx, cases: &[&Case], label: impl Fn(&str) -> String) -> Result<Vec<Close>> {
    let parts = cases.iter().flat_map(|case| &case.involvements);
    let parts = parts.filter(|part| part.of_child() || part.learner.is_some());
    let mut all: Vec<Close> = parts
        .map(|part| Close {
            label: label(part.id.as_str()),
            person: part.person.clone(),
            learner: part.learner.clone(),
        })
        .collect();
    let concerns = store::concern::of_cases(tx, cases).await?;
    all.extend(concerns.into_iter().flat_map(|(_, concern)| concern.learners).map(Close::learner));
    Ok(all)
}

/// The children of the school's own cases of a shared incident.
async fn of_incident(tx: &Tx, whole: &Whole, holder: &str) -> Result<Vec<Close>> {
    of_linked(tx, whole.sharing.id.as_str(), holder, |part| label(whole, part)).await
}

/// The same by the id of the incident, which the school is perhaps not in, or not any more.
async fn of_linked(tx: &Tx, id: &str, holder: &str, label: impl Fn(&str) -> String) -> Result<Vec<Close>> {
    let linked = store::case::linked(tx, id, holder).await?;
    let ids: Vec<String> = linked.into_iter().map(|(id, _)| id).collect();
    let cases = store::case::readable_all(tx, &ids).await?;
    of_cases(tx, &cases.values().collect::<Vec<_>>(), label).await
}

/// Children of other schools whom the school was told of in an incident, whether or not that has ended.
fn told<'a>(whole: &'a Whole, holder: &'a str) -> impl Iterator<Item = Close> + 'a {
    whole.items.iter().filter_map(move |item| match &item.what {
        What::Disclosed(told) if told.to == holder => {
            let called = whole.items.iter().find(|one| one.id == told.learner).map(|one| &one.what);
            let label = if let Some(What::Learner { label }) = called { label.clone() } else { String::new() };
            Some(Close { label, person: told.name.clone(), learner: None })
        }
        _ => None,
    })
}

/// Whether something that was written into an incident names a learner of the school.
pub(super) async fn names_own(tx: &Tx, whole: &Whole, holder: &str, id: &str) -> Result<bool> {
    let texts = whole.texts(id);
    let close = of_incident(tx, whole, holder).await?;
    let roll = roll(tx, &close, &texts).await?;
    Ok(texts.iter().any(|text| !roll.find(text, REFUSED).is_empty()))
}

/// What the other schools of an incident call a child of a case; empty where they do not know of them.
pub(super) fn label(whole: &Whole, part: &str) -> String {
    let called = whole.items.iter().find_map(|item| match &item.what {
        What::Learner { label }
            if own(&whole.items, &item.id).is_some_and(|(_, own)| own == part)
                && withdrawn(&whole.items, item.id.as_str()).is_none() =>
        {
            Some(label)
        }
        _ => None,
    });
    called.cloned().unwrap_or_default()
}

/// Refuses what is written into a shared incident where it names a learner of the school that writes, or one whom that school
/// was told of. A desk of the authority has no learners, and is told of none.
///
/// # Errors
/// `Invalid` naming each field, and what to write instead.
pub(super) async fn unnamed_in(tx: &mut Tx, whole: &Whole, holder: &str, said: Said<'_>) -> Result<()> {
    if is_desk(holder) {
        return Ok(());
    }
    let mut close = of_incident(tx, whole, holder).await?;
    close.extend(told(whole, holder));
    unnamed(tx, &close, said, whole.sharing.id.as_str()).await
}

/// The same of why a school does not come into an incident: it may have cases of it from a time before.
///
/// # Errors
/// `Invalid` naming each field, and what to write instead.
pub(super) async fn unnamed_outside(
    tx: &mut Tx,
    shared_id: &str,
    holder: &str,
    said: Said<'_>,
    id: &str,
) -> Result<()> {
    let close = of_linked(tx, shared_id, holder, |_| String::new()).await?;
    unnamed(tx, &close, said, id).await
}

/// The same of what is written beside the school's own cases, outside an incident.
///
/// # Errors
/// `Invalid` naming each field, and what to write instead.
pub(super) async fn unnamed_of(tx: &mut Tx, case_ids: &[String], said: Said<'_>, id: &str) -> Result<()> {
    let cases = store::case::readable_all(tx, case_ids).await?;
    let close = of_cases(tx, &cases.values().collect::<Vec<_>>(), |_| String::new()).await?;
    unnamed(tx, &close, said, id).await
}

/// Who may be named in some texts: whoever of the roll bears a word of them, and those whom they are about.
async fn roll(tx: &Tx, close: &[Close], texts: &[&str]) -> Result<Roll> {
    let tokens = sought(texts.iter().copied());
    let mut roll = Roll::of(&store::learner::bearing(tx, &tokens).await?);
    let learners: Vec<&LearnerId> = close.iter().filter_map(|one| one.learner.as_ref()).collect();
    let learners = if learners.is_empty() { Vec::new() } else { store::learner::some(tx, &learners).await? };
    for one in close {
        roll.close(&one.label, &one.person);
        let known = learners.iter().find(|learner| one.learner.as_ref() == Some(&learner.id));
        if let Some(learner) = known {
            roll.close_learner(&one.label, learner);
        }
    }
    Ok(roll)
}

/// Those of some texts that name a learner of the scope's school, each with whom it may mean; `close` are those whom they are
/// about.
async fn naming(tx: &Tx, close: &[Close], texts: &[(&'static str, &str)]) -> Result<Vec<(&'static str, Vec<Hit>)>> {
    let written: Vec<&str> = texts.iter().map(|(_, text)| *text).collect();
    let roll = roll(tx, close, &written).await?;
    let named = texts.iter().map(|(field, text)| (*field, roll.find(text, REFUSED)));
    Ok(named.filter(|(_, hits)| !hits.is_empty()).collect())
}

/// Refuses texts that name a learner of the scope's school; `close` are those whom it is about, `id` what is written to.
///
/// # Errors
/// `Invalid` naming each field, and what to write instead.
pub(super) async fn unnamed(tx: &mut Tx, close: &[Close], said: Said<'_>, id: &str) -> Result<()> {
    let named = naming(tx, close, said.texts).await?;
    let mut v = Violations::new();
    for (field, hits) in &named {
        // The longest tells best who is meant, and whose name is spelt so is meant rather than whose sounds so.
        let longest = hits.iter().max_by_key(|hit| hit.stretch.end - hit.stretch.start);
        let mut likely = longest.into_iter().flat_map(|hit| hit.who.iter().take(hit.best));
        let label = likely.find(|who| who.starts_with("Learner "));
        let instead = match label {
            Some(label) => format!("Write \u{201c}{label}\u{201d} instead"),
            None => "Write a role such as \u{201c}Learner 1\u{201d} instead".to_owned(),
        };
        let how = match *field {
            "contact" | "recipient.contact" | "ring" => {
                "Enter whom to ring by their own name or role: it is read before anybody may know of a child".to_owned()
            }
            _ => format!("{instead}: who it is you say to one school by disclosing the learner"),
        };
        let fix = format!(
            "This names a child of your school, or one you were told of. {how}. If it means something else, say that no child \
             is meant"
        );
        v.check(said.no_learner_meant, *field, fix);
    }
    v.finish()?;
    if !named.is_empty() {
        let fields: Vec<&str> = named.iter().map(|(field, _)| *field).collect();
        tx.record(meant_otherwise(id, fields));
    }
    Ok(())
}

/// The history's entry that somebody said of what looks like a child's name that it is none.
fn meant_otherwise(id: &str, fields: Vec<&str>) -> Act {
    Act::new("names.meant_otherwise", id).detail("fields", fields)
}

/// Refuses why a file is taken or sent back where it names a learner of the scope's school: the other school reads it, and
/// may never learn whose file it was. `learner` is whose file it is, where that is known here. Answers what the history is
/// told where somebody says that no child is meant.
///
/// # Errors
/// `Invalid` naming `reason`, and what to write instead.
pub(super) async fn unnamed_reason(
    tx: &Tx,
    learner: Option<LearnerId>,
    (reason, no_learner_meant): (&str, bool),
    id: &str,
) -> Result<Option<Act>> {
    let close: Vec<Close> = learner.map(Close::learner).into_iter().collect();
    let named = !naming(tx, &close, &[("reason", reason)]).await?.is_empty();
    let mut v = Violations::new();
    let fix = "This names a child of your school. Say what is wrong without a name: the other school reads it, and may never \
               learn whose file it was. If it means something else, say that no child is meant";
    v.check(no_learner_meant || !named, "reason", fix);
    v.finish()?;
    Ok(named.then(|| meant_otherwise(id, vec!["reason"])))
}

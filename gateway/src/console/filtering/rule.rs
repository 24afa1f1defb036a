//! The school's rules: an address or a search tried out, and how often each rule was right.

use chassis::error::{Error, Violations};
use proto::{
    access::v1::Permission,
    filtering_ingest::v1::{
        GetRulePrecisionRequest, GetRulePrecisionResponse, RulePrecision, TryRuleRequest, TryRuleResponse,
    },
};
use serde::Serialize;

use crate::{
    console::{
        posted::Posted,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        Page,
        form::{Answers, Field, Form},
        part::{Head, Row},
        words::{self, filtering as said},
    },
};

/// A rule tried out.
#[derive(Debug, Serialize)]
pub struct RulePage {
    head: Head,
    /// What becomes of it; empty before something is tried.
    fate: String,
    rows: Vec<Row>,
    clauses: Vec<String>,
    never_listed: bool,
    form: Form,
}

impl Page for RulePage {
    const TEMPLATE: &'static str = "rule.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let form = || Form::new("/r", "Try it", "1".into(), fields(&[("fee_1".into(), "Main filter".into())]));
        let head = || Head::new("Try a rule", vec![crate::pages::part::Link::new("Home", "/")]);
        let tried = TryRuleResponse {
            fate: "alert".into(),
            because: "rule filter.drugs_search of version 3 of the school's policy: words that were typed".into(),
            theme: "drugs".into(),
            severity: "medium".into(),
            rule_id: "filter.drugs_search".into(),
            basis: "search".into(),
            route: "dsl".into(),
            threshold: 1,
            word_list: "drugs (en)".into(),
            word_list_version: "2026-11-27".into(),
            entry: "<entry>".into(),
            categories: vec!["search".into()],
            tier: "KS3".into(),
            also: vec!["bullying".into()],
            locked: true,
            never_listed: true,
            policy_version: 3,
            category_vendor: "fortiguard".into(),
            clauses: vec!["monitoring: We read the log.".into()],
            ..Default::default()
        };
        let nothing =
            TryRuleResponse { fate: "kept".into(), because: "no rule is about it".into(), ..Default::default() };
        vec![
            Self::asks(head(), form()),
            Self::tells(head(), form(), &tried),
            Self::tells(head(), form(), &nothing),
            Self::asks(head(), form().refused(&Error::invalid("address", "Enter an address, or words"), "")),
        ]
    }
}

/// Which languages the lists of words are in: a lead must know what is not found.
const LANGUAGES: &str = "Words are looked for in English. About suicide and self-harm also in French, Polish, Romanian, \
    Spanish and Welsh; about these, abuse and violence at home, in a short list that a speaker has yet to read, in \
    Albanian, Arabic, Bengali, Chinese, Dutch, German, Hindi, Italian, Japanese, Korean, Lithuanian, Portuguese, Punjabi, \
    Russian, Somali, Swahili, Swedish, Tagalog, Turkish, Ukrainian, Urdu and Vietnamese. No other language is covered.";

/// What is asked; `feeds` are the school’s.
pub fn fields(feeds: &[(String, String)]) -> Vec<Field> {
    let feeds = feeds.iter().map(|(id, name)| (id.as_str(), name.as_str()));
    vec![
        Field::name("address", "An address")
            .hint("As the filter’s log has it, such as https://atlas.example/maps. Leave it empty to try words."),
        Field::text("terms", "Or words that somebody searches for").hint(LANGUAGES),
        Field::name("vendor_categories", "What the filter calls the site (optional)")
            .hint("Its own categories, with commas between them."),
        Field::name("group", "The filter’s group (optional)").width("20"),
        Field::select("feed_id", "Whose names, sites and groups are they? (optional)")
            .hint("The filter’s categories are read as in the lines of the feed.")
            .choices([("", "No feed’s: the lists of all vendors are tried")])
            .choices(feeds),
    ]
}

impl RulePage {
    fn asks(head: Head, form: Form) -> Self {
        Self { head, fate: String::new(), rows: Vec::new(), clauses: Vec::new(), never_listed: false, form }
    }

    fn tells(head: Head, form: Form, tried: &TryRuleResponse) -> Self {
        let mut rows = vec![Row::new("Why", words::sentence(&tried.because.replace('\'', "’")))];
        let some = |key: &str, value: String| Row::some(key, Some(value));
        let theme = if tried.theme.is_empty() { String::new() } else { words::called(words::THEMES, &tried.theme) };
        rows.extend(some("Theme", theme));
        if !tried.severity.is_empty() {
            rows.push(Row::new("Severity", words::called(words::SEVERITIES, &tried.severity)));
            rows.push(Row::new("Why it would be raised", words::called(said::BASES, &tried.basis)));
            rows.push(Row::new("Who would be told", told(&tried.route)));
        }
        if tried.fate == "counted" {
            rows.push(Row::new("Raised past", format!("{} times within an hour", tried.threshold)));
        }
        if tried.locked {
            rows.push(Row::new("Locked", "Yes: no policy and no exception touches it"));
        }
        if !tried.word_list.is_empty() {
            let list = format!("{}, version {}: {}", tried.word_list, tried.word_list_version, tried.entry);
            rows.push(Row::new("List of words", list));
        }
        let also = tried.also.iter().map(|theme| words::called(words::THEMES, theme)).collect::<Vec<_>>().join(", ");
        rows.extend(some("Also about", also));
        let kinds = tried.categories.iter().map(|kind| words::sentence(&words::spaced(kind))).collect::<Vec<_>>();
        rows.extend(some("What kinds of site it is", kinds.join(", ")));
        let vendor = match tried.category_vendor.as_str() {
            "" => String::new(),
            "any" => "Every vendor’s, since no feed was chosen: the gravest leads".to_owned(),
            "shared" => "The names that several vendors use: the feed’s profile names no vendor".to_owned(),
            vendor => format!("The feed’s vendor: {vendor}"),
        };
        rows.extend(some("By whose list of names", vendor));
        rows.push(Row::new("Judged for", words::called(said::TIERS, &tried.tier)));
        rows.push(match tried.policy_version {
            0 => Row::new("Policy", "None is known yet: only the locked rules hold"),
            version => Row::new("Policy", format!("Version {version}")),
        });
        Self {
            head,
            fate: words::called(said::FATES, &tried.fate),
            rows,
            clauses: tried.clauses.iter().map(|clause| words::sentence(clause)).collect(),
            never_listed: tried.never_listed,
            form,
        }
    }
}

fn told(route: &str) -> &'static str {
    match route {
        "it" => "Whoever runs the network",
        "head" => "The head",
        _ => "The lead and the deputies",
    }
}

fn head(visit: &Visit, title: &str) -> Head {
    Head::new(title, visit.crumbs(&[("Filtering", visit.at("/filtering"))]))
}

async fn form(visit: &Visit) -> Result<Form, Error> {
    let feeds = super::feeds(visit).await?.into_iter().map(|feed| (feed.feed_id, feed.name)).collect::<Vec<_>>();
    Ok(visit.form(visit.at("/filtering/rules/try"), "Try it", fields(&feeds)))
}

/// Asks what is to be tried.
pub async fn show_try(visit: Visit) -> Answer {
    visit.needs(Permission::ExceptionRead)?;
    visit.page(&RulePage::asks(head(&visit, "Try a rule"), form(&visit).await?))
}

/// Says what would become of it. Nothing of it is kept.
pub async fn attempt(posted: Posted) -> Answer {
    let Posted { visit, answers } = posted;
    visit.needs(Permission::ExceptionRead)?;
    let tried = match command(&visit, &answers) {
        Ok(command) => heard(visit.filtering()?.try_rule(ask(command))).await,
        Err(error) => Err(error),
    };
    let form = form(&visit).await?;
    match tried {
        Ok(tried) => visit.page(&RulePage::tells(head(&visit, "Try a rule"), form.answered(&answers), &tried)),
        Err(error) => {
            let form = visit.mended(form, &answers, &error, "")?;
            visit.page_again(&RulePage::asks(head(&visit, "Try a rule"), form), &error)
        }
    }
}

fn command(visit: &Visit, answers: &Answers) -> Result<TryRuleRequest, Error> {
    let mut v = Violations::new();
    let (address, terms) = (answers.text("address"), answers.text("terms"));
    v.check(address.is_empty() != terms.is_empty(), "address", "Enter an address, or words, and not both");
    v.finish()?;
    let names = answers.text("vendor_categories");
    let names = names.split(',').map(str::trim).filter(|name| !name.is_empty());
    Ok(TryRuleRequest {
        school_id: visit.school.clone(),
        address,
        terms,
        vendor_categories: names.map(str::to_owned).collect(),
        group: answers.text("group"),
        feed_id: answers.text("feed_id"),
    })
}

/// How often each rule was right.
#[derive(Debug, Serialize)]
pub struct Precision {
    head: Head,
    since: String,
    floor: u32,
    least: u32,
    rules: Vec<Rule>,
}

#[derive(Debug, Serialize)]
struct Rule {
    rule: String,
    right: String,
    understandable: String,
    explained: String,
    wrong: String,
    unanswered: String,
    share: String,
    review: bool,
}

/// What a rule is called: its code in the policy, such as filter.drugs_search, in words.
pub fn called(rule_id: &str) -> String {
    words::sentence(&words::spaced(rule_id.strip_prefix("filter.").unwrap_or(rule_id)))
}

impl Rule {
    fn new(rule: &RulePrecision) -> Self {
        let n = words::number;
        Self {
            rule: called(&rule.rule_id),
            right: n(rule.right),
            understandable: n(rule.understandable),
            explained: n(rule.explained),
            wrong: n(rule.wrong),
            unanswered: n(rule.unanswered),
            share: rule.percent.map_or_else(|| "Too few answers".to_owned(), |percent| format!("{percent}%")),
            review: rule.below_floor,
        }
    }
}

impl Page for Precision {
    const TEMPLATE: &'static str = "rule_precision.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let rule = RulePrecision {
            rule_id: "filter.drugs_search".into(),
            right: 2,
            explained: 9,
            percent: Some(18),
            below_floor: true,
            ..Default::default()
        };
        let few = RulePrecision { rule_id: "filter.gore_site".into(), unanswered: 3, ..Default::default() };
        let answer = |rules| GetRulePrecisionResponse {
            rules,
            since_time: Some(chassis::clock::timestamp(time::macros::datetime!(2025-11-24 09:00 UTC))),
            floor_percent: 30,
            least_answers: 10,
        };
        let head = || Head::new("How often rules were right", vec![crate::pages::part::Link::new("Home", "/")]);
        vec![Self::new(head(), &answer(vec![rule, few])), Self::new(head(), &answer(Vec::new()))]
    }
}

impl Precision {
    fn new(head: Head, answer: &GetRulePrecisionResponse) -> Self {
        Self {
            head,
            since: words::day(answer.since_time.as_ref()).unwrap_or_default(),
            floor: answer.floor_percent,
            least: answer.least_answers,
            rules: answer.rules.iter().map(Rule::new).collect(),
        }
    }
}

/// How often each rule was right.
///
/// # Errors
/// Where the filter's service does not answer.
pub async fn how_often_right(visit: &Visit) -> Result<GetRulePrecisionResponse, Error> {
    let asked = GetRulePrecisionRequest { school_id: visit.school.clone() };
    heard(visit.filtering()?.get_rule_precision(ask(asked))).await
}

/// Shows it.
pub async fn precision(visit: Visit) -> Answer {
    visit.needs(Permission::ExceptionRead)?;
    let answer = how_often_right(&visit).await?;
    visit.page(&Precision::new(head(&visit, "How often rules were right"), &answer))
}

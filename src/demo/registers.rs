//! A term of register entries: appointments, documents and who accepted them, access, training, the filter and what it
//! rests on. At the primary things have lapsed: no deputy, training two years old, a new version nobody accepted.

use chassis::error::Result;
use serde_json::{Value, json};

use super::{SCHOOLS, Stage, people::who, text};

/// Field and value.
type Fields<'a> = &'a [(&'a str, &'a str)];

/// Role at the school and who holds it, by the part they play in the demonstration or by name.
const APPOINTMENTS: [(&str, &[(&str, &str)]); 3] = [
    (
        "thistledown",
        &[
            ("head", "Ruth Calloway"),
            ("dsl", "Amara Okafor"),
            ("deputy_dsl", "Tom Beresford"),
            ("chair", "Nadia Rahman"),
            ("safeguarding_governor", "Peter Lindqvist"),
            ("filtering_leader", "Ruth Calloway"),
            ("filtering_governor", "Peter Lindqvist"),
            ("network_manager", "Sam Whitlock"),
            ("online_safety_lead", "Amara Okafor"),
        ],
    ),
    (
        "pennyroyal",
        &[("head", "Grace Tolliver"), ("dsl", "Grace Tolliver"), ("chair", "Helen Achebe"), ("senco", "Ellie Marsh")],
    ),
    (
        "harrowmere",
        &[
            ("head", "Daniel Osei"),
            ("dsl", "Farah Siddiqui"),
            ("deputy_dsl", "Megan Pryce"),
            ("chair", "Gordon Haddow"),
            ("safeguarding_governor", "Ines Moreau"),
            ("filtering_leader", "Daniel Osei"),
            ("filtering_governor", "Ines Moreau"),
            ("network_manager", "Kit Vasquez"),
        ],
    ),
];

/// The school at which things have lapsed.
const LAPSED: &str = "pennyroyal";

/// Who holds which role at a school.
fn appointed(school: &str) -> &'static [(&'static str, &'static str)] {
    APPOINTMENTS.iter().find(|(key, _)| *key == school).map_or(&[][..], |(_, all)| *all)
}

/// Who can get into filter and monitoring: the lead and the deputies. A feed waits for it.
pub async fn access(stage: &Stage<'_>, school: &'static str) -> Result<()> {
    let register = Register { stage, school };
    let reviewed = if school == LAPSED { "2025-09-01" } else { "2026-09-01" };
    let leads = appointed(school).iter().filter(|(role, _)| matches!(*role, "dsl" | "deputy_dsl"));
    for (_, person) in leads {
        for kind in ["filtering", "monitoring"] {
            let access = [
                ("who", *person),
                ("audience", "staff"),
                ("system", "Web filter"),
                ("kind", kind),
                ("individual", "true"),
                ("granted_on", "2025-09-01"),
                ("granted_by", "The head"),
                ("reviewed_on", reviewed),
            ];
            register.add("access", &access).await?;
        }
    }
    Ok(())
}

/// Makes the others.
pub async fn make(stage: &Stage<'_>) -> Result<()> {
    for school in &SCHOOLS {
        stage.people.sign_in(&who(school.key, "dsl")).await?;
        stage.people.sign_in(&who(school.key, "staff")).await?;
        let lapsed = school.key == LAPSED;
        let register = Register { stage, school: school.key };
        let appointments = appointed(school.key);
        for (role, person) in appointments {
            let mut fields = vec![("who", *person), ("role", *role), ("from", "2024-09-01")];
            fields.extend((*role == "dsl").then_some(("senior_leader", "true")));
            fields.extend((!lapsed).then_some(("duties_shown_on", "2026-09-02")));
            register.add("appointments", &fields).await?;
        }
        register.families(lapsed).await?;
        register.staff(lapsed, appointments).await?;
        register.documents(lapsed).await?;
        register.filter(school.profile, lapsed).await?;
    }
    Ok(())
}

struct Register<'a> {
    stage: &'a Stage<'a>,
    school: &'static str,
}

impl Register<'_> {
    /// Adds an entry; answers its id.
    async fn add(&self, register: &str, fields: Fields<'_>) -> Result<String> {
        self.add_as("dsl", register, fields).await
    }

    /// The same by somebody in a part of theirs.
    async fn add_as(&self, part: &str, register: &str, fields: Fields<'_>) -> Result<String> {
        self.enter(part, register, "", fields).await
    }

    /// The lead's decision about what somebody asked for.
    async fn decide(&self, register: &str, asked: &str, fields: Fields<'_>) -> Result<()> {
        self.enter("dsl", register, asked, fields).await.map(|_| ())
    }

    async fn enter(&self, part: &str, register: &str, supersedes: &str, fields: Fields<'_>) -> Result<String> {
        let values: Vec<Value> = fields
            .iter()
            .map(|(key, value)| {
                let several = matches!(
                    *key,
                    "topics" | "lists" | "categories" | "tiers" | "strategies" | "list_tested" | "took_part" | "to"
                );
                let values: Vec<&str> = if several { value.split("; ").collect() } else { vec![value] };
                json!({"key": key, "values": values})
            })
            .collect();
        let request = json!({"schoolId": self.stage.people.school(self.school), "register": register, "values": values,
                "supersedes": supersedes, "reason": if supersedes.is_empty() { "" } else { "It was decided" }});
        let answer = self.stage.call(&who(self.school, part), "AddRegisterEntry", request).await?;
        Ok(text(&answer["entry"]["entryId"]))
    }

    /// Who works with what, and was trained when.
    async fn staff(&self, lapsed: bool, appointments: &[(&str, &str)]) -> Result<()> {
        let lead = appointments.iter().find(|(role, _)| *role == "dsl").map_or("", |(_, person)| *person);
        let leads = appointments.iter().filter(|(role, _)| matches!(*role, "dsl" | "deputy_dsl"));
        for course in ["online_safety", "safeguarding", "induction"] {
            let on = if lapsed { "2025-10-20" } else { "2026-09-03" };
            self.add(
                "training",
                &[("who", lead), ("course", course), ("trained_on", on), ("topics", "content; contact")],
            )
            .await?;
        }
        for (_, person) in leads {
            let on = if lapsed { "2024-09-12" } else { "2025-10-02" };
            for course in ["dsl", "prevent", "dsl_update"] {
                let on = if course == "dsl_update" && !lapsed { "2026-09-10" } else { on };
                self.add("training", &[("who", person), ("course", course), ("trained_on", on)]).await?;
            }
        }
        Ok(())
    }

    /// The rules of use for staff, and what a member of staff made of them.
    async fn documents(&self, lapsed: bool) -> Result<()> {
        let document = |version: &'static str, from: &'static str| {
            [
                ("kind", "acceptable_use"),
                ("title", "Acceptable use: staff"),
                ("version", version),
                ("audience", "staff"),
                ("answer", "accept"),
                ("in_force_from", from),
                ("review_due", "2027-09-01"),
                (
                    "text",
                    "Use your own user name and nobody else’s.\n\nLock the screen when you leave it.\n\nTell the safeguarding lead at once of anything that worries you.",
                ),
            ]
        };
        let first = self.add("linked-policies", &document("2026.1", "2026-09-01")).await?;
        let accept = json!({"schoolId": self.stage.people.school(self.school), "documentId": first});
        self.stage.call(&who(self.school, "staff"), "AcceptDocument", accept).await?;
        if lapsed {
            self.add("linked-policies", &document("2026.2", "2026-11-02")).await?;
        }
        for (kind, title) in [
            ("behaviour", "Behaviour policy"),
            ("child_protection", "Child protection policy"),
            ("code_of_conduct", "Code of conduct"),
            ("online_safety", "Online safety policy"),
        ] {
            let review = if lapsed && kind == "behaviour" { "2026-03-01" } else { "2027-09-01" };
            let policy = [
                ("kind", kind),
                ("title", title),
                ("version", "1"),
                ("audience", "staff"),
                ("answer", "none"),
                ("in_force_from", "2026-09-01"),
                ("review_due", review),
            ];
            self.add("linked-policies", &policy).await?;
        }
        Ok(())
    }

    /// What families were told, and whether the button for reporting to CEOP was seen on the website.
    async fn families(&self, lapsed: bool) -> Result<()> {
        let told = [
            ("2026-09-11", "Settings for a first phone", "parents", "newsletter"),
            ("2026-10-07", "An evening on games with strangers", "parents; community", "meeting"),
            ("2026-11-06", "What to do about a picture that was sent on", "parents", "website"),
        ];
        for (on, subject, to, channel) in told.into_iter().take(if lapsed { 1 } else { 3 }) {
            let entry = [("on", on), ("subject", subject), ("to", to), ("channel", channel)];
            self.add("communications", &entry).await?;
        }
        if lapsed {
            return Ok(());
        }
        let button = [
            ("room", "Website, page on online safety"),
            ("notice", "ceop_button"),
            ("put_up_on", "2025-09-01"),
            ("checked_on", "2026-09-08"),
        ];
        self.add("notices", &button).await?;
        let asked = [
            ("on", "2026-10-19"),
            ("group", "staff"),
            ("subject", "Email in the evening"),
            ("topic", "email_hours"),
            ("said", "Most are left alone after six; two feel that they have to answer."),
            ("outcome", "No mail is sent to staff after six unless a child may be in danger."),
        ];
        self.add("consultations", &asked).await.map(|_| ())
    }

    /// The filter, the assessment it rests on, its checks.
    async fn filter(&self, product: &str, lapsed: bool) -> Result<()> {
        let assessed = [
            ("subject", "Web filter and monitoring"),
            ("kind", "filtering"),
            ("assessed_on", "2026-06-15"),
            ("by", "The leadership team"),
            ("risks", "Searches in several languages; tablets that leave the building."),
            ("measures", "Stricter tier for younger learners; the filter travels with the tablets."),
            ("outcome", "permitted_with_measures"),
            ("review_on", "2027-06-15"),
        ];
        let assessment = self.add("risk-assessments", &assessed).await?;
        for kind in ["filter", "monitoring"] {
            let system = [
                ("kind", kind),
                ("product", product),
                ("provider", "Northshire Grid"),
                ("lists", if lapsed { "iwf" } else { "iwf; police_terrorism" }),
                ("categories", "pornography; hate; extremism; gaming; illegal"),
                ("tiers", "staff; learners_younger"),
                ("strategies", "supervision; log_review"),
                ("watched_by", "The safeguarding lead"),
                (
                    "why_blocked",
                    if lapsed { "" } else { "Games and gambling in lessons, because they draw away from work." },
                ),
                ("risk_assessment", assessment.as_str()),
                ("in_use_from", "2026-09-01"),
            ];
            let system: Vec<(&str, &str)> = system.into_iter().filter(|(_, value)| !value.is_empty()).collect();
            self.add("filter-systems", &system).await?;
            let check = [
                ("on", if lapsed { "2026-05-05" } else { "2026-10-06" }),
                ("by", "The network manager"),
                ("kind", kind),
                ("device", "A classroom tablet"),
                ("where", "Room 3"),
                ("user_group", if kind == "filter" { "learner" } else { "staff" }),
                ("list_tested", "iwf; police_terrorism; adult_content"),
                ("tested", "Four kinds of unsuitable page."),
                ("expected", if kind == "filter" { "blocked" } else { "alert" }),
                ("actual", if kind == "filter" { "blocked" } else { "alert" }),
                ("outcome", "works"),
            ];
            self.add("filter-checks", &check).await?;
        }
        if lapsed {
            return Ok(());
        }
        self.filter_changes().await?;
        self.oversight().await
    }

    /// What keeps an eye on all of it: the search of the logs, the review of something new, and who met.
    async fn oversight(&self) -> Result<()> {
        let audit = [
            ("on", "2026-10-22"),
            ("by", "The network manager"),
            ("period", "1 September to 21 October 2026"),
            ("attempts", "7"),
            ("followed_up", "7"),
            ("response", "The lead spoke with each form; two sites were added to what is blocked."),
        ];
        self.add("access-audits", &audit).await?;
        let review = [
            ("on", "2026-09-24"),
            ("why_now", "new_technology"),
            ("took_part", "leader; dsl; it; governor"),
            ("suits", "The new tablets are filtered like every other device of the school."),
            ("blocked_and_why", "Their shop for apps, because nobody could say what is installed."),
            ("reports", "A test on each of them before they were handed out; all were blocked as they should be."),
            ("outcome", "They are handed out. They are tested at home in November."),
        ];
        self.add("filter-reviews", &review).await?;
        for (kind, on, present) in [
            ("dsl_and_governor", "2026-10-15", "The safeguarding lead; the governor for safeguarding"),
            ("online_safety_group", "2026-11-12", "The lead, a technician, two teachers, a parent, the school council"),
        ] {
            self.add("meetings", &[("kind", kind), ("on", on), ("present", present)]).await?;
        }
        Ok(())
    }

    /// What was asked of the filter, and the yearly review.
    async fn filter_changes(&self) -> Result<()> {
        let change = [
            ("on", "2026-10-12"),
            ("change", "Allow video meetings for the careers fair."),
            ("kind", "unblock"),
            ("why", "Employers speak to year 10 by video."),
            ("reverts_on", "2026-12-11"),
        ];
        let asked = self.add_as("it", "filter-changes", &change).await?;
        let weighed = [
            ("in_place_on", "2026-10-13"),
            ("risk", "Calls from strangers: a member of staff hosts each meeting."),
            ("educational_view", "The head of careers"),
            ("technical_view", "The network manager"),
            ("decision", "approved"),
            ("decided_on", "2026-10-12"),
        ];
        self.decide("filter-changes", &asked, &[&change[..], &weighed].concat()).await?;
        let site = [
            ("on", "2026-11-09"),
            ("site", "old-maps.example"),
            ("why", "Maps of the town for a local history project."),
            ("for_whom", "class"),
            ("needed_by", "2026-12-01"),
        ];
        self.add_as("staff", "unblock-requests", &site).await?;
        let review = [
            ("on", "2026-07-06"),
            ("why_now", "yearly"),
            ("took_part", "leader; dsl; it; governor"),
            ("suits", "Stricter for the younger ones; sixth form work is not held up."),
            ("blocked_and_why", "Games and gambling in lessons; social media for everybody under 13."),
            ("reports", "Few alerts, most of them understood; two feeds were quiet over half-term."),
            ("over_blocking", "Two sites on health were opened."),
            ("outcome", "It suits. The tablets are tested at home from now on."),
        ];
        self.add("filter-reviews", &review).await.map(|_| ())
    }
}

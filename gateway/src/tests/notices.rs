//! Mail that says that something waits: to the right people, once, at their hours, by a link and without a name.

mod unannounced;

use chassis::{
    clock::timestamp,
    error::{Error, Result},
    event::{Envelope, Event},
    id::{EventId, SchoolId},
    testing::Engine,
};
use prost::Message as _;
use proto::{
    access::v1::Role,
    event::v1::{
        AlertAcknowledged, AlertPassedOn, AlertRaised, AlertWithdrawn, AlertWorsened, ConcernEscalated,
        ConcernRecorded, ExceptionDecided, ExceptionRequested, FeedCoverageChanged, InvitationAccepted, QuestionDue,
        ReferralAsked, RegisterRequestDecided, ReportSigned, SchoolInvited,
    },
    policy_registry::v1::{GetSchoolResponse, School},
};
use serde_json::{Value, json};
use time::{Duration, macros::datetime};

use crate::{
    config::Console,
    notices::{
        mailer::{Smtp, Tls},
        post::Post,
    },
    rounds::Rounds as _,
    testing::{
        House,
        receive::{Mail, PostOffice, arrives},
    },
};

/// A gateway that sends mail to an office, a school, and its people.
pub struct Place {
    pub house: House,
    pub office: PostOffice,
    pub school: String,
    config: Console,
}

pub fn smtp(office: &PostOffice) -> Smtp {
    Smtp {
        host: "127.0.0.1".into(),
        port: office.port,
        tls: Tls::None,
        from: "Northshire Council <safety@northshire.example>".into(),
        ..Smtp::default()
    }
}

impl Place {
    async fn new(engine: Engine) -> Result<Self> {
        let office = PostOffice::open().await?;
        let address = "https://safety.northshire.example".into();
        let config = Console { address, smtp: smtp(&office), ..Console::default() };
        let house = House::still(engine, config.clone()).await?;
        let school = house.bed.school();
        for (name, role) in [
            ("r.okafor", Role::Dsl),
            ("d.deputy", Role::DeputyDsl),
            ("h.head", Role::Head),
            ("i.it", Role::It),
            ("c.chair", Role::Chair),
        ] {
            house.account(name, role, Some(&school)).await?;
        }
        house.account("officer", Role::AuthorityOfficer, None).await?;
        let named = School { name: "Thistledown Grange School".into(), ..School::default() };
        house.service.answers(Ok(GetSchoolResponse { school: Some(named) }.encode_to_vec()));
        Ok(Self { house, office, school, config })
    }

    /// One more process that gives mail out.
    fn post(&self) -> Result<Post> {
        Post::new(self.house.gateway.store().clone(), &self.config)?.ok_or_else(Error::missing)
    }

    /// Waits until so many mails have arrived, and no more.
    async fn mails(&self, count: usize) -> Result<Vec<Mail>> {
        let post = self.post()?;
        arrives(count, || self.office.mails(), async || post.pass().await.map(|_| ())).await
    }

    async fn call(&self, who: &str, method: &str, path: &str, mut body: Value) -> Result<crate::testing::Answer> {
        if let Some(body) = body.as_object_mut() {
            body.insert("request_id".into(), self.house.bed.ids.request_id().into());
        }
        let bearer = self.house.bearer(who).await;
        Ok(self.house.json(method, path, &[("authorization", &bearer)], body).await)
    }

    /// Gives somebody a confirmed address.
    async fn reached(&self, who: &str, more: Value) -> Result<()> {
        let before = self.office.mails().len();
        let mut body = json!({"email": format!("{who}@thistledown.example"), "digest": "at_once"});
        if let (Some(body), Some(more)) = (body.as_object_mut(), more.as_object()) {
            body.extend(more.clone());
        }
        let answer = self.call(who, "POST", "/v1/notices/address", body).await?;
        assert_eq!(answer.status, 200, "{}", answer.json());
        let mails = self.mails(before + 1).await?;
        let token = mails
            .last()
            .map(|mail| mail.line("https://safety.northshire.example/notices/confirm?token="))
            .unwrap_or_default();
        let answer = self.call(who, "POST", "/v1/notices/address:confirm", json!({"token": token})).await?;
        assert_eq!(answer.status, 200, "{}", answer.json());
        Ok(())
    }

    fn envelope(&self, school: &str, aggregate: &str, event: Event) -> Envelope {
        envelope(&self.house, school, aggregate, event)
    }

    async fn happens(&self, aggregate: &str, event: Event) -> Result<()> {
        self.house.bus.publish(&self.envelope(&self.school, aggregate, event)).await.map(|_| ())
    }
}

pub fn envelope(house: &House, school: &str, aggregate: &str, event: Event) -> Envelope {
    Envelope {
        event_id: house.bed.ids.next::<EventId>().to_string(),
        source: "incident-cases".into(),
        school_id: school.into(),
        aggregate_id: aggregate.into(),
        sequence: 1,
        event_time: Some(timestamp(house.bed.now())),
        traceparent: String::new(),
        event: Some(event),
    }
}

pub fn recorded() -> Event {
    Event::ConcernRecorded(ConcernRecorded { origin: "staff".into(), not_safe: false })
}

fn escalated(level: &str) -> Event {
    Event::ConcernEscalated(ConcernEscalated { level: level.into(), ..ConcernEscalated::default() })
}

#[tokio::test]
async fn an_address_counts_once_its_holder_confirmed_it() -> Result<()> {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let place = Place::new(engine).await?;
        let ask = json!({"email": "ruth@thistledown.example", "digest": "at_once"});
        assert_eq!(place.call("r.okafor", "POST", "/v1/notices/address", ask).await?.status, 200);
        let mails = place.mails(1).await?;
        let confirm = &mails[0];
        assert_eq!(confirm.to, ["ruth@thistledown.example"]);
        assert_eq!(confirm.header("Auto-Submitted"), "auto-generated");
        assert!(
            confirm.header("Message-ID").starts_with("<ntc_") && !confirm.data.contains("Okafor"),
            "{}",
            confirm.data
        );
        let link = "https://safety.northshire.example/notices/confirm?token=";
        let token = confirm.line(link);
        place.happens("con_1", recorded()).await?;
        // Not yet, and not by anybody else; nobody learns why.
        let path = "/v1/notices/address:confirm";
        let other = place.call("d.deputy", "POST", path, json!({"token": token})).await?;
        let guess = place.call("d.deputy", "POST", path, json!({"token": "a".repeat(43)})).await?;
        assert_eq!((other.status.as_u16(), other.json()["errors"].clone()), (400, guess.json()["errors"].clone()));
        // The pages do it without a program: the link first asks, since programs that look at mail open it, too.
        let mut browser = place.house.browser();
        let page = format!("/notices/confirm?token={token}");
        assert_eq!(browser.sign_in("r.okafor", &page).await, page);
        let asked = browser.get(&page).await;
        let fields = [asked.hidden("csrf"), asked.hidden("request_id"), asked.hidden("token")];
        assert_eq!(
            place.call("r.okafor", "GET", "/v1/notices/settings", Value::Null).await?.json()["settings"]["email"],
            ""
        );
        let names = ["csrf", "request_id", "token"];
        let fields: Vec<(&str, &str)> = names.into_iter().zip(fields.iter().map(String::as_str)).collect();
        assert_eq!(browser.post("/notices/confirm", &fields).await.place(), "/notices?done=notice_confirmed");
        let settings = place.call("r.okafor", "GET", "/v1/notices/settings", Value::Null).await?.json();
        assert_eq!(settings["settings"]["email"], "ruth@thistledown.example", "{settings}");
        assert!(browser.get("/notices").await.text().contains("ruth@thistledown.example"));
        // Once only.
        assert_eq!(place.call("r.okafor", "POST", path, json!({"token": token})).await?.status, 400);
        // A link is good for a day.
        let ask = json!({"email": "other@thistledown.example", "digest": "at_once"});
        assert_eq!(place.call("r.okafor", "POST", "/v1/notices/address", ask).await?.status, 200);
        let token = place.mails(2).await?[1].line(link);
        place.house.bed.clock.advance(Duration::hours(24));
        assert_eq!(place.call("r.okafor", "POST", path, json!({"token": token})).await?.status, 400);
        let settings = place.call("r.okafor", "GET", "/v1/notices/settings", Value::Null).await?.json();
        assert_eq!(settings["settings"]["email"], "ruth@thistledown.example", "the confirmed one stays");
    }
    Ok(())
}

#[tokio::test]
async fn each_is_told_once_of_what_is_for_their_role_and_nobodys_name() -> Result<()> {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let place = Place::new(engine).await?;
        for who in ["r.okafor", "d.deputy", "h.head", "i.it", "c.chair", "officer"] {
            place.reached(who, json!({})).await?;
        }
        let mut count = place.mails(6).await?.len();
        let invited = SchoolInvited { shared_incident_id: "shi_1".into(), invited_school_id: place.school.clone() };
        let theirs = place.house.bed.school();
        let accepted = InvitationAccepted { shared_incident_id: "shi_2".into() };
        let opened = SchoolInvited { shared_incident_id: "shi_2".into(), invited_school_id: theirs.clone() };
        let worse = ConcernEscalated { level: "lead".into(), reason: "worsened".into(), ..ConcernEscalated::default() };
        let added = ConcernEscalated { reason: "added".into(), ..worse.clone() };
        let alert = |route: &str| Event::AlertRaised(AlertRaised { route: route.into(), ..AlertRaised::default() });
        let worse_alert = |route: &str, tier: &str, again| {
            Event::AlertWorsened(AlertWorsened { again, route: route.into(), tier: tier.into(), ..Default::default() })
        };
        let of_staff =
            Event::AlertRaised(AlertRaised { route: "head".into(), tier: "staff".into(), ..AlertRaised::default() });
        let passed = Event::AlertPassedOn(AlertPassedOn { to: "lead".into(), ..AlertPassedOn::default() });
        let wanted = Event::ExceptionRequested(ExceptionRequested {});
        let decided = Event::ExceptionDecided(ExceptionDecided { approved: true });
        let asked = ReferralAsked { agency: "front_door_form".into() };
        let leads: &[&str] = &["d.deputy", "r.okafor"];
        let silent = FeedCoverageChanged {
            state: "silent".into(),
            told: vec!["it".into(), "dsl".into()],
            ..FeedCoverageChanged::default()
        };
        let silent = Event::FeedCoverageChanged(silent);
        let asked_by = place.call("i.it", "GET", "/v1/self", Value::Null).await?.json();
        let asked_by_account_id = asked_by["account"]["account_id"].as_str().unwrap_or_default().to_owned();
        let register = || "unblock-requests".to_owned();
        let answered =
            RegisterRequestDecided { register: register(), decision: "approved".into(), asked_by_account_id };
        let by_nobody = RegisterRequestDecided { register: register(), ..RegisterRequestDecided::default() };
        let (answered, by_nobody) = (Event::RegisterRequestDecided(answered), Event::RegisterRequestDecided(by_nobody));
        let signed = Event::ReportSigned(ReportSigned { version: 2, term_id: "2026-autumn".into() });
        let due = |account_id: &str| Event::QuestionDue(QuestionDue { account_id: account_id.into() });
        let head = place.call("h.head", "GET", "/v1/self", Value::Null).await?.json();
        let own = due(head["account"]["account_id"].as_str().unwrap_or_default());
        let readers: &[&str] = &["c.chair", "d.deputy", "h.head", "r.okafor"];
        for (school, id, event, whom, link) in [
            (&place.school, "con_1", recorded(), leads, "/concerns/con_1"),
            (&place.school, "con_1", escalated("deputy"), &["d.deputy"][..], "/concerns/con_1"),
            (&place.school, "con_1", escalated("head"), &["h.head"], "/concerns/con_1"),
            (&place.school, "con_1", Event::ConcernEscalated(worse), leads, "/concerns/con_1"),
            (&place.school, "con_1", Event::ConcernEscalated(added), leads, "/concerns/con_1"),
            (&place.school, "alt_1", alert("dsl"), &[], ""),
            (&place.school, "alt_1", alert("it"), &["i.it"], "/filtering/alerts"),
            (&place.school, "alt_1", worse_alert("dsl", "pupil", true), &[], ""),
            (&place.school, "alt_1", worse_alert("it", "pupil", true), &["i.it"], "/filtering/alerts"),
            (&place.school, "alt_2", worse_alert("head", "staff", true), &["h.head"], "/filtering/alerts"),
            (&place.school, "alt_2", of_staff, &["h.head"], "/filtering/alerts"),
            (&place.school, "alt_1", passed, leads, "/filtering/alerts"),
            (&place.school, "exc_1", wanted, &["r.okafor"], "/filtering/exceptions"),
            (&place.school, "exc_1", decided, &["d.deputy", "i.it"], "/filtering/exceptions"),
            (&place.school, "cas_3", Event::ReferralAsked(asked), leads, "/waiting"),
            (&place.school, "fee_1", silent, &["d.deputy", "i.it", "r.okafor"], "/filtering/feeds/fee_1"),
            (&place.school, "ren_1", answered, &["i.it"], "/filtering"),
            (&place.school, "ren_2", by_nobody, &[], ""),
            (&place.school, "que_1", own, &["h.head"], "/reports/questions/que_1"),
            (&place.school, "que_2", due(""), readers, "/reports/questions/que_2"),
            (&place.school, "rvn_1", signed, &["c.chair"], "/reports/2026-autumn/versions/2"),
            (&theirs, "cas_1", Event::SchoolInvited(invited), leads, "/invitations"),
            (&place.school, "cas_2", Event::SchoolInvited(opened), &[], ""),
            (&theirs, "shi_2", Event::InvitationAccepted(accepted), leads, "/shared-incidents/shi_2"),
            (&theirs, "con_9", recorded(), &[], ""),
        ] {
            let envelope = place.envelope(school, id, event.clone());
            // The bus may say it again.
            place.house.bus.publish(&envelope).await?;
            place.house.bus.publish(&envelope).await?;
            let new = place.mails(count + whom.len()).await?.split_off(count);
            count += whom.len();
            let mut to: Vec<&str> =
                new.iter().flat_map(|mail| &mail.to).filter_map(|to| to.split('@').next()).collect();
            to.sort_unstable();
            assert_eq!(to, whom, "{event:?}");
            for mail in &new {
                let line = format!("https://safety.northshire.example/schools/{}{link}", place.school);
                assert!(mail.data.lines().any(|l| l == line), "{event:?}: {}", mail.data);
                assert!(mail.header("Subject").ends_with("- Thistledown Grange School"), "{}", mail.data);
                assert!(!mail.data.contains("Okafor") && !mail.data.contains(&theirs), "{}", mail.data);
            }
        }
        // About the head, where there is no chair of governors: the authority hears that something waits, and not of whom.
        let about_head = || {
            Event::AlertRaised(AlertRaised { route: "chair".into(), tier: "staff".into(), ..AlertRaised::default() })
        };
        for (school, whom, line) in [
            (&place.school, "c.chair", format!("/schools/{}/filtering/alerts", place.school)),
            (&theirs, "officer", format!("/schools/{theirs}")),
        ] {
            place.house.bus.publish(&place.envelope(school, &format!("alt_{whom}"), about_head())).await?;
            let new = place.mails(count + 1).await?.split_off(count);
            count += 1;
            assert!(new[0].to.iter().all(|to| to.starts_with(&format!("{whom}@"))), "{whom}");
            let line = format!("https://safety.northshire.example{line}");
            assert!(new[0].data.lines().any(|l| l == line), "{}", new[0].data);
        }
        // Who has no address finds it on their pages, until somebody opened it.
        place.house.account("l.lado", Role::Lado, None).await?;
        let unheld = async || -> Result<Vec<Value>> {
            let answer = place.call("l.lado", "GET", "/v1/desks/lado/unheldAlerts", Value::Null).await?;
            Ok(answer.json()["schools"].as_array().cloned().unwrap_or_default())
        };
        for (who, role, desk, status) in [
            ("f.door", Role::FrontDoor, "front_door", 404_u16),
            ("p.prevent", Role::PreventLead, "prevent", 404),
            ("s.officer", Role::SafeguardingOfficer, "safeguarding", 404),
            ("s.officer", Role::SafeguardingOfficer, "lado", 403),
        ] {
            if desk != "lado" {
                place.house.account(who, role, None).await?;
            }
            let answer = place.call(who, "GET", &format!("/v1/desks/{desk}/unheldAlerts"), Value::Null).await?;
            assert_eq!(answer.status, status, "{who} at {desk}");
        }
        let waiting = unheld().await?;
        assert!(waiting.len() == 1 && waiting[0]["school_id"] == theirs.as_str(), "{waiting:?}");
        let opened = Event::AlertAcknowledged(AlertAcknowledged::default());
        place.house.bus.publish(&place.envelope(&theirs, "alt_officer", opened)).await?;
        // What is told behind it says that it was heard.
        place.house.bus.publish(&place.envelope(&place.school, "alt_5", about_head())).await?;
        count += 1;
        place.mails(count).await?;
        assert!(unheld().await?.is_empty());
        // The chair whom it waits for has not opened it in time: they hear of it again, and the authority does.
        let passed = AlertPassedOn { to: "authority".into(), tier: "staff".into(), ..AlertPassedOn::default() };
        place.house.bus.publish(&place.envelope(&place.school, "alt_5", Event::AlertPassedOn(passed))).await?;
        count += 2;
        place.mails(count).await?;
        let waiting = unheld().await?;
        let told = (waiting.len(), &waiting[0]["school_id"], &waiting[0]["overdue"]);
        assert_eq!(told, (1, &json!(place.school), &json!(true)), "{waiting:?}");
        // Its lines were another school's: nobody here opens it any more, and nobody is to ask why.
        let withdrawn = AlertWithdrawn { tier: "staff".into() };
        place.house.bus.publish(&place.envelope(&place.school, "alt_5", Event::AlertWithdrawn(withdrawn))).await?;
        place.house.bus.publish(&place.envelope(&place.school, "alt_6", about_head())).await?;
        count += 1;
        place.mails(count).await?;
        assert!(unheld().await?.is_empty());
        // What is older than some days is no news.
        let old = place.envelope(&place.school, "con_1", recorded());
        place.house.bed.clock.advance(Duration::days(4));
        place.house.bus.publish(&old).await?;
        // Whoever chose otherwise is not told; who stopped is not, either.
        let choices = json!({"kinds": ["school.invited"]});
        assert_eq!(place.call("r.okafor", "POST", "/v1/notices/choices", choices).await?.status, 200);
        assert_eq!(place.call("d.deputy", "POST", "/v1/notices:stop", json!({})).await?.status, 200);
        let beyond = json!({"kinds": ["webhook.disabled"]});
        assert_eq!(place.call("r.okafor", "POST", "/v1/notices/choices", beyond).await?.status, 400);
        place.happens("con_2", recorded()).await?;
        place.mails(count).await?;
        assert_eq!(
            place.call("d.deputy", "GET", "/v1/notices/settings", Value::Null).await?.json()["settings"]["email"],
            ""
        );
    }
    Ok(())
}

#[tokio::test]
async fn quiet_hours_and_the_days_mail_hold_back_what_is_not_urgent() -> Result<()> {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let place = Place::new(engine).await?;
        place.reached("d.deputy", json!({"quiet_from": "18:00", "quiet_to": "07:00"})).await?;
        place.reached("r.okafor", json!({"digest": "daily"})).await?;
        let at = |mails: &[Mail], from: usize| -> Vec<String> {
            mails[from..].iter().map(|mail| format!("{} {}", mail.to[0], mail.header("Subject"))).collect()
        };
        let clock = &place.house.bed.clock;
        clock.set(datetime!(2026-11-24 19:00 UTC));
        for concern in ["con_1", "con_2", "con_3"] {
            place.happens(concern, recorded()).await?;
        }
        place.happens("con_1", escalated("deputy")).await?;
        let urgent = "A concern was passed on to you because nobody had read it - Thistledown Grange School";
        assert_eq!(at(&place.mails(3).await?, 2), [format!("d.deputy@thistledown.example {urgent}")]);
        clock.set(datetime!(2026-11-25 06:59 UTC));
        place.mails(3).await?;
        clock.set(datetime!(2026-11-25 07:00 UTC));
        let mails = place.mails(4).await?;
        assert_eq!(at(&mails, 3), ["d.deputy@thistledown.example 3 things are waiting for you"]);
        assert!(mails[3].data.contains("- A concern is waiting to be read: 3\r\n"), "{}", mails[3].data);
        assert!(!mails[3].data.contains("con_1"), "{}", mails[3].data);
        clock.set(datetime!(2026-11-25 07:30 UTC));
        assert_eq!(at(&place.mails(5).await?, 4), ["r.okafor@thistledown.example 3 things are waiting for you"]);
        clock.set(datetime!(2026-11-26 08:00 UTC));
        place.mails(5).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_server_that_is_away_is_waited_for_and_no_two_processes_send_the_same() -> Result<()> {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let place = Place::new(engine).await?;
        place.reached("r.okafor", json!({})).await?;
        place.office.answers(0);
        place.happens("con_1", recorded()).await?;
        let post = place.post()?;
        for _ in 0..5 {
            post.pass().await?;
            place.house.bed.clock.advance(Duration::hours(1));
        }
        assert_eq!(place.office.mails().len(), 1);
        place.office.answers(250);
        place.house.bed.clock.advance(Duration::hours(2));
        let (one, other) = (place.post()?, place.post()?);
        let (a, b, c) = tokio::join!(one.pass(), other.pass(), post.pass());
        a.and(b).and(c)?;
        let mails = place.mails(2).await?;
        place.house.bed.clock.advance(Duration::hours(1));
        place.mails(2).await?;
        assert!(mails[1].data.contains("/concerns/con_1"), "{}", mails[1].data);

        // A mailbox that is not there is given up at once; a server that never takes it, after a day.
        place.reached("d.deputy", json!({})).await?;
        place.office.answers(550);
        place.happens("con_2", recorded()).await?;
        let failures = async || -> Result<Vec<(u64, String)>> {
            post.pass().await?;
            let answer = place.call("officer", "GET", "/v1/notices/failures", Value::Null).await?.json();
            let all = answer["failures"].as_array().cloned().unwrap_or_default();
            let one = |f: &Value| {
                (f["count"].as_u64().unwrap_or_default(), f["error"].as_str().unwrap_or_default().to_owned())
            };
            Ok(all.iter().map(one).collect())
        };
        assert_eq!(failures().await?, [(1, "smtp_550".to_owned()), (1, "smtp_550".to_owned())]);
        place.office.answers(451);
        place.happens("con_3", recorded()).await?;
        for _ in 0..30 {
            post.pass().await?;
            place.house.bed.clock.advance(Duration::hours(1));
        }
        assert_eq!(failures().await?, [(2, "smtp_451".to_owned()), (2, "smtp_451".to_owned())]);
        place.office.answers(250);
        place.house.bed.clock.advance(Duration::hours(3));
        post.pass().await?;
        assert!(!place.office.mails().iter().any(|mail| mail.data.contains("con_3")), "what was given up stays so");
        let own = place.call("r.okafor", "GET", "/v1/notices/settings", Value::Null).await?.json();
        assert_eq!(own["settings"]["given_up"], 2, "{own}");
        assert_eq!(place.call("r.okafor", "GET", "/v1/notices/failures", Value::Null).await?.status, 403);
        let mut browser = place.house.browser();
        browser.sign_in("officer", "/notices").await;
        let page = browser.get("/notices").await.text();
        assert!(page.contains("People whom mail did not reach") && page.contains("2 notices, the last on"), "{page}");
    }
    Ok(())
}

#[tokio::test]
async fn nobody_is_pestered_and_nothing_is_sent_where_mail_is_off() -> Result<()> {
    let place = Place::new(Engine::Sqlite).await?;
    for n in 0..5 {
        let ask = json!({"email": format!("victim{n}@elsewhere.example"), "digest": "at_once"});
        assert_eq!(place.call("r.okafor", "POST", "/v1/notices/address", ask).await?.status, 200);
    }
    let ask = json!({"email": "victim9@elsewhere.example", "digest": "at_once"});
    assert_eq!(place.call("r.okafor", "POST", "/v1/notices/address", ask).await?.status, 429);
    // An address is not to be flooded through several accounts, either, however it is spelled.
    for who in ["d.deputy", "h.head", "i.it", "officer"] {
        let ask = json!({"email": "Victim0@elsewhere.example", "digest": "at_once"});
        assert_eq!(place.call(who, "POST", "/v1/notices/address", ask).await?.status, 200);
    }
    let ask = json!({"email": "victim0@elsewhere.example", "digest": "daily"});
    assert_eq!(place.call("h.head", "POST", "/v1/notices/address", ask).await?.status, 429);
    let twice = json!({"email": "a@x.example\r\nBcc: b@x.example", "digest": "at_once"});
    assert_eq!(place.call("h.head", "POST", "/v1/notices/address", twice).await?.fields(), ["email"]);

    let off = House::new(Engine::Sqlite).await?;
    let school: SchoolId = off.bed.ids.next();
    off.account("r.okafor", Role::Dsl, Some(school.as_str())).await?;
    let bearer = off.bearer("r.okafor").await;
    let ask = json!({"email": "a@x.example", "digest": "at_once", "request_id": off.bed.ids.request_id()});
    assert_eq!(off.json("POST", "/v1/notices/address", &[("authorization", &bearer)], ask).await.status, 409);
    let mut browser = off.browser();
    browser.sign_in("r.okafor", "/notices").await;
    let page = browser.get("/notices").await.text();
    assert!(page.contains("No mail is sent from here") && !page.contains("name=\"email\""), "{page}");
    Ok(())
}

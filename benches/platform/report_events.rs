//! The events of an authority's schools: concerns and what follows from them, and what filter feeds count. The same ones in every
//! run, but for their ids.

use chassis::{
    clock::timestamp,
    event::{Envelope, Event},
    id::{EventId, Ids},
};
use proto::event::v1::{
    CaseClosed, CaseOpened, CaseReopened, ConcernRecorded, ConcernTriaged, FeedCounted, ParentsDecided,
    PolicyPublished, ReferralDecided, ReferralMade, SchoolCreated,
};
use time::{Date, Duration, OffsetDateTime, Time};

use crate::{Result, report_world::World};

/// Makes them.
pub struct Maker {
    ids: Ids,
    schools: Vec<String>,
    chance: u64,
}

impl Maker {
    /// For the schools of a world.
    pub fn of(world: &World) -> Self {
        Self { ids: world.bed.ids.clone(), schools: world.schools.clone(), chance: 0x9e37_79b9_7f4a_7c15 }
    }

    /// A number below `most`.
    fn below(&mut self, most: u64) -> u64 {
        self.chance ^= self.chance << 13;
        self.chance ^= self.chance >> 7;
        self.chance ^= self.chance << 17;
        (self.chance >> 20) % most
    }

    fn of_several(&mut self, several: &[&str]) -> String {
        let nth = usize::try_from(self.below(several.len() as u64)).unwrap_or_default();
        several.get(nth).copied().unwrap_or_default().to_owned()
    }

    fn one(&self, school: usize, at: OffsetDateTime, event: Event) -> Envelope {
        Envelope {
            event_id: self.ids.next::<EventId>().to_string(),
            source: "bench".into(),
            school_id: self.schools.get(school).cloned().unwrap_or_default(),
            sequence: 1,
            event_time: Some(timestamp(at)),
            event: Some(event),
            ..Envelope::default()
        }
    }

    /// A school comes, and its policy into force.
    pub fn school(&self, school: usize, day: Date) -> Vec<Envelope> {
        let at = day.midnight().assume_utc() + Duration::hours(8);
        let policy = PolicyPublished {
            version: 1,
            effective_time: Some(timestamp(at)),
            review_due_time: Some(timestamp(at + Duration::days(2_000))),
            ..PolicyPublished::default()
        };
        vec![
            self.one(school, at, Event::SchoolCreated(SchoolCreated { kind: "primary".into() })),
            self.one(school, at, Event::PolicyPublished(policy)),
        ]
    }

    /// A concern at some school, and what follows from it within two weeks.
    pub fn concern(&mut self, day: Date) -> Vec<Envelope> {
        let school = usize::try_from(self.below(self.schools.len() as u64)).unwrap_or_default();
        let minutes = Duration::minutes(i64::try_from(self.below(400)).unwrap_or_default());
        let at = day.midnight().assume_utc() + Duration::hours(8) + minutes;
        let origin = self.of_several(&["staff", "staff", "staff", "alert", "public"]);
        let outcome = self.of_several(&["new_case", "new_case", "new_case", "added_to_case", "no_further_action"]);
        let waited_s = i64::try_from(self.below(200_000)).unwrap_or_default();
        let triaged = at + Duration::seconds(waited_s);
        let opens = outcome == "new_case";
        let mut all = vec![
            self.one(school, at, Event::ConcernRecorded(ConcernRecorded { origin, not_safe: false })),
            self.one(school, triaged, Event::ConcernTriaged(ConcernTriaged { outcome, waited_s })),
        ];
        if !opens {
            return all;
        }
        let procedure = format!("P{}", self.below(13));
        let risk = self.of_several(&["content", "contact", "conduct", "commerce"]);
        let opened = CaseOpened { procedure: procedure.clone(), policy_version: 1, risks: vec![risk] };
        all.push(self.one(school, triaged, Event::CaseOpened(opened)));
        let told = self.below(10) > 0;
        let day_after = triaged + Duration::DAY;
        all.push(self.one(school, day_after, Event::ParentsDecided(ParentsDecided { told })));
        if self.below(4) == 0 {
            let agency = self.of_several(&["children", "police", "prevent"]);
            let known_s = waited_s + 3_600;
            let made = ReferralMade { agency: agency.clone(), opened_s: 3_600, known_s, ..ReferralMade::default() };
            all.push(self.one(school, triaged + Duration::HOUR, Event::ReferralMade(made)));
            let outcome = self.of_several(&["accepted", "no_further_action"]);
            let decided = ReferralDecided { agency, outcome };
            all.push(self.one(school, triaged + Duration::days(3), Event::ReferralDecided(decided)));
        }
        if self.below(8) > 0 {
            let outcome = self.of_several(&["resolved", "resolved", "agency_leads", "unfounded"]);
            let deviations = u32::try_from(self.below(12) / 10).unwrap_or_default();
            let groups =
                if self.below(3) == 0 { vec![self.of_several(&["send", "in_care", "eal"])] } else { Vec::new() };
            let closed = CaseClosed { procedure: procedure.clone(), outcome, open_s: 864_000, deviations, groups };
            all.push(self.one(school, triaged + Duration::days(10), Event::CaseClosed(closed)));
            if self.below(25) == 0 {
                let reopened = CaseReopened { procedure, closed_s: 86_400 };
                all.push(self.one(school, triaged + Duration::days(11), Event::CaseReopened(reopened)));
            }
        }
        all
    }

    /// What a school's feed counted up to an hour.
    pub fn feed(&mut self, school: usize, day: Date, hour: u8, received: u64) -> Result<Envelope> {
        let hour = day.with_time(Time::from_hms(hour, 0, 0)?).assume_utc();
        let noise = received / 3;
        let counted = FeedCounted {
            hour_time: Some(timestamp(hour)),
            received,
            kept: received - noise - 2,
            rejected: 2,
            noise,
            ..FeedCounted::default()
        };
        Ok(self.one(school, hour + Duration::HOUR, Event::FeedCounted(counted)))
    }
}

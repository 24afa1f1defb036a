//! What surrounds a visitor's page: their school, where they may go, whom to ring.

use chassis::desk::Desk;
use proto::access::v1::{Permission, Role};

use super::Visit;
use crate::console::directory::Place;
use crate::pages::{
    frame::{Frame, Item, Person},
    part::Link,
};

impl Visit {
    /// The frame of the page, with what was just done.
    pub(super) async fn framed(&self, query: &str) -> Frame {
        let Self { app, visitor, directory, .. } = self;
        let person = Person { name: visitor.display_name.clone(), csrf: visitor.csrf.clone() };
        let school =
            if self.school.is_empty() { String::new() } else { directory.school(app, visitor, &self.school).await };
        let roles = self.all_roles();
        let places = [Place::School, Place::Authority];
        let may_read_register = places.iter().any(|place| directory.may(&roles, Permission::TemplateRead, *place));
        let contacts = if may_read_register { directory.contacts(app, visitor).await } else { Vec::new() };
        let done = query.split('&').find_map(|pair| pair.strip_prefix("done=")).unwrap_or_default();
        let next = if done == "triaged" { crate::console::concern::next(self).await } else { None };
        Frame {
            school,
            person: Some(person),
            navigation: self.navigation(),
            switch: visitor.schools().len() > 1,
            contacts,
            notice: crate::console::notice::notice(done).to_owned(),
            next,
            ..self.frame.clone()
        }
    }

    fn all_roles(&self) -> Vec<Role> {
        let now = self.now();
        let schools = self.visitor.schools();
        let mut roles = self.visitor.at_authority(now);
        roles.extend(schools.iter().flat_map(|school| self.visitor.roles_at(school, now)));
        roles.sort_unstable();
        roles.dedup();
        roles
    }

    fn navigation(&self) -> Vec<Item> {
        let at = |path: &str| format!("/schools/{}{path}", self.school);
        let mut entries = Vec::new();
        let of_authority = self.visitor.at_authority(self.now());
        let desk = of_authority.iter().find_map(|role| Desk::of_role(*role));
        if let Some(desk) = desk {
            entries.push(("Desk", format!("/desks/{}", desk.name()), None));
        }
        if !of_authority.is_empty() && self.school.is_empty() {
            entries.push(("Sharing", "/sharing".to_owned(), Some(Permission::ShareOversee)));
        }
        if !of_authority.is_empty() {
            entries.extend([
                ("Home", "/authority".to_owned(), Some(Permission::ReportReadAuthority)),
                ("Schools", "/schools".to_owned(), Some(Permission::SchoolCreate)),
                ("Template", "/template".to_owned(), Some(Permission::TemplatePublish)),
            ]);
            if self.school.is_empty() {
                entries.push(("Senders", "/senders".to_owned(), Some(Permission::SenderManage)));
            }
        } else if !self.school.is_empty() {
            entries.push(("Home", at(""), None));
        }
        if !self.school.is_empty() {
            entries.extend([
                ("Cases", at("/cases"), Some(Permission::CaseRead)),
                ("Filtering", at("/filtering"), Some(Permission::RegisterRead)),
                ("Policy", at("/policy"), Some(Permission::PolicyRead)),
                ("Registers", at("/registers"), Some(Permission::RegisterRead)),
                ("Reports", at("/reports"), Some(Permission::ReportRead)),
            ]);
        }
        let shown = entries.into_iter().filter(|(_, _, needs)| needs.is_none_or(|needs| self.may(needs)));
        shown
            .map(|(text, href, _)| {
                let home = text == "Home" || href == "/schools";
                let below = |place: &str| self.path == place || self.path.starts_with(&format!("{place}/"));
                // What becomes a case, and what a case shares, is found under the cases.
                let also: &[&str] = match text {
                    "Cases" => &[
                        "/concerns",
                        "/adults",
                        "/learners",
                        "/devices",
                        "/due",
                        "/cover",
                        "/retention",
                        "/certificates",
                        "/invitations",
                        "/shared-incidents",
                        "/transfers",
                        "/waiting",
                        "/contact-matches",
                    ],
                    "Filtering" => &["/senders"],
                    "Registers" => &["/duties"],
                    "Reports" => &["/workload", "/self-review"],
                    _ => &[],
                };
                let authority: &[&str] = match text {
                    "Home" if self.school.is_empty() => &["/reviews", "/late-transfers", "/reports", "/authority"],
                    "Template" => &["/rollouts", "/adoptions", "/lessons"],
                    _ => &[],
                };
                let also = also.iter().any(|place| below(&at(place))) || authority.iter().any(|place| below(place));
                let active = self.path == href || also || (!home && below(&href));
                Item { link: Link::new(text, href), active }
            })
            .collect()
    }
}

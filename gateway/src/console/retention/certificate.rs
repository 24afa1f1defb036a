//! Certificates of records that were destroyed.

use axum::extract::{Path, Query};
use proto::{
    access::v1::Permission,
    incident_cases::v1::{Certificate, GetCertificateRequest, ListCertificatesRequest, ListCertificatesResponse},
};
use serde::Serialize;

use super::{CLASSES, RULES};
use crate::{
    console::{
        people::People,
        visit::{Answer, Visit, ask, heard},
    },
    pages::{
        Page,
        part::{From, Head, Link, Pager, Row},
        words::{self, Codes},
    },
};

/// What the tables hold, in words.
const TABLES: Codes = &[
    ("case_file", "Cases"),
    ("concern", "Concerns"),
    ("case_register", "Devices, searches and disclosures"),
    ("attachment", "Photos of notes"),
    ("case_print", "Records of prints"),
    ("break_glass", "Readings beyond somebody’s rights"),
    ("access_decision", "Decisions for subject access"),
    ("case_due", "Due dates"),
    ("case_grant", "Rights of access"),
    ("record_token", "Search tokens"),
    ("learner_record", "Links to learners"),
    ("public_receipt", "Receipts of the public report page"),
    ("retention", "Review dates"),
    ("record_key", "Keys"),
    ("once", "Kept answers"),
];

/// The list.
#[derive(Debug, Serialize)]
pub struct Certificates {
    head: Head,
    certificates: Vec<Line>,
    pager: Pager,
}

#[derive(Debug, Serialize)]
struct Line {
    link: Link,
    class: String,
    rule: String,
}

/// One certificate.
#[derive(Debug, Serialize)]
pub struct CertificatePage {
    head: Head,
    school: String,
    rows: Vec<Row>,
    counts: Vec<Row>,
    digests: Vec<String>,
}

#[cfg(test)]
fn sample() -> Certificate {
    let at = Some(prost_types::Timestamp { seconds: 1_795_510_800, nanos: 0 });
    Certificate {
        certificate_id: "crt_1".into(),
        class: "child".into(),
        rule_id: "RET-01".into(),
        review_year: 2041,
        kept_longer: true,
        asked_account_id: "acc_1".into(),
        ask_time: at,
        agreed_account_id: "acc_me".into(),
        destroy_time: at,
        rows: [("case_file".to_owned(), 1), ("record_key".to_owned(), 4), ("break_glass".to_owned(), 0)].into(),
        digests: vec!["ab".repeat(32), "cd".repeat(32)],
    }
}

impl Page for Certificates {
    const TEMPLATE: &'static str = "certificates.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let answer = ListCertificatesResponse { certificates: vec![sample()], next_page_token: "x".into() };
        let here = "/schools/sch_1/certificates";
        vec![Self::new(&answer, Vec::new(), here, ""), Self::new(&Default::default(), Vec::new(), here, "")]
    }
}

impl Certificates {
    fn new(answer: &ListCertificatesResponse, crumbs: Vec<Link>, here: &str, page_token: &str) -> Self {
        let line = |certificate: &Certificate| Line {
            link: Link::new(
                words::stamp(certificate.destroy_time.as_ref()).unwrap_or_default(),
                format!("{here}/{}", certificate.certificate_id),
            ),
            class: words::called(CLASSES, &certificate.class),
            rule: certificate.rule_id.clone(),
        };
        Self {
            head: Head::new("Certificates of records that were destroyed", crumbs),
            certificates: answer.certificates.iter().map(line).collect(),
            pager: Pager::new(here, &[], page_token, &answer.next_page_token),
        }
    }
}

impl Page for CertificatePage {
    const TEMPLATE: &'static str = "certificate.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let people = People::of(&[("acc_1", "Ms <Ali>")]);
        let bare = Certificate { kept_longer: false, digests: Vec::new(), ..sample() };
        [sample(), bare].map(|one| Self::new(&one, &people, "A school".into(), Vec::new())).into_iter().collect()
    }
}

impl CertificatePage {
    fn new(certificate: &Certificate, people: &People, school: String, crumbs: Vec<Link>) -> Self {
        let by = |account: &str, at: &Option<prost_types::Timestamp>| {
            let when = words::stamp(at.as_ref()).unwrap_or_default();
            format!("{} ({account})\n{when}", words::sentence(&people.name(account)))
        };
        let year = match certificate.kept_longer {
            true => format!("{}, after it was kept longer than the rule asks", certificate.review_year),
            false => certificate.review_year.to_string(),
        };
        let count = |(code, _): &(&'static str, &'static str)| {
            let rows = certificate.rows.get(*code).copied().filter(|rows| *rows > 0)?;
            Some(Row::new(words::called(TABLES, code), words::number(u64::try_from(rows).unwrap_or_default())))
        };
        Self {
            head: Head::new("Certificate of destruction", crumbs).of(certificate.certificate_id.clone()),
            school,
            rows: vec![
                Row::new("Kind of record", words::called(CLASSES, &certificate.class)),
                Row::new(
                    "Kept by",
                    format!("Rule {}\n{}", certificate.rule_id, words::called(RULES, &certificate.rule_id)),
                ),
                Row::new("Review due in", year),
                Row::new("Asked by", by(&certificate.asked_account_id, &certificate.ask_time)),
                Row::new("Agreed by", by(&certificate.agreed_account_id, &certificate.destroy_time)),
            ],
            counts: TABLES.iter().filter_map(count).collect(),
            digests: certificate.digests.clone(),
        }
    }
}

/// Lists them.
pub async fn list(visit: Visit, Query(from): Query<From>) -> Answer {
    visit.needs(Permission::CaseRead)?;
    let asked =
        ListCertificatesRequest { school_id: visit.school.clone(), page_size: 50, page_token: from.page_token.clone() };
    let answer = heard(visit.cases()?.list_certificates(ask(asked))).await?;
    let crumbs = visit.crumbs(&[("Cases", visit.at("/cases")), ("How long records are kept", visit.at("/retention"))]);
    visit.page(&Certificates::new(&answer, crumbs, &visit.at("/certificates"), &from.page_token))
}

/// Shows one.
pub async fn show(visit: Visit, Path((_, certificate_id)): Path<(String, String)>) -> Answer {
    visit.needs(Permission::CaseRead)?;
    let asked = GetCertificateRequest { school_id: visit.school.clone(), certificate_id };
    let certificate = heard(visit.cases()?.get_certificate(ask(asked))).await?.certificate.unwrap_or_default();
    let both = [certificate.asked_account_id.as_str(), certificate.agreed_account_id.as_str()];
    let people = visit.people(both).await;
    let school = visit.directory.school(&visit.app, &visit.visitor, &visit.school).await;
    let crumbs = visit.crumbs(&[("Cases", visit.at("/cases")), ("Certificates", visit.at("/certificates"))]);
    visit.page(&CertificatePage::new(&certificate, &people, school, crumbs))
}

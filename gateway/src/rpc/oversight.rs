//! The Oversight service: what each service answers the caller, put together. What one of them cannot answer just now is left out and
//! said to be.

use std::collections::{BTreeMap, BTreeSet};

use chassis::{
    caller::{Caller, Scope},
    clock::timestamp,
    desk::Desk,
    error::{Error, Result},
    history::Act,
    serve::{MAX_MESSAGE, answer},
    upstream::{Upstream, request as ask},
};
use proto::{
    access::v1::{
        ListSchoolsByNeedRequest, ListSchoolsByNeedResponse, ListUnheldAlertsRequest, ListUnheldAlertsResponse,
        UnheldAlert, oversight_server::Oversight,
    },
    incident_cases::v1::{
        LateTransfers, ListLateTransfersRequest, ListUncoveredRequest, SchoolReaders, UncoveredSchool,
        incident_cases_client::IncidentCasesClient,
    },
    policy_registry::v1::{
        Adoption, ListAdoptionsRequest, ListSchoolsRequest, School, policy_registry_client::PolicyRegistryClient,
    },
    reporting::v1::{ListStandingsRequest, ListStandingsResponse, reporting_client::ReportingClient},
};
use tonic::{Request, Response, Status};

use super::Schools;
use crate::{
    door::Door,
    need::{Known, by_need, kinds},
    store::{self, account::Leading},
};

/// How many are asked for at a time.
const PAGE: i32 = 1_000;

/// Answers which schools need help.
#[derive(Clone)]
pub struct OversightService {
    /// The door, whose accounts hold the roles.
    pub door: Door,
    /// The ways to the services.
    pub schools: Schools,
}

#[tonic::async_trait]
impl Oversight for OversightService {
    async fn list_schools_by_need(
        &self,
        r: Request<ListSchoolsByNeedRequest>,
    ) -> Result<Response<ListSchoolsByNeedResponse>, Status> {
        answer(self.door.store(), r, |r| list_schools_by_need(self, r)).await
    }

    async fn list_unheld_alerts(
        &self,
        r: Request<ListUnheldAlertsRequest>,
    ) -> Result<Response<ListUnheldAlertsResponse>, Status> {
        answer(self.door.store(), r, |r| list_unheld_alerts(&self.door, r)).await
    }
}

async fn list_unheld_alerts(
    door: &Door,
    request: Request<ListUnheldAlertsRequest>,
) -> Result<ListUnheldAlertsResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at_desk(&request.desk)?;
    // Whom schools talk to about adults: no other desk has anything to do there, and the officer reads it among the needs.
    if scope.desk() != Some(Desk::Lado) {
        return Err(Error::missing());
    }
    // They are no desk's rows: the gateway itself reads them.
    let mut tx = door.store().begin(&Scope::system(door.store().name())).await?;
    let unheld = store::chair_alert::unheld(&tx).await?;
    tx.silent();
    tx.commit().await?;
    let one = |(school_id, unheld): (String, store::chair_alert::Unheld)| UnheldAlert {
        school_id,
        since_time: Some(timestamp(unheld.since)),
        overdue: unheld.overdue,
    };
    let schools: Vec<UnheldAlert> = unheld.into_iter().map(one).collect();
    let mut tx = door.store().begin(&scope).await?;
    tx.record(Act::new("unheld_alerts.listed", request.desk).detail("count", schools.len()));
    tx.commit().await?;
    Ok(ListUnheldAlertsResponse { schools })
}

async fn list_schools_by_need(
    service: &OversightService,
    request: Request<ListSchoolsByNeedRequest>,
) -> Result<ListSchoolsByNeedResponse> {
    let (caller, _) = Caller::split(request)?;
    let scope = caller.at_authority()?;
    let mut tx = service.door.store().begin(&scope).await?;
    let (now, leading) = (tx.now(), store::account::leading(&tx).await?);
    let unheld = store::chair_alert::unheld(&tx).await?;
    let unheld = unheld.into_iter().map(|(school, unheld)| (school, unheld.overdue)).collect();
    tx.record(Act::new("schools.by_need", scope.account_text()));
    tx.commit().await?;
    let asked = Asked { service, caller: &caller };
    let (schools, standings, adoptions, behind, late, uncovered) = tokio::join!(
        asked.schools(),
        asked.standings(),
        asked.adoptions(""),
        asked.adoptions("behind"),
        asked.late(),
        asked.uncovered(&leading)
    );
    let standings = known(standings);
    let figures_as_of_time = standings.as_ref().and_then(|told| told.figures_as_of_time);
    let known = Known {
        roles: leading.into_iter().map(|(school, leading)| (school, leading.roles)).collect(),
        unheld,
        standings: standings.map(|told| told.standings),
        adoptions: known(adoptions),
        behind: known(behind).map(|all| all.into_iter().map(|one| one.school_id).collect::<BTreeSet<_>>()),
        late: known(late),
        uncovered: known(uncovered),
    };
    Ok(ListSchoolsByNeedResponse {
        schools: by_need(&schools?, &known, now),
        kinds: kinds().to_vec(),
        unknown: known.unknown(),
        figures_as_of_time,
    })
}

/// What a service answered; nothing where it could not.
fn known<T>(answered: Result<T>) -> Option<T> {
    answered.inspect_err(|error| tracing::info!(%error, "why schools need help is known in part just now")).ok()
}

/// The services, asked in the caller's name.
struct Asked<'a> {
    service: &'a OversightService,
    caller: &'a Caller,
}

impl Asked<'_> {
    fn way(&self, name: &str) -> Result<Upstream> {
        let Schools { upstreams, signer } = &self.service.schools;
        upstreams.to(name)?.with_token(&signer.passed_on(name, self.caller))
    }

    fn registry(&self) -> Result<PolicyRegistryClient<Upstream>> {
        Ok(PolicyRegistryClient::new(self.way("policy-registry")?).max_decoding_message_size(MAX_MESSAGE))
    }

    fn reporting(&self) -> Result<ReportingClient<Upstream>> {
        Ok(ReportingClient::new(self.way("reporting")?).max_decoding_message_size(MAX_MESSAGE))
    }

    async fn schools(&self) -> Result<Vec<School>> {
        let (mut all, mut page_token) = (Vec::new(), String::new());
        loop {
            let asked = ListSchoolsRequest { page_size: PAGE, page_token, ..Default::default() };
            let page =
                self.registry()?.list_schools(ask(asked)).await.map_err(|s| Error::from_status(&s))?.into_inner();
            all.extend(page.schools);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return Ok(all);
            }
        }
    }

    async fn adoptions(&self, filter: &str) -> Result<Vec<Adoption>> {
        let (mut all, mut page_token) = (Vec::new(), String::new());
        loop {
            let asked = ListAdoptionsRequest { page_size: PAGE, page_token, filter: filter.to_owned() };
            let page = self.registry()?.list_adoptions(ask(asked)).await;
            let page = page.map_err(|s| Error::from_status(&s))?.into_inner();
            all.extend(page.adoptions);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return Ok(all);
            }
        }
    }

    async fn standings(&self) -> Result<ListStandingsResponse> {
        let answer = self.reporting()?.list_standings(ask(ListStandingsRequest {})).await;
        Ok(answer.map_err(|s| Error::from_status(&s))?.into_inner())
    }

    async fn uncovered(&self, leading: &BTreeMap<String, Leading>) -> Result<Vec<UncoveredSchool>> {
        let cases = IncidentCasesClient::new(self.way("incident-cases")?);
        let mut cases = cases.max_decoding_message_size(MAX_MESSAGE);
        let readers = |(school_id, leading): (&String, &Leading)| SchoolReaders {
            school_id: school_id.clone(),
            account_ids: leading.account_ids.clone(),
        };
        let asked = ListUncoveredRequest { schools: leading.iter().map(readers).collect() };
        let answer = cases.list_uncovered(ask(asked)).await;
        Ok(answer.map_err(|s| Error::from_status(&s))?.into_inner().schools)
    }

    async fn late(&self) -> Result<Vec<LateTransfers>> {
        let cases = IncidentCasesClient::new(self.way("incident-cases")?);
        let mut cases = cases.max_decoding_message_size(MAX_MESSAGE);
        let answer = cases.list_late_transfers(ask(ListLateTransfersRequest {})).await;
        Ok(answer.map_err(|s| Error::from_status(&s))?.into_inner().schools)
    }
}

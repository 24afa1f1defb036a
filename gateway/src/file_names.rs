//! What a report as a file calls its school and the head who signed it: what the register of schools and the accounts say, whatever a
//! program sends. A name of the reader's own would stand beside the digest of what somebody else signed.

use bytes::Bytes;
use chassis::{
    caller::Scope,
    error::Result,
    upstream::{Upstream, request},
};
use prost::Message as _;
use proto::{
    contract::Rpc,
    policy_registry::v1::{GetSchoolRequest, policy_registry_client::PolicyRegistryClient},
    reporting::v1::{
        ExportReportRequest, ExportSelfReviewRequest, GetReportVersionRequest, reporting_client::ReportingClient,
    },
};

use crate::{
    app::{App, SignedIn},
    store,
};

/// The service whose rpcs write files.
const REPORTING: &str = "/hedgerow.reporting.v1.Reporting/";
/// Its rpcs whose files call somebody by name.
const FILES: [&str; 2] = ["ExportReport", "ExportSelfReview"];

/// Whether the file of an rpc calls somebody by name.
pub fn named_in(rpc: &Rpc) -> bool {
    rpc.path.strip_prefix(REPORTING).is_some_and(|name| FILES.contains(&name))
}

/// Where names are asked for, in the name of whoever wants the file.
pub struct Names {
    reporting: Upstream,
    registry: Upstream,
}

impl Names {
    /// The ways there.
    ///
    /// # Errors
    /// `Unavailable` where a service is not configured.
    pub fn new(app: &App, who: &SignedIn, request_id: &str) -> Result<Self> {
        let reporting = app.in_name_of(who, "reporting", request_id)?;
        Ok(Self { reporting, registry: app.in_name_of(who, "policy-registry", request_id)? })
    }

    /// A call for a file as it goes on: with the names that are true, and with none where they are not told to whoever asks.
    ///
    /// # Errors
    /// Where the accounts cannot be read.
    pub async fn fill(&self, app: &App, rpc: &Rpc, message: Bytes) -> Result<Bytes> {
        // What cannot be read its service refuses.
        match rpc.path.strip_prefix(REPORTING) {
            Some("ExportReport") => {
                let Ok(mut asked) = ExportReportRequest::decode(message.clone()) else { return Ok(message) };
                asked.school_name = self.school(&asked.school_id).await;
                asked.signer_name = self.signer(app, &asked).await?;
                Ok(asked.encode_to_vec().into())
            }
            Some("ExportSelfReview") => {
                let Ok(mut asked) = ExportSelfReviewRequest::decode(message.clone()) else { return Ok(message) };
                asked.school_name = self.school(&asked.school_id).await;
                Ok(asked.encode_to_vec().into())
            }
            _ => Ok(message),
        }
    }

    /// What a school is called.
    async fn school(&self, school_id: &str) -> String {
        let asked = GetSchoolRequest { school_id: school_id.to_owned() };
        let answer = PolicyRegistryClient::new(self.registry.clone()).get_school(request(asked)).await;
        answer.ok().and_then(|answer| answer.into_inner().school).map(|school| school.name).unwrap_or_default()
    }

    /// What the account is called that signed a version; nothing of a draft.
    async fn signer(&self, app: &App, asked: &ExportReportRequest) -> Result<String> {
        if asked.version == 0 {
            return Ok(String::new());
        }
        let ExportReportRequest { school_id, term_id, version, .. } = asked.clone();
        let wanted = GetReportVersionRequest { school_id, term_id, version };
        let client = ReportingClient::new(self.reporting.clone());
        let mut client = client.max_decoding_message_size(chassis::serve::MAX_MESSAGE);
        let answer = client.get_report_version(request(wanted)).await;
        let signed = answer.ok().and_then(|answer| answer.into_inner().version).unwrap_or_default();
        let mut tx = app.door().store().begin(&Scope::system("gateway")).await?;
        tx.silent();
        let by = signed.signed_by_account_id.as_str();
        let name = store::account::names(&tx, &[by]).await?.remove(by);
        tx.commit().await?;
        Ok(name.unwrap_or_default())
    }
}

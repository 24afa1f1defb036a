//! The Notices service: one line per rpc.

mod confirm_notice_address;
mod convert;
mod create_webhook;
mod delete_webhook;
mod get_notice_settings;
mod list_notice_failures;
mod list_webhook_attempts;
mod list_webhooks;
mod replay_webhook_attempt;
mod rotate_webhook_secret;
mod send_test_webhook;
mod set_notice_address;
mod set_notice_choices;
mod stop_notices;
mod update_webhook;

use chassis::{
    caller::{Caller, Scope},
    error::{Error, Result},
    serve::answer,
};
use proto::access::v1::{
    ConfirmNoticeAddressRequest, ConfirmNoticeAddressResponse, CreateWebhookRequest, CreateWebhookResponse,
    DeleteWebhookRequest, DeleteWebhookResponse, GetNoticeSettingsRequest, GetNoticeSettingsResponse,
    ListNoticeFailuresRequest, ListNoticeFailuresResponse, ListWebhookAttemptsRequest, ListWebhookAttemptsResponse,
    ListWebhooksRequest, ListWebhooksResponse, ReplayWebhookAttemptRequest, ReplayWebhookAttemptResponse,
    RotateWebhookSecretRequest, RotateWebhookSecretResponse, SendTestWebhookRequest, SendTestWebhookResponse,
    SetNoticeAddressRequest, SetNoticeAddressResponse, SetNoticeChoicesRequest, SetNoticeChoicesResponse,
    StopNoticesRequest, StopNoticesResponse, UpdateWebhookRequest, UpdateWebhookResponse, notices_server::Notices,
};
use tonic::{Request, Response, Status};
use url::Url;

use super::Schools;
use crate::{
    config::Console,
    door::Door,
    webhooks::{address, client::Client},
};

/// Answers for notices and webhooks.
#[derive(Clone)]
pub struct NoticesService {
    /// The door, whose accounts they are to.
    pub door: Door,
    /// Where it asks what schools are called.
    pub schools: Schools,
    /// Sees where a webhook's address leads.
    pub client: Client,
    /// Whether mail is sent from here.
    pub mail: bool,
    /// Whether webhooks may lead to this very machine.
    pub loopback: bool,
    /// What links begin with.
    pub address: String,
}

impl NoticesService {
    /// The service of an installation.
    pub fn new(door: Door, schools: Schools, client: Client, config: &Console) -> Self {
        let (mail, loopback) = (config.smtp.on(), config.webhooks.allow_loopback);
        Self { door, schools, client, mail, loopback, address: config.address.clone() }
    }

    /// Sees whether a webhook's address leads where nothing is sent. One that leads nowhere yet may do so later.
    async fn reaches_out(&self, url: &Url) -> Result<()> {
        match self.client.resolve(url).await {
            Err("refused_address") => Err(Error::invalid("url", address::FIX)),
            Ok(_) | Err(_) => Ok(()),
        }
    }
}

/// What a caller may reach of webhooks at a school, or at the authority where none is named.
fn place(caller: &Caller, school_id: &str) -> Result<Scope> {
    if school_id.is_empty() { caller.at_authority() } else { caller.at(school_id) }
}

#[tonic::async_trait]
impl Notices for NoticesService {
    async fn get_notice_settings(
        &self,
        r: Request<GetNoticeSettingsRequest>,
    ) -> Result<Response<GetNoticeSettingsResponse>, Status> {
        answer(self.door.store(), r, |r| get_notice_settings::get_notice_settings(self, r)).await
    }

    async fn set_notice_address(
        &self,
        r: Request<SetNoticeAddressRequest>,
    ) -> Result<Response<SetNoticeAddressResponse>, Status> {
        answer(self.door.store(), r, |r| set_notice_address::set_notice_address(self, r)).await
    }

    async fn confirm_notice_address(
        &self,
        r: Request<ConfirmNoticeAddressRequest>,
    ) -> Result<Response<ConfirmNoticeAddressResponse>, Status> {
        answer(self.door.store(), r, |r| confirm_notice_address::confirm_notice_address(self, r)).await
    }

    async fn set_notice_choices(
        &self,
        r: Request<SetNoticeChoicesRequest>,
    ) -> Result<Response<SetNoticeChoicesResponse>, Status> {
        answer(self.door.store(), r, |r| set_notice_choices::set_notice_choices(self, r)).await
    }

    async fn stop_notices(&self, r: Request<StopNoticesRequest>) -> Result<Response<StopNoticesResponse>, Status> {
        answer(self.door.store(), r, |r| stop_notices::stop_notices(self, r)).await
    }

    async fn list_notice_failures(
        &self,
        r: Request<ListNoticeFailuresRequest>,
    ) -> Result<Response<ListNoticeFailuresResponse>, Status> {
        answer(self.door.store(), r, |r| list_notice_failures::list_notice_failures(self, r)).await
    }

    async fn create_webhook(
        &self,
        r: Request<CreateWebhookRequest>,
    ) -> Result<Response<CreateWebhookResponse>, Status> {
        answer(self.door.store(), r, |r| create_webhook::create_webhook(self, r)).await
    }

    async fn list_webhooks(&self, r: Request<ListWebhooksRequest>) -> Result<Response<ListWebhooksResponse>, Status> {
        answer(self.door.store(), r, |r| list_webhooks::list_webhooks(self, r)).await
    }

    async fn update_webhook(
        &self,
        r: Request<UpdateWebhookRequest>,
    ) -> Result<Response<UpdateWebhookResponse>, Status> {
        answer(self.door.store(), r, |r| update_webhook::update_webhook(self, r)).await
    }

    async fn delete_webhook(
        &self,
        r: Request<DeleteWebhookRequest>,
    ) -> Result<Response<DeleteWebhookResponse>, Status> {
        answer(self.door.store(), r, |r| delete_webhook::delete_webhook(self, r)).await
    }

    async fn rotate_webhook_secret(
        &self,
        r: Request<RotateWebhookSecretRequest>,
    ) -> Result<Response<RotateWebhookSecretResponse>, Status> {
        answer(self.door.store(), r, |r| rotate_webhook_secret::rotate_webhook_secret(self, r)).await
    }

    async fn send_test_webhook(
        &self,
        r: Request<SendTestWebhookRequest>,
    ) -> Result<Response<SendTestWebhookResponse>, Status> {
        answer(self.door.store(), r, |r| send_test_webhook::send_test_webhook(self, r)).await
    }

    async fn list_webhook_attempts(
        &self,
        r: Request<ListWebhookAttemptsRequest>,
    ) -> Result<Response<ListWebhookAttemptsResponse>, Status> {
        answer(self.door.store(), r, |r| list_webhook_attempts::list_webhook_attempts(self, r)).await
    }

    async fn replay_webhook_attempt(
        &self,
        r: Request<ReplayWebhookAttemptRequest>,
    ) -> Result<Response<ReplayWebhookAttemptResponse>, Status> {
        answer(self.door.store(), r, |r| replay_webhook_attempt::replay_webhook_attempt(self, r)).await
    }
}

//! The Accounts service, one line per rpc; Notices is in `notices`, Oversight in `oversight`.

mod convert;
mod create_account;
mod get_self;
mod list_accounts;
mod list_colleagues;
mod list_desk_colleagues;
mod notices;
mod oversight;
mod schools;
mod sign_in;
mod sign_out;

use chassis::serve::answer;
use proto::access::v1::{
    CreateAccountRequest, CreateAccountResponse, GetSelfRequest, GetSelfResponse, ListAccountsRequest,
    ListAccountsResponse, ListColleaguesRequest, ListColleaguesResponse, ListDeskColleaguesRequest,
    ListDeskColleaguesResponse, SignInRequest, SignInResponse, SignOutRequest, SignOutResponse,
    accounts_server::Accounts,
};
use tonic::{Request, Response, Status};

use crate::door::Door;
pub use notices::NoticesService;
pub use oversight::OversightService;
pub use schools::Schools;

/// Answers for accounts, behind the door.
#[derive(Clone)]
pub struct AccountsService {
    /// The door.
    pub door: Door,
    /// Where it asks which schools there are.
    pub schools: Schools,
}

#[tonic::async_trait]
impl Accounts for AccountsService {
    async fn create_account(
        &self,
        r: Request<CreateAccountRequest>,
    ) -> Result<Response<CreateAccountResponse>, Status> {
        answer(self.door.store(), r, |r| create_account::create_account(self, r)).await
    }

    async fn get_self(&self, r: Request<GetSelfRequest>) -> Result<Response<GetSelfResponse>, Status> {
        answer(self.door.store(), r, |r| get_self::get_self(&self.door, r)).await
    }

    async fn list_accounts(&self, r: Request<ListAccountsRequest>) -> Result<Response<ListAccountsResponse>, Status> {
        answer(self.door.store(), r, |r| list_accounts::list_accounts(&self.door, r)).await
    }

    async fn list_desk_colleagues(
        &self,
        r: Request<ListDeskColleaguesRequest>,
    ) -> Result<Response<ListDeskColleaguesResponse>, Status> {
        answer(self.door.store(), r, |r| list_desk_colleagues::list_desk_colleagues(&self.door, r)).await
    }

    async fn list_colleagues(
        &self,
        r: Request<ListColleaguesRequest>,
    ) -> Result<Response<ListColleaguesResponse>, Status> {
        answer(self.door.store(), r, |r| list_colleagues::list_colleagues(&self.door, r)).await
    }

    async fn sign_in(&self, r: Request<SignInRequest>) -> Result<Response<SignInResponse>, Status> {
        answer(self.door.store(), r, |r| sign_in::sign_in(&self.door, r)).await
    }

    async fn sign_out(&self, r: Request<SignOutRequest>) -> Result<Response<SignOutResponse>, Status> {
        answer(self.door.store(), r, |r| sign_out::sign_out(&self.door, r)).await
    }
}

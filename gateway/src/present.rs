//! Who holds a role at a school now, told to the cases by every door: they know no accounts, and a record is kept until the adult
//! whom it is about has left.

use bytes::Bytes;
use chassis::error::Result;
use prost::Message as _;
use proto::incident_cases::v1::{
    AnswerDestructionRequest, AskDestructionRequest, GetRetentionRequest, ListRetentionRequest,
    SetRetentionBasisRequest,
};

use crate::{adult::colleagues, app::App};

/// The rpcs by which it matters.
const RPCS: [&str; 5] = ["AnswerDestruction", "AskDestruction", "GetRetention", "ListRetention", "SetRetentionBasis"];

/// Whether it matters to an rpc of the cases.
pub fn matters(name: &str) -> bool {
    RPCS.contains(&name)
}

/// A call with the accounts that hold a role at its school now. What cannot be read its service refuses.
///
/// # Errors
/// Where the accounts cannot be read.
pub async fn told(app: &App, name: &str, message: Bytes) -> Result<Bytes> {
    macro_rules! fill {
        ($request:ty) => {{
            let Ok(mut asked) = <$request>::decode(message.clone()) else { return Ok(message) };
            asked.present_account_ids = present(app, &asked.school_id).await?;
            Ok(asked.encode_to_vec().into())
        }};
    }
    match name {
        "AnswerDestruction" => fill!(AnswerDestructionRequest),
        "AskDestruction" => fill!(AskDestructionRequest),
        "GetRetention" => fill!(GetRetentionRequest),
        "ListRetention" => fill!(ListRetentionRequest),
        "SetRetentionBasis" => fill!(SetRetentionBasisRequest),
        _ => Ok(message),
    }
}

/// The accounts that hold a role at a school now.
///
/// # Errors
/// Where the accounts cannot be read.
pub async fn present(app: &App, school_id: &str) -> Result<Vec<String>> {
    Ok(colleagues(app, school_id).await?.into_iter().map(|known| known.account_id).collect())
}

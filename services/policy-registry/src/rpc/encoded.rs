//! The one rpc whose answer is kept encoded: it goes onto the wire as it is. Its route stands before that of the service
//! as a whole, behind the same wall.

use axum::{Router, extract, routing::post};
use bytes::{BufMut as _, Bytes};
use chassis::serve::{MAX_MESSAGE, answer};
use proto::policy_registry::v1::GetEffectivePolicyRequest;
use tonic::{
    Request, Status,
    codec::{Codec, EncodeBuf, Encoder},
    server::Grpc,
};
use tonic_prost::ProstDecoder;

use super::get_effective_policy::encoded;
use crate::App;

const PATH: &str = "/hedgerow.policy_registry.v1.PolicyRegistry/GetEffectivePolicy";

/// The service's routes with the one before them.
pub(crate) fn before(routes: Router, app: App) -> Router {
    let handler = move |request: extract::Request| {
        let app = app.clone();
        async move {
            let rpc = tower::service_fn(move |request: Request<GetEffectivePolicyRequest>| {
                let app = app.clone();
                async move { answer(&app.store, request, |request| encoded(&app, request)).await }
            });
            let mut grpc =
                Grpc::new(Kept).max_decoding_message_size(MAX_MESSAGE).max_encoding_message_size(MAX_MESSAGE);
            grpc.unary(rpc, request).await
        }
    };
    routes.route(PATH, post(handler))
}

/// Reads a request as every rpc does, and writes an answer that is encoded already.
struct Kept;

impl Codec for Kept {
    type Encode = Bytes;
    type Decode = GetEffectivePolicyRequest;
    type Encoder = AsItIs;
    type Decoder = ProstDecoder<GetEffectivePolicyRequest>;

    fn encoder(&mut self) -> AsItIs {
        AsItIs
    }

    fn decoder(&mut self) -> Self::Decoder {
        ProstDecoder::default()
    }
}

struct AsItIs;

impl Encoder for AsItIs {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, answer: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.reserve(answer.len());
        buffer.put(answer);
        Ok(())
    }
}

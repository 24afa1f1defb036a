//! Calls any rpc by its descriptor: JSON in, JSON out, gRPC between.

use chassis::error::{Error, Result};
use prost::{Message as _, bytes::Buf as _};
use prost_reflect::{DynamicMessage, MessageDescriptor};
use proto::contract::{self, Rpc};
use tonic::{
    Status,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
};

/// Finds an rpc by its name (`CloseCase`), or by service and name (`IncidentCases/CloseCase`).
///
/// # Errors
/// `Invalid` where there is none, or more than one.
pub fn find(name: &str) -> Result<&'static Rpc> {
    let mut found = contract::rpcs().iter().filter(|rpc| {
        rpc.path.ends_with(name) && {
            let before = rpc.path.len() - name.len();
            before > 0 && matches!(rpc.path.as_bytes()[before - 1], b'/' | b'.')
        }
    });
    match (found.next(), found.next()) {
        (Some(rpc), None) => Ok(rpc),
        (None, _) => {
            Err(Error::invalid("method", format!("There is no rpc {name}; `hedgerow call --list` lists them")))
        }
        (Some(_), Some(_)) => Err(Error::invalid("method", format!("{name} is not the only one: add its service"))),
    }
}

/// Gives a request its id, where the rpc takes one and the request has none.
pub fn identify(rpc: &Rpc, request: &mut serde_json::Value) {
    let wanted = rpc.descriptor.input().get_field_by_name("request_id").is_some();
    let Some(fields) = request.as_object_mut().filter(|_| wanted) else { return };
    if !fields.contains_key("requestId") && !fields.contains_key("request_id") {
        fields.insert("requestId".into(), crate::client::request_id().into());
    }
}

/// Calls an rpc with a JSON request and answers its JSON response.
///
/// # Errors
/// `Invalid` where the JSON does not fit the request; else the service's refusal.
pub async fn call<T>(transport: T, rpc: &'static Rpc, json: &str) -> Result<serde_json::Value>
where
    T: tonic::client::GrpcService<tonic::body::Body>,
    T::ResponseBody: http_body::Body<Data = prost::bytes::Bytes> + Send + 'static,
    <T::ResponseBody as http_body::Body>::Error: Into<Box<dyn std::error::Error + Send + Sync>> + Send,
    T::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let mut reader = serde_json::Deserializer::from_str(json);
    let message = DynamicMessage::deserialize(rpc.descriptor.input(), &mut reader)
        .and_then(|message| reader.end().map(|()| message))
        .map_err(|e| Error::invalid("json", e.to_string()))?;
    let mut client = tonic::client::Grpc::new(transport);
    client.ready().await.map_err(|e| Error::unavailable("the gateway cannot be reached").because(e.into()))?;
    let path = http::uri::PathAndQuery::from_static(rpc.path.as_str());
    let response = client
        .unary(chassis::upstream::request(message), path, Dynamic(rpc.descriptor.output()))
        .await
        .map_err(|status| Error::from_status(&status))?;
    Ok(serde_json::to_value(response.into_inner())?)
}

/// Encodes and decodes messages known by their descriptor alone.
#[derive(Clone)]
struct Dynamic(MessageDescriptor);

impl Codec for Dynamic {
    type Encode = DynamicMessage;
    type Decode = DynamicMessage;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        self.clone()
    }

    fn decoder(&mut self) -> Self {
        self.clone()
    }
}

impl Encoder for Dynamic {
    type Item = DynamicMessage;
    type Error = Status;

    fn encode(&mut self, item: DynamicMessage, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        item.encode(buffer).map_err(|e| Status::internal(e.to_string()))
    }
}

impl Decoder for Dynamic {
    type Item = DynamicMessage;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<DynamicMessage>, Status> {
        let bytes = buffer.copy_to_bytes(buffer.remaining());
        DynamicMessage::decode(self.0.clone(), bytes).map(Some).map_err(|e| Status::internal(e.to_string()))
    }
}

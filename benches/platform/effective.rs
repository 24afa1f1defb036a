//! What is in force, asked of the registry over gRPC: from an answer it keeps, and made anew because something was
//! written in between.

use std::time::Instant;

use chassis::{
    serve::{Ending, serve},
    testing::{self, Bed, Engine},
};
use http::uri::PathAndQuery;
use prost::Message as _;
use prost::bytes::{Buf as _, BufMut as _, Bytes};
use proto::{
    access::v1::Role,
    policy_registry::v1::{GetEffectivePolicyRequest, policy_registry_client::PolicyRegistryClient},
};
use sea_orm::ConnectionTrait as _;
use tonic::{
    Status,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
};

use crate::{
    Result,
    figures::Samples,
    opening::{connect, file},
    school,
};

/// Askings measured from what is kept.
const WARM: usize = 5_000;
/// Askings that find what is kept overtaken.
const ANEW: usize = 300;
/// Askings before those, so that connections and code are there.
const BEFORE: usize = 200;

const PATH: &str = "/hedgerow.policy_registry.v1.PolicyRegistry/GetEffectivePolicy";

/// Carries messages that stay encoded.
#[derive(Debug, Clone, Copy, Default)]
struct Frames;

impl Codec for Frames {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Frames {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, buffer: &mut EncodeBuf<'_>) -> std::result::Result<(), Status> {
        buffer.put(item);
        Ok(())
    }
}

impl Decoder for Frames {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> std::result::Result<Option<Bytes>, Status> {
        let length = buffer.remaining();
        Ok(Some(buffer.copy_to_bytes(length)))
    }
}

/// Prints what it takes on an engine: by a socket, as another service asks, and within one process.
pub async fn measure(engine: Engine) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut bed = Bed::new(engine)?;
    let mut setup = bed.setup("policy-registry").await?;
    if engine == Engine::Sqlite {
        setup.database = file(&folder, "registry");
    }
    let url = setup.database.url.clone();
    let running = policy_registry::start(setup).await?;
    bed.add(&running);
    let (school_id, dsl) = school::in_force(&bed).await?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    let (_ending, shutdown) = Ending::new();
    tokio::spawn(serve(listener, running.router().await, shutdown));
    bed.upstreams.add_there("policy-registry", &address)?;
    let by_socket = bed.person(&[(Role::Dsl, &school_id)]);

    let request = || GetEffectivePolicyRequest { school_id: school_id.clone(), ..Default::default() };
    let other = match engine {
        Engine::Sqlite => connect(&url).await?,
        Engine::Postgres => {
            let name = url.rsplit('/').next().unwrap_or_default();
            connect(&format!("{}/{name}", testing::server("POSTGRES")?)).await?
        }
    };
    for (way, person) in [("over a socket", &by_socket), ("within the process", &dsl)] {
        let mut client = PolicyRegistryClient::new(person.to("policy-registry")?);
        let mut plain = tonic::client::Grpc::new(person.to("policy-registry")?);
        for _ in 0..BEFORE {
            client.get_effective_policy(request()).await?;
        }
        let (mut kept, mut anew, mut size) = (Samples::default(), Samples::default(), 0);
        // What the service takes: until the whole answer is there, which its reader has still to take apart.
        let (message, mut there) = (Bytes::from(request().encode_to_vec()), Samples::default());
        for _ in 0..WARM {
            let asked = chassis::upstream::request(message.clone());
            let begun = Instant::now();
            plain.ready().await?;
            plain.unary(asked, PathAndQuery::from_static(PATH), Frames).await?;
            there.push(begun.elapsed());
        }
        for _ in 0..WARM {
            let begun = Instant::now();
            let answer = client.get_effective_policy(request()).await?;
            kept.push(begun.elapsed());
            size = answer.into_inner().encoded_len();
        }
        for nth in 0..ANEW {
            other.execute_unprepared(&format!("UPDATE policy_mark SET mark = '{way} {nth}'")).await?;
            let begun = Instant::now();
            client.get_effective_policy(request()).await?;
            anew.push(begun.elapsed());
        }
        let ratio = anew.at(50).as_secs_f64() / kept.at(50).as_secs_f64();
        println!("{engine:?}: what is in force, {way}, {size} bytes, kept (p99 under 1 ms): {}", there.line());
        println!("{engine:?}: what is in force, {way}, kept, and taken apart by who asked: {}", kept.line());
        println!("{engine:?}: what is in force, {way}, made anew: {}; ratio of medians {ratio:.1}", anew.line());
    }
    other.close().await?;
    Ok(())
}

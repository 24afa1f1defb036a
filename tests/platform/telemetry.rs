//! One variable turns traces on, and a trace follows an act from the gateway through the service and the bus to its consumer.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use opentelemetry_proto::tonic::{
    collector::trace::v1::{
        ExportTraceServiceRequest, ExportTraceServiceResponse,
        trace_service_server::{TraceService, TraceServiceServer},
    },
    common::v1::any_value::Value,
    trace::v1::ResourceSpans,
};
use serde_json::json;
use tonic::{Request, Response, Status};

use crate::installation::{Installation, Redis, spare_address, text};

/// Takes in what processes send, as a collector does.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<ResourceSpans>>>);

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        self.0.lock().unwrap().extend(request.into_inner().resource_spans);
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

impl Collector {
    /// The processes that took part in each trace.
    fn processes(&self) -> BTreeMap<Vec<u8>, BTreeSet<String>> {
        let mut traces: BTreeMap<Vec<u8>, BTreeSet<String>> = BTreeMap::new();
        for sent in self.0.lock().unwrap().iter() {
            let attributes = sent.resource.iter().flat_map(|resource| &resource.attributes);
            let named = attributes.filter(|attribute| attribute.key == "service.name").find_map(|a| {
                match a.value.as_ref()?.value.as_ref()? {
                    Value::StringValue(name) => Some(name.clone()),
                    _ => None,
                }
            });
            for span in sent.scope_spans.iter().flat_map(|scope| &scope.spans) {
                traces.entry(span.trace_id.clone()).or_default().extend(named.clone());
            }
        }
        traces
    }
}

#[tokio::test]
async fn a_trace_follows_an_act_over_the_bus_and_tells_nothing_of_a_child() {
    let collector = Collector::default();
    let address = spare_address();
    let service = tonic::transport::Server::builder().add_service(TraceServiceServer::new(collector.clone()));
    tokio::spawn(service.serve(address.parse().unwrap()));
    let more = [
        ("HEDGEROW_TELEMETRY__OTLP_ENDPOINT", format!("http://{address}")),
        ("OTEL_BSP_SCHEDULE_DELAY", "200".to_owned()),
    ];
    // A Redis of its own: on a shared one, another installation's consumers would take its events.
    let redis = Redis::start();
    let place = Installation::distributed_with(&redis.1, &more).await;
    let officer = place.sign_in("officer").await;
    let school = json!({"name": "Harrowmere", "kind": "primary", "urn": "888001", "keyStages": ["KS1"]});
    let school = text(&officer.call("CreateSchool", school).await["school"]["schoolId"]);
    let staff = place.person(&officer, "staff", &["ROLE_STAFF"], &school).await;
    let concern = json!({"schoolId": school, "about": "Canary Quillfeather", "narrative": "Canary", "safeNow": "yes"});
    staff.call("RecordConcern", concern).await;

    let wanted = ["hedgerow-gateway", "hedgerow-incident-cases", "hedgerow-reporting"];
    for _ in 0..100 {
        let whole = |processes: &BTreeSet<String>| wanted.iter().all(|process| processes.contains(*process));
        if collector.processes().values().any(whole) {
            let sent = format!("{:?}", collector.0.lock().unwrap());
            assert!(!sent.contains("Canary") && !sent.contains("Quillfeather"), "a trace holds a child's name");
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("no trace reached {wanted:?}: {:?}", collector.processes());
}

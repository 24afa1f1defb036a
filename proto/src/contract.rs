//! Every rpc with its permission and its HTTP face, read from the descriptors once.
//! The access wall, the JSON gateway, OpenAPI and the access matrix all start from this list.

use std::sync::LazyLock;

use prost_reflect::{DescriptorPool, DynamicMessage, MethodDescriptor, Value};

use crate::access::v1::{At, Permission};

/// One rpc as the contract describes it.
#[derive(Debug, Clone)]
pub struct Rpc {
    /// Its path on the wire, `/hedgerow.incident_cases.v1.IncidentCases/OpenCase`.
    pub path: String,
    /// The permission its caller must hold; `Unspecified` where the proto names none.
    pub permission: Permission,
    /// Where the permission must be held.
    pub at: At,
    /// Its HTTP face; none for streams.
    pub http: Option<Http>,
    /// The descriptor it was read from.
    pub descriptor: MethodDescriptor,
}

impl Rpc {
    /// The full name of the service it belongs to, `hedgerow.incident_cases.v1.IncidentCases`.
    pub fn service(&self) -> &str {
        self.path[1..].split('/').next().unwrap_or_default()
    }

    /// Its own name, `OpenCase`.
    pub fn name(&self) -> &str {
        self.descriptor.name()
    }
}

/// The HTTP face of one rpc.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Http {
    /// `GET`, `POST` and so on.
    pub method: &'static str,
    /// The path with `{field}` segments, possibly ending in `:verb`.
    pub path: String,
    /// True where the body fills the fields that the path does not.
    pub body: bool,
}

/// The descriptors of the whole contract.
pub fn pool() -> &'static DescriptorPool {
    static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
        // Built from the bytes protox wrote in this very build: they always decode.
        DescriptorPool::decode(crate::DESCRIPTOR_SET).unwrap_or_default()
    });
    &POOL
}

/// Every rpc of Hedgerow's own services, by path.
pub fn rpcs() -> &'static [Rpc] {
    static RPCS: LazyLock<Vec<Rpc>> = LazyLock::new(|| {
        let mut rpcs: Vec<Rpc> =
            pool().services().flat_map(|service| service.methods().map(|m| read(&m)).collect::<Vec<_>>()).collect();
        rpcs.sort_by(|a, b| a.path.cmp(&b.path));
        rpcs
    });
    &RPCS
}

/// The rpc at a path, `/package.Service/Method`.
pub fn rpc(path: &str) -> Option<&'static Rpc> {
    rpcs().binary_search_by(|rpc| rpc.path.as_str().cmp(path)).ok().and_then(|i| rpcs().get(i))
}

fn read(method: &MethodDescriptor) -> Rpc {
    let options = method.options();
    let access = option(&options, "hedgerow.access.v1.access");
    let number = |name: &str| access.as_ref().and_then(|a| a.get_field_by_name(name)?.as_enum_number()).unwrap_or(0);
    Rpc {
        path: format!("/{}/{}", method.parent_service().full_name(), method.name()),
        permission: Permission::try_from(number("permission")).unwrap_or_default(),
        at: At::try_from(number("at")).unwrap_or_default(),
        http: option(&options, "google.api.http").and_then(|rule| http(&rule)),
        descriptor: method.clone(),
    }
}

fn option(options: &DynamicMessage, name: &str) -> Option<DynamicMessage> {
    let extension = pool().get_extension_by_name(name)?;
    options.has_extension(&extension).then(|| options.get_extension(&extension).as_message().cloned())?
}

fn http(rule: &DynamicMessage) -> Option<Http> {
    let text = |name: &str| match rule.get_field_by_name(name).as_deref() {
        Some(Value::String(s)) if !s.is_empty() => Some(s.clone()),
        _ => None,
    };
    let (method, path) = [("get", "GET"), ("put", "PUT"), ("post", "POST"), ("delete", "DELETE"), ("patch", "PATCH")]
        .into_iter()
        .find_map(|(field, method)| Some((method, text(field)?)))?;
    Some(Http { method, path, body: text("body").is_some() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rpc_names_its_permission_and_its_http_face() {
        assert!(rpcs().len() > 40, "the descriptors were read");
        for rpc in rpcs() {
            assert_ne!(rpc.permission, Permission::Unspecified, "{} names no permission", rpc.path);
            assert_ne!(rpc.at, At::Unspecified, "{} does not say where its permission is asked for", rpc.path);
            let streams = rpc.descriptor.is_client_streaming();
            assert_eq!(rpc.http.is_none(), streams, "{} needs a google.api.http rule", rpc.path);
            let has_school = rpc.descriptor.input().get_field_by_name("school_id").is_some();
            let has_desk = rpc.descriptor.input().get_field_by_name("desk").is_some();
            assert!(rpc.at != At::Desk || has_desk, "{} is asked at a desk but its request names none", rpc.path);
            assert!(rpc.at != At::School || has_school, "{} is asked at a school but its request names none", rpc.path);
        }
    }

    #[test]
    fn an_rpc_is_found_by_its_path() {
        assert!(rpc("/hedgerow.incident_cases.v1.IncidentCases/CloseCase").is_some());
        assert!(rpc("/hedgerow.incident_cases.v1.IncidentCases/OpenTheDoor").is_none());
    }
}

//! Which rpc an HTTP request is meant for. Paths are those of `google.api.http`: fields in braces, and perhaps a verb
//! after a colon at the end, which no router of ours can tell from the field before it.

use std::sync::LazyLock;

use http::Method;
use proto::contract::{self, Rpc};

/// The values of a path's fields, by field.
pub type Params = Vec<(&'static str, String)>;

/// What a request is meant for.
#[derive(Debug)]
pub enum Found {
    /// An rpc, with the fields its path names.
    Rpc(&'static Rpc, Params),
    /// The path is right, the method is not: these are.
    OtherMethods(Vec<&'static str>),
    /// There is no such path.
    Nothing,
}

struct Route {
    rpc: &'static Rpc,
    method: &'static str,
    segments: Vec<Segment>,
    verb: Option<&'static str>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Literal(&'static str),
    Field(&'static str),
}

/// Every HTTP face of the contract; those with words before those with fields in the same place.
static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(|| {
    let faces = contract::rpcs().iter().filter_map(|rpc| Some((rpc, rpc.http.as_ref()?)));
    let mut routes: Vec<Route> = faces.map(|(rpc, http)| Route::new(rpc, http.method, &http.path)).collect();
    routes.sort_by(|a, b| a.segments.cmp(&b.segments));
    routes
});

impl Route {
    fn new(rpc: &'static Rpc, method: &'static str, path: &'static str) -> Self {
        let (path, verb) = match path.rsplit_once(':') {
            Some((path, verb)) => (path, Some(verb)),
            None => (path, None),
        };
        let segment = |text: &'static str| match text.strip_prefix('{').and_then(|t| t.strip_suffix('}')) {
            Some(field) => Segment::Field(field),
            None => Segment::Literal(text),
        };
        Self { rpc, method, segments: path.split('/').skip(1).map(segment).collect(), verb }
    }

    fn params(&self, segments: &[String], verb: Option<&str>) -> Option<Params> {
        if self.verb != verb || self.segments.len() != segments.len() {
            return None;
        }
        let mut params = Params::new();
        for (ours, theirs) in self.segments.iter().zip(segments) {
            match ours {
                Segment::Literal(word) if word == theirs => {}
                Segment::Literal(_) => return None,
                Segment::Field(_) if theirs.is_empty() => return None,
                Segment::Field(field) => params.push((field, theirs.clone())),
            }
        }
        Some(params)
    }
}

/// Finds the rpc of a method and path.
pub fn find(method: &Method, path: &str) -> Found {
    let method = if *method == Method::HEAD { "GET" } else { method.as_str() };
    let (path, verb) = match path.rsplit_once('/') {
        // A colon before the last slash belongs to a value.
        Some((before, last)) => match last.rsplit_once(':') {
            Some((last, verb)) => (format!("{before}/{last}"), Some(verb)),
            None => (path.to_owned(), None),
        },
        None => return Found::Nothing,
    };
    let Some(segments) = path.split('/').skip(1).map(decode).collect::<Option<Vec<String>>>() else {
        return Found::Nothing;
    };
    let mut others = Vec::new();
    for route in ROUTES.iter() {
        match route.params(&segments, verb) {
            Some(params) if route.method == method => return Found::Rpc(route.rpc, params),
            Some(_) => others.push(route.method),
            None => {}
        }
    }
    if others.is_empty() { Found::Nothing } else { Found::OtherMethods(others) }
}

/// Undoes percent encoding; none where it is broken or hides a control character.
fn decode(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first == b'%' {
            let (digits, after) = after.split_at_checked(2)?;
            let digits = std::str::from_utf8(digits).ok().filter(|d| d.bytes().all(|c| c.is_ascii_hexdigit()))?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = after;
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok().filter(|text| !text.chars().any(char::is_control))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_path_is_too_strange(path in "\\PC{0,60}") {
            let _ = find(&Method::GET, &path);
        }
    }

    fn found(method: Method, path: &str) -> String {
        match find(&method, path) {
            Found::Rpc(rpc, params) => {
                let params: Vec<String> = params.iter().map(|(k, v)| format!(" {k}={v}")).collect();
                format!("{}{}", rpc.name(), params.concat())
            }
            Found::OtherMethods(methods) => methods.join(","),
            Found::Nothing => "nothing".into(),
        }
    }

    #[test]
    fn a_verb_after_a_field_is_told_from_the_field() {
        assert_eq!(found(Method::GET, "/v1/schools/sch_1/cases/cas_2"), "GetCase school_id=sch_1 case_id=cas_2");
        assert_eq!(
            found(Method::POST, "/v1/schools/sch_1/cases/cas_2:close"),
            "CloseCase school_id=sch_1 case_id=cas_2"
        );
        assert_eq!(found(Method::POST, "/v1/schools/sch_1/instances:import"), "ImportPolicy school_id=sch_1");
        assert_eq!(found(Method::POST, "/v1/sessions:signIn"), "SignIn");
    }

    #[test]
    fn what_no_rpc_answers_is_nothing() {
        for path in [
            "/v1",
            "/v1/",
            "/v1/schools/",
            "/v1/schools/s/cases/c:open",
            "/v1/schools/s/cases/c/",
            "/v1/schools/%zz",
            "/v1/schools/%0a",
        ] {
            assert_eq!(found(Method::GET, path), "nothing", "{path}");
        }
        assert_eq!(found(Method::DELETE, "/v1/schools/sch_1"), "GET");
        assert_eq!(found(Method::HEAD, "/v1/self"), "GetSelf");
        assert_eq!(found(Method::GET, "/v1/schools/a%2Fb"), "GetSchool school_id=a/b");
    }

    #[test]
    fn every_rpc_with_an_http_face_is_reached_by_its_own_path_alone() {
        for rpc in contract::rpcs() {
            let Some(http) = &rpc.http else { continue };
            let path = http.path.replace(['{', '}'], "");
            let method = http.method.parse().unwrap_or_default();
            match find(&method, &path) {
                Found::Rpc(found, params) => {
                    assert_eq!(found.path, rpc.path);
                    assert_eq!(params.len(), http.path.matches('{').count());
                }
                other => assert_eq!(format!("{other:?}"), rpc.path, "{path}"),
            }
        }
    }
}

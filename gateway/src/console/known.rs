//! What an address asks of a page of figures, by the names that the page knows. A name that it does not know is refused: were it left
//! out, `?perido=last_term` would be answered with figures of another time.

use std::fmt;

use axum::extract::{FromRequestParts, Query};
use chassis::error::{Error, Violations};
use http::request::Parts;
use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeOwned, Visitor},
};

use super::visit::Fault;

/// What any address may hold: which form is on its page, what was just done, and what was written there before.
const ANYWHERE: [&str; 3] = ["form", "done", "unsent"];
/// More of a name than this is not said again.
const LONGEST: usize = 40;

/// What an address asks, in the fields of a struct.
pub struct Known<T>(pub T);

/// What is asked of a page that shows one thing only.
#[derive(Debug, Deserialize)]
pub struct Nothing {}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Known<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        let wrong = || Error::invalid("query", "Write what the address asks as name=value, and each name once");
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri).map_err(|_| wrong())?;
        check(&pairs, names::<T>())?;
        let Query(asked) = Query::<T>::try_from_uri(&parts.uri).map_err(|_| wrong())?;
        Ok(Self(asked))
    }
}

/// Looks whether a page knows every name of an address.
///
/// # Errors
/// `Invalid` with each that it does not know, and those that it knows.
pub fn check(pairs: &[(String, String)], names: &[&str]) -> Result<(), Error> {
    let mut v = Violations::new();
    let there = match names {
        [] => "this page asks for nothing".to_owned(),
        names => format!("there are {}", names.join(", ")),
    };
    for (name, _) in pairs.iter().filter(|(name, _)| !name.is_empty()) {
        if !names.contains(&name.as_str()) && !ANYWHERE.contains(&name.as_str()) {
            let said: String = name.chars().take(LONGEST).collect();
            v.add(said.clone(), format!("Take “{said}” out of the address: {there}"));
        }
    }
    v.finish()
}

/// The names of a struct's fields.
fn names<T: DeserializeOwned>() -> &'static [&'static str] {
    match T::deserialize(Fields) {
        Ok(_) => &[],
        Err(Named(names)) => names,
    }
}

/// Asks a struct for the names of its fields, and gives it nothing.
struct Fields;

/// The names of the fields that were asked for.
#[derive(Debug)]
struct Named(&'static [&'static str]);

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(", "))
    }
}

impl std::error::Error for Named {}

impl de::Error for Named {
    fn custom<M: fmt::Display>(_: M) -> Self {
        Self(&[])
    }
}

impl<'de> Deserializer<'de> for Fields {
    type Error = Named;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Named> {
        Err(Named(&[]))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Named> {
        Err(Named(fields))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::figures::Which;

    async fn asked<T: DeserializeOwned>(address: &str) -> Result<T, String> {
        let (mut parts, ()) = http::Request::get(address).body(()).unwrap_or_default().into_parts();
        match Known::<T>::from_request_parts(&mut parts, &()).await {
            Ok(Known(asked)) => Ok(asked),
            Err(Fault(error)) => {
                Err(error.violations().iter().map(|v| v.message.clone()).collect::<Vec<_>>().join("; "))
            }
        }
    }

    #[tokio::test]
    async fn a_name_that_a_page_does_not_know_is_refused_with_those_that_it_knows() {
        let which = asked::<Which>("/authority?term=2026-autumn&as_at=27/11/2026&done=x&form=1&unsent=2").await;
        assert_eq!(which.map(|which| (which.term, which.as_at)), Ok(("2026-autumn".into(), "27/11/2026".into())));
        let wrong = asked::<Which>("/authority?term=2026-autumn&as_ta=27/11/2026").await.err();
        assert_eq!(wrong.as_deref(), Some("Take “as_ta” out of the address: there are term, as_at"));
        let nothing = asked::<Nothing>("/reports/2026-autumn?as_at=27/11/2026").await.err();
        assert_eq!(nothing.as_deref(), Some("Take “as_at” out of the address: this page asks for nothing"));
        assert!(asked::<Nothing>("/reports/2026-autumn?done=report_signed").await.is_ok());
        assert!(asked::<Which>("/authority?term=a&term=b").await.is_err_and(|fix| fix.contains("each name once")));
    }
}

//! Accounts as devices write them: `DOM\user`, `user@domain`, paths of a directory, `Last, First (mail)`. What was
//! written is kept beside what is made of it; a person makes the link to a child, never this.

use std::borrow::Cow;

use crate::text::{lower, part};

/// An account in its parts.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Account<'a> {
    /// Its name, in lower case.
    pub name: Cow<'a, str>,
    /// Its domain, in lower case.
    pub realm: Option<Cow<'a, str>>,
}

/// Reads an account.
pub(crate) fn account<'a>(written: &Cow<'a, str>) -> Account<'a> {
    // The common case at once: a plain word.
    if !written.bytes().any(|byte| matches!(byte, b'\\' | b'@' | b'=' | b'(' | b'/')) {
        return Account { name: lower(written.clone()), realm: None };
    }
    match written {
        Cow::Borrowed(text) => {
            let text: &'a str = *text;
            let (name, realm) = split(text);
            let borrowed = |text: String, within: &'a str| match within.find(text.as_str()) {
                Some(at) => Cow::Borrowed(&within[at..at + text.len()]),
                None => Cow::Owned(text),
            };
            Account { name: lower(borrowed(name, text)), realm: realm.map(|realm| lower(borrowed(realm, text))) }
        }
        Cow::Owned(text) => {
            let (name, realm) = split(text);
            Account { name: lower(Cow::Owned(name)), realm: realm.map(|realm| lower(Cow::Owned(realm))) }
        }
    }
}

fn split(text: &str) -> (String, Option<String>) {
    let text = text.trim();
    let two = |name: &str, realm: &str| (name.to_owned(), (!realm.is_empty()).then(|| realm.to_owned()));
    // A directory's path: `LDAP://host OU=Users,DC=school,DC=example/Name`.
    if text.get(..7).is_some_and(|begin| begin.eq_ignore_ascii_case("ldap://"))
        && let Some((path, name)) = text.rsplit_once('/')
        && !name.is_empty()
    {
        return two(name, &domain(path));
    }
    // A distinguished name: `CN=Name,OU=…,DC=…`.
    if let Some(rest) = text.strip_prefix("CN=").or_else(|| text.strip_prefix("cn=")) {
        let plain = rest.replace("\\,", "\u{0}");
        let name = plain.split(',').next().unwrap_or_default().replace('\u{0}', ",");
        return two(name.trim(), &domain(rest));
    }
    if let Some((realm, name)) = text.rsplit_once('\\')
        && !name.is_empty()
    {
        return two(name, realm.trim_end_matches('\\'));
    }
    // `Last, First (mail)`.
    if let Some((_, mail)) = text.strip_suffix(')').and_then(|rest| rest.rsplit_once('('))
        && let Some((name, realm)) = mail.rsplit_once('@')
        && !name.is_empty()
    {
        return two(name, realm);
    }
    match text.rsplit_once('@') {
        Some((name, realm)) if !name.is_empty() && !realm.is_empty() && !realm.contains(' ') => two(name, realm),
        _ => two(text, ""),
    }
}

/// `DC=school,DC=example` as `school.example`.
fn domain(path: &str) -> String {
    let parts = path.split([',', ' ', '/']).filter_map(|part| {
        let (key, value) = part.split_once('=')?;
        key.trim().trim_end_matches('\\').eq_ignore_ascii_case("dc").then(|| value.trim())
    });
    parts.collect::<Vec<_>>().join(".")
}

/// Trims blanks at both ends.
pub(crate) fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    let blank = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_whitespace);
    if blank(text.as_bytes().first()) || blank(text.as_bytes().last()) { part(text, str::trim) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_read_as_devices_write_them() {
        for (written, name, realm) in [
            ("u1", "u1", None),
            ("U1", "u1", None),
            ("SCHOOL\\u1", "u1", Some("school")),
            ("u1@School.example", "u1", Some("school.example")),
            ("LDAP://192.0.2.1 OU=Y7,OU=Users,DC=School,DC=LOCAL/User 1", "user 1", Some("school.local")),
            ("LDAP://school/OU=Users,DC=school,DC=local/u1", "u1", Some("school.local")),
            ("CN=Last\\, First,OU=Y7,DC=school,DC=example", "last, first", Some("school.example")),
            ("Last, First (f.last@school.example)", "f.last", Some("school.example")),
            ("Last (Year 7)", "last (year 7)", None),
            ("@", "@", None),
            ("\\", "\\", None),
        ] {
            let account = account(&Cow::Borrowed(written));
            assert_eq!((account.name.as_ref(), account.realm.as_deref()), (name, realm), "{written}");
        }
    }
}

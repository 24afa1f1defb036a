//! A site as people name it: the name that a filter can be told, with the path below it where there is one.

/// What to do where something is no site.
pub const FIX: &str = "Enter one site such as maps.example, or a page of it: no sign such as * or =, and not the end of many \
                       addresses, such as co.uk";

/// A site in one spelling: without its scheme, its port and a star before it, in small letters. None where it is none: what
/// sites are registered under (`co.uk`) is none, nor what only such names stand under (`sch.uk`).
pub fn written(text: &str) -> Option<String> {
    let text = text.trim();
    let scheme = ["https://", "http://"]
        .into_iter()
        .find(|scheme| text.get(..scheme.len()).is_some_and(|begins| begins.eq_ignore_ascii_case(scheme)));
    let rest = text.get(scheme.map_or(0, str::len)..)?;
    if rest.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return None;
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (name, path) = rest.split_at(end);
    let name = name.to_lowercase();
    let name = name.strip_prefix("*.").unwrap_or(&name);
    let name = match name.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.chars().all(|c| c.is_ascii_digit()) => name,
        Some(_) => return None,
        None => name,
    };
    let name = name.strip_suffix('.').unwrap_or(name);
    let label = |label: &str| {
        let plain = !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
        plain && !label.starts_with('-') && !label.ends_with('-')
    };
    let below = psl::domain_str(name).is_some() && psl::domain_str(&format!("a.{name}")).is_some();
    let site = name.contains('.') && name.split('.').all(label) && below;
    site.then(|| format!("{name}{}", path.trim_end_matches('/')))
}

#[cfg(test)]
mod tests {
    use super::written;

    #[test]
    fn one_site_in_one_spelling_and_nothing_that_is_none() {
        for (said, site) in [
            ("maps.example", "maps.example"),
            (" HTTPS://Maps.Example/Town/ ", "maps.example/Town"),
            ("*.maps.example", "maps.example"),
            ("maps.example:8443", "maps.example"),
            ("www.bbc.co.uk", "www.bbc.co.uk"),
            ("192.0.2.7", "192.0.2.7"),
        ] {
            assert_eq!(written(said).as_deref(), Some(site), "{said}");
        }
        for none in [
            "co.uk",
            "*.com",
            "com",
            "sch.uk",
            "=cmd|calc!A1",
            "@SUM(1)",
            "a maps site",
            "*",
            "maps..example",
            "-a.example",
            "",
        ] {
            assert_eq!(written(none), None, "{none}");
        }
    }
}

//! Squid's `logformat`: the pattern is compiled from the very string that stands in squid.conf, with its widths, quoting
//! and header parts.

use super::template::Piece;

/// The formats Squid ships, by name.
const SHIPPED: [(&str, &str); 5] = [
    ("squid", "%ts.%03tu %6tr %>a %Ss/%03>Hs %<st %rm %ru %[un %Sh/%<a %mt"),
    ("common", "%>a %[ui %[un [%tl] \"%rm %ru HTTP/%rv\" %>Hs %<st %Ss:%Sh"),
    ("combined", "%>a %[ui %[un [%tl] \"%rm %ru HTTP/%rv\" %>Hs %<st \"%{Referer}>h\" \"%{User-Agent}>h\" %Ss:%Sh"),
    ("referrer", "%ts.%03tu %>a %{Referer}>h %ru"),
    ("useragent", "%>a [%tl] \"%{User-Agent}>h\""),
];

/// What a code stands for among our fields, where it stands for one. Several names of one field: the first that is
/// filled.
const FIELDS: [(&str, &str); 24] = [
    ("ts.tu", "time"),
    ("ts", "time"),
    ("tl", "time"),
    ("tg", "time"),
    (">a", "client_ip"),
    (">A", "client_ip"),
    ("Ss", "outcome"),
    (">Hs", "http_status"),
    ("<Hs", "http_status"),
    ("Hs", "http_status"),
    ("<st", "bytes_out"),
    (">st", "bytes_in"),
    ("rm", "method"),
    (">rm", "method"),
    ("ru", "url"),
    (">ru", "url"),
    ("ssl::>sni", "host"),
    ("un", "user"),
    ("ul", "user"),
    ("ue", "user"),
    ("mt", "mime_type"),
    ("{Referer}>h", "referrer"),
    ("{User-Agent}>h", "user_agent"),
    (">eui", "mac"),
];

/// The fields the codes of a pattern stand for, with each code's name.
pub(crate) fn fields(pieces: &[Piece]) -> impl Iterator<Item = (&'static str, &'static str)> {
    FIELDS.into_iter().filter(|(code, _)| pieces.contains(&Piece::Value((*code).to_owned()))).map(|(code, f)| (f, code))
}

/// Compiles a format string, or the name of one that Squid ships.
pub(crate) fn pieces(format: &str) -> Result<Vec<Piece>, String> {
    let format = SHIPPED.iter().find(|(name, _)| *name == format.trim()).map_or(format, |(_, shipped)| *shipped);
    let mut pieces = Vec::new();
    let mut fixed = String::new();
    let mut rest = format.trim();
    while let Some(percent) = rest.find('%') {
        fixed.push_str(&rest[..percent]);
        rest = &rest[percent + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            fixed.push('%');
            rest = after;
            continue;
        }
        let (code, after) = code(rest)?;
        rest = after;
        // Seconds and their fraction are one time.
        let fraction = code == "tu" && fixed == "." && pieces.last() == Some(&Piece::Value("ts".to_owned()));
        if fraction {
            fixed.clear();
            pieces.pop();
            pieces.push(Piece::Value("ts.tu".to_owned()));
            continue;
        }
        if !fixed.is_empty() {
            pieces.push(Piece::Fixed(std::mem::take(&mut fixed)));
        }
        pieces.push(Piece::Value(code));
    }
    fixed.push_str(rest);
    if !fixed.is_empty() {
        pieces.push(Piece::Fixed(fixed));
    }
    if pieces.iter().any(|piece| matches!(piece, Piece::Value(_))) {
        Ok(pieces)
    } else {
        Err("Enter the logformat as it stands in squid.conf, from the first % on".into())
    }
}

/// A code behind its percent sign: quoting, alignment, width and argument are taken off, the argument stays with it.
fn code(text: &str) -> Result<(String, &str), String> {
    let rest = text.trim_start_matches(['"', '[', '\'', '#', '/', '-']);
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let (mut argument, mut rest) = match rest.strip_prefix('{') {
        Some(inner) => {
            let (argument, rest) = inner.split_once('}').ok_or("Close the bracket behind each %{")?;
            (format!("{{{argument}}}"), rest)
        }
        None => (String::new(), rest),
    };
    let prefix = ["ssl::", "icap::", "adapt::", "http::", "transport::", "proxy_protocol::"]
        .iter()
        .find(|prefix| rest.starts_with(**prefix))
        .map_or(0, |prefix| prefix.len());
    let sign = usize::from(rest[prefix..].starts_with(['<', '>']));
    let body = &rest[prefix + sign..];
    let letters = body.find(|c: char| !c.is_ascii_alphabetic() && c != '_').unwrap_or(body.len());
    let (name, after) = rest.split_at(prefix + sign + longest(&body[..letters], letters));
    if name.len() == prefix + sign {
        return Err(format!("There is no code behind a %: {}", text.chars().take(12).collect::<String>()));
    }
    rest = after;
    // Newer versions write the argument behind the code.
    if argument.is_empty()
        && let Some((inner, after)) = rest.strip_prefix('{').and_then(|inner| inner.split_once('}'))
    {
        argument = format!("{{{inner}}}");
        rest = after;
    }
    let name = name.strip_prefix("http::").unwrap_or(name);
    Ok((format!("{argument}{name}"), rest))
}

/// Codes are one or two letters besides some words; what follows directly is fixed text.
fn longest(letters: &str, length: usize) -> usize {
    const WORDS: [&str; 12] = [
        "note",
        "sni",
        "eui",
        "qos",
        "nfmark",
        "cert_subject",
        "cert_issuer",
        "cert_errors",
        "bump_mode",
        "err_code",
        "err_detail",
        "master_xaction",
    ];
    WORDS.iter().find(|word| letters.starts_with(**word)).map_or(length.min(2), |word| word.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(format: &str) -> Vec<String> {
        let values = pieces(format).unwrap_or_default().into_iter().filter_map(|piece| match piece {
            Piece::Value(name) => Some(name),
            Piece::Fixed(_) => None,
        });
        values.collect()
    }

    #[test]
    fn squids_own_formats_are_compiled() {
        assert_eq!(names("squid"), ["ts.tu", "tr", ">a", "Ss", ">Hs", "<st", "rm", "ru", "un", "Sh", "<a", "mt"]);
        let combined = names("combined");
        assert!(combined.contains(&"{User-Agent}>h".to_owned()) && combined.contains(&"tl".to_owned()));
        let own = "%ts.%03tu %>a \"%{X-Class}note\" %ssl::>sni \"%#{User-Agent}>h\" 100%% %>eui %err_code/%err_detail";
        assert_eq!(
            names(own),
            ["ts.tu", ">a", "{X-Class}note", "ssl::>sni", "{User-Agent}>h", ">eui", "err_code", "err_detail"]
        );
        assert!(pieces("no codes").is_err() && pieces("%{open").is_err() && pieces("% x").is_err());
    }
}

//! Where anything may be sent: to the public internet, over https. Whoever names an address must not make us reach what
//! only we reach, such as the database beside us or the host's own metadata.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// What to do about an address that will not do.
pub const FIX: &str = "Enter an address on the public internet that begins with https://";
/// The longest address.
const LONGEST: usize = 500;

/// An address that something may be sent to, as far as it tells by itself; what its name stands for is seen when it is sent.
/// `loopback` lets this very machine be named, without TLS: for tests.
pub fn url(text: &str, loopback: bool) -> Option<Url> {
    let text = text.trim();
    let url = Url::parse(text).ok().filter(|_| text.len() <= LONGEST)?;
    let here = match url.host()? {
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
        Host::Domain(name) => name == "localhost",
    };
    let secret = !url.username().is_empty() || url.password().is_some();
    let scheme = url.scheme() == "https" || (url.scheme() == "http" && here && loopback);
    let reached = match url.host()? {
        Host::Ipv4(ip) => allowed(ip.into(), loopback),
        Host::Ipv6(ip) => allowed(ip.into(), loopback),
        Host::Domain(name) => (here && loopback) || (name.contains('.') && !here),
    };
    (scheme && reached && !secret && url.fragment().is_none()).then_some(url)
}

/// Whether something may be sent to an address.
pub fn allowed(ip: IpAddr, loopback: bool) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => (loopback && ip.is_loopback()) || public_v4(ip),
        IpAddr::V6(ip) => (loopback && ip.is_loopback()) || public_v6(ip),
    }
}

/// Not among the addresses of RFC 6890 that mean something else than a machine somewhere in the world.
fn public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18..=19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    );
    !special
}

/// Among the addresses that are given out to the world, and not one that stands for an address of version 4.
fn public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    let given_out = a & 0xe000 == 0x2000;
    // 2001::/23 is for protocols, 2001:db8::/32 and 3fff::/20 for texts, 2002::/16 leads to version 4.
    let special = matches!((a, b), (0x2001, ..0x0200 | 0x0db8) | (0x2002, _) | (0x3fff, ..0x1000));
    given_out && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_sent_to_what_only_we_reach() {
        for private in [
            "127.0.0.1",
            "127.8.8.8",
            "0.0.0.0",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "100.127.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.9",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:a9fe:a9fe",
            "::7f00:1",
            "fe80::1",
            "fec0::1",
            "fc00::1",
            "fd12:3456::1",
            "ff02::1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
        ] {
            let ip: Option<IpAddr> = private.parse().ok();
            assert_eq!(ip.map(|ip| allowed(ip, false)), Some(false), "{private}");
        }
        for public in ["1.1.1.1", "8.8.8.8", "100.63.0.1", "172.32.0.1", "192.1.0.1", "2606:4700::1111", "2a00::1"] {
            let ip: Option<IpAddr> = public.parse().ok();
            assert_eq!(ip.map(|ip| allowed(ip, false)), Some(true), "{public}");
        }
    }

    #[test]
    fn an_address_is_public_and_encrypted() {
        for fine in ["https://hooks.example.org/a?b=c", "https://hooks.example.org:8443/", "https://1.1.1.1/x"] {
            assert!(url(fine, false).is_some(), "{fine}");
        }
        for wrong in [
            "http://hooks.example.org/",
            "ftp://hooks.example.org/",
            "hooks.example.org",
            "",
            "https://localhost/",
            "https://127.0.0.1/",
            "https://127.1/",
            "https://0x7f000001/",
            "https://2130706433/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://u:p@hooks.example.org/",
            "https://hooks.example.org/#a",
            "https://intranet/",
            "file:///etc/passwd",
            "https://10.0.0.1:443/",
            "javascript:alert(1)",
        ] {
            assert!(url(wrong, false).is_none(), "{wrong}");
        }
        assert!(url("http://127.0.0.1:8099/x", true).is_some() && url("http://hooks.example.org/", true).is_none());
        assert!(url("https://10.0.0.1/", true).is_none());
    }
}

//! Which network addresses are on the public internet, and which hosts an operator allows although they are not.

use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

/// True when the address belongs to the public internet: not this machine, not its local networks, not a reserved
/// range, and not an IPv6 form that carries such an IPv4 address inside (mapped, NAT64, 6to4).
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !matches!(
        (a, b, c),
        (0, ..) // "this network"
        | (10, ..)
        | (127, ..)
        | (100, 64..=127, _) // carrier-grade NAT
        | (169, 254, _) // link-local, cloud metadata
        | (172, 16..=31, _)
        | (192, 168, _)
        | (192, 0, 0) // protocol assignments
        | (192, 0, 2) // documentation
        | (192, 88, 99) // 6to4 relays
        | (198, 18..=19, _) // benchmarks
        | (198, 51, 100) // documentation
        | (203, 0, 113) // documentation
        | (224..=255, ..) // multicast, reserved, broadcast
    )
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let s = address.segments();
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match s {
        [0, 0, 0, 0, 0, 0xffff, high, low] => embedded(high, low),    // v4-mapped
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => embedded(high, low), // NAT64
        [0x2002, high, low, ..] => embedded(high, low),               // 6to4
        [0x2001, 0..=0x1ff, ..] => false,                             // Teredo, ORCHID, benchmarks
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,       // documentation
        // Only 2000::/3 is given out; loopback, unspecified, local, link-local, multicast and the rest lie outside.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

/// Hosts that may be fetched from although their addresses are not public: an intranet's feed, a test's server.
/// Entries are `host` (any port) or `host:port`, IPv6 in brackets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowedHosts(BTreeSet<String>);

impl AllowedHosts {
    /// Reads a list separated by commas or spaces.
    pub fn parse(list: &str) -> Self {
        Self(list.split([',', ' ', '\n', ';']).map(|entry| entry.trim().to_ascii_lowercase()).filter(|entry| !entry.is_empty()).collect())
    }
    /// The list in the variable `TERTULIA_ALLOW_PRIVATE_HOSTS`; empty when it is not set.
    pub fn from_env() -> Self {
        std::env::var("TERTULIA_ALLOW_PRIVATE_HOSTS").map(|list| Self::parse(&list)).unwrap_or_default()
    }
    /// True when the URL's host, or its host with its port, is on the list.
    pub fn allows(&self, url: &url::Url) -> bool {
        let Some(host) = url.host_str() else {
            return false;
        };
        let host = host.to_ascii_lowercase();
        let port = url.port_or_known_default().unwrap_or(0);
        self.0.contains(&host) || self.0.contains(&format!("{host}:{port}"))
    }
}

#[cfg(test)]
mod tests {
    //! Every class of address that must not be reached, in every disguise.
    use super::*;

    #[test]
    fn addresses_by_class() {
        let refused = [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.0.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.1",
            "198.51.100.7",
            "203.0.113.7",
            "224.0.0.1",
            "239.1.1.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:10.1.2.3",
            "::ffff:169.254.169.254",
            "64:ff9b::127.0.0.1",
            "64:ff9b::c0a8:101",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:10::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:c0a8:101::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
            "ff0e::1",
        ];
        for text in refused {
            assert!(!is_public(text.parse().expect(text)), "{text} must be refused");
        }
        let public = [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "198.17.0.1",
            "198.20.0.1",
            "223.255.255.1",
            "2606:4700::1111",
            "2a00:1450::1",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8",
            "2002:808:808::1",
        ];
        for text in public {
            assert!(is_public(text.parse().expect(text)), "{text} is public");
        }
    }

    #[test]
    fn the_list_names_hosts_with_or_without_port() {
        let list = AllowedHosts::parse("127.0.0.1:8080, Intranet.Example  [::1]:99");
        let allows = |url: &str| list.allows(&url.parse().expect("url"));
        assert!(allows("http://127.0.0.1:8080/feed"));
        assert!(!allows("http://127.0.0.1:8081/feed"));
        assert!(allows("https://intranet.example/a"));
        assert!(allows("http://[::1]:99/"));
        assert!(!allows("http://other.example/"));
        assert!(!AllowedHosts::default().allows(&"http://127.0.0.1/".parse().expect("url")));
    }
}

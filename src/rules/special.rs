//! Which addresses can be the source of a request that reaches Azure from the internet, and which cannot.
//!
//! The table is IANA's "IPv4 Special-Purpose Address Registry" (RFC 6890, kept at
//! <https://www.iana.org/assignments/iana-ipv4-special-registry>), plus multicast. Blocks that IANA lists as globally reachable (AS112, AMT) are
//! ordinary addresses here. So that a block of service anycast addresses stays one row, the two globally reachable ones in `192.0.0.0/24` (PCP and
//! TURN) are not set apart: a client never sends from them.

use ipnet::Ipv4Net;

use crate::rules::aggregate;

/// How a range of addresses stands to the public internet.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Standing {
    /// Ordinary public addresses throughout.
    Public,
    /// Some of it is private space. Azure refuses such a rule, however much else the range holds.
    Private(Vec<&'static SpecialBlock>),
    /// All of it lies in space that is never a public source: the rule can allow nobody.
    NeverPublic(Vec<&'static SpecialBlock>),
    /// Part of it is special-purpose space, or all of it is space that nobody is expected to send from: allowed, and probably a mistake.
    Doubtful(Vec<&'static SpecialBlock>),
}

impl Standing {
    /// Classifies a range. The blocks of the answer are those that decided it, in ascending order.
    #[must_use]
    pub fn of(range: Ipv4Net) -> Self {
        let touched = touched_by(range);
        let private: Vec<_> = touched.iter().copied().filter(|block| block.reach == Reach::Private).collect();
        if touched.is_empty() {
            Self::Public
        } else if !private.is_empty() {
            Self::Private(private)
        } else if aggregate::covers(blocks_that_are_never_public(), range) {
            Self::NeverPublic(touched)
        } else {
            Self::Doubtful(touched)
        }
    }
}

/// One block of special-purpose addresses.
#[derive(Debug, Eq, PartialEq)]
pub struct SpecialBlock {
    /// The addresses.
    pub network: Ipv4Net,
    /// What they are for, so that it fits after "is".
    pub name: &'static str,
    /// The document that says so.
    pub source: &'static str,
    reach: Reach,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Reach {
    /// RFC 1918: refused by Azure.
    Private,
    /// Not forwarded on the internet, or not a source address at all.
    NeverPublic,
    /// Not forbidden on the wire everywhere, and nobody's address.
    Unusual,
}

const fn block(octets: [u8; 4], prefix: u8, name: &'static str, source: &'static str, reach: Reach) -> SpecialBlock {
    let [a, b, c, d] = octets;
    SpecialBlock { network: Ipv4Net::new_assert(std::net::Ipv4Addr::new(a, b, c, d), prefix), name, source, reach }
}

/// In ascending order, no block inside another.
static BLOCKS: [SpecialBlock; 15] = [
    block([0, 0, 0, 0], 8, "\"this network\" space", "RFC 791", Reach::NeverPublic),
    block([10, 0, 0, 0], 8, "private space", "RFC 1918", Reach::Private),
    block([100, 64, 0, 0], 10, "carrier-grade NAT space", "RFC 6598", Reach::NeverPublic),
    block([127, 0, 0, 0], 8, "loopback space", "RFC 1122", Reach::NeverPublic),
    block([169, 254, 0, 0], 16, "link-local space", "RFC 3927", Reach::NeverPublic),
    block([172, 16, 0, 0], 12, "private space", "RFC 1918", Reach::Private),
    block([192, 0, 0, 0], 24, "IETF protocol space", "RFC 6890", Reach::NeverPublic),
    block([192, 0, 2, 0], 24, "documentation space", "RFC 5737", Reach::Unusual),
    block([192, 88, 99, 0], 24, "deprecated 6to4 relay space", "RFC 7526", Reach::Unusual),
    block([192, 168, 0, 0], 16, "private space", "RFC 1918", Reach::Private),
    block([198, 18, 0, 0], 15, "benchmarking space", "RFC 2544", Reach::Unusual),
    block([198, 51, 100, 0], 24, "documentation space", "RFC 5737", Reach::Unusual),
    block([203, 0, 113, 0], 24, "documentation space", "RFC 5737", Reach::Unusual),
    block([224, 0, 0, 0], 4, "multicast space", "RFC 5771", Reach::NeverPublic),
    block([240, 0, 0, 0], 4, "reserved and broadcast space", "RFC 1112 and RFC 919", Reach::NeverPublic),
];

fn blocks_that_are_never_public() -> impl Iterator<Item = Ipv4Net> {
    BLOCKS.iter().filter(|block| block.reach == Reach::NeverPublic).map(|block| block.network)
}

/// The blocks that share addresses with the range. Of two CIDR ranges that do, one holds the other.
fn touched_by(range: Ipv4Net) -> Vec<&'static SpecialBlock> {
    BLOCKS.iter().filter(|block| block.network.contains(&range) || range.contains(&block.network)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(text: &str) -> Standing {
        Standing::of(text.parse().unwrap())
    }

    fn networks(blocks: &[&SpecialBlock]) -> Vec<String> {
        blocks.iter().map(|block| block.network.to_string()).collect()
    }

    #[test]
    fn ordinary_addresses_are_public() {
        for text in ["8.8.8.8/32", "16.17.18.0/24", "52.57.22.38/32", "1.0.0.0/8", "223.255.255.255/32", "192.0.1.0/24"]
        {
            assert_eq!(standing(text), Standing::Public, "{text}");
        }
    }

    #[test]
    fn the_neighbours_of_every_block_are_not_in_it() {
        for block in &BLOCKS {
            let edges = [
                u32::from(block.network.network()).checked_sub(1),
                u32::from(block.network.broadcast()).checked_add(1),
            ];
            for edge in edges.into_iter().flatten() {
                let outside = Ipv4Net::from(std::net::Ipv4Addr::from(edge));
                let (Standing::Private(found) | Standing::NeverPublic(found) | Standing::Doubtful(found)) =
                    Standing::of(outside)
                else {
                    continue;
                };
                assert!(!found.contains(&block), "{outside} counts as {}", block.network);
            }
        }
    }

    #[test]
    fn the_blocks_ascend_and_do_not_nest() {
        assert!(BLOCKS.windows(2).all(|pair| pair[0].network.broadcast() < pair[1].network.network()));
        assert!(BLOCKS.iter().all(|block| block.network.trunc() == block.network));
    }

    #[test]
    fn each_private_block_is_private_to_its_last_address() {
        for (first, last) in [
            ("10.0.0.0/32", "10.255.255.255/32"),
            ("172.16.0.0/32", "172.31.255.255/32"),
            ("192.168.0.0/32", "192.168.255.255/32"),
        ] {
            for text in [first, last] {
                assert!(matches!(standing(text), Standing::Private(_)), "{text}");
            }
        }
        for text in ["172.15.255.255/32", "172.32.0.0/32"] {
            assert_eq!(standing(text), Standing::Public, "{text}");
        }
    }

    #[test]
    fn a_wide_range_that_holds_private_space_is_private() {
        let Standing::Private(blocks) = standing("0.0.0.0/0") else { panic!("0.0.0.0/0 holds all of RFC 1918") };
        assert_eq!(networks(&blocks), ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]);
        let Standing::Private(blocks) = standing("172.0.0.0/8") else { panic!("172.0.0.0/8 holds 172.16.0.0/12") };
        assert_eq!(networks(&blocks), ["172.16.0.0/12"]);
    }

    #[test]
    fn space_that_is_never_a_source_is_never_public() {
        for text in [
            "0.0.0.0/32",
            "127.0.0.1/32",
            "169.254.169.254/32",
            "100.64.0.0/10",
            "192.0.0.8/32",
            "239.1.2.3/32",
            "255.255.255.255/32",
            "250.0.0.0/8",
        ] {
            assert!(matches!(standing(text), Standing::NeverPublic(_)), "{text}");
        }
    }

    #[test]
    fn two_never_public_blocks_side_by_side_are_never_public_together() {
        let Standing::NeverPublic(blocks) = standing("224.0.0.0/3") else {
            panic!("multicast and reserved space are all of it")
        };
        assert_eq!(networks(&blocks), ["224.0.0.0/4", "240.0.0.0/4"]);
    }

    #[test]
    fn a_range_that_only_touches_special_space_is_doubtful() {
        for (text, touched) in
            [("100.0.0.0/8", "100.64.0.0/10"), ("126.0.0.0/7", "127.0.0.0/8"), ("192.0.0.0/23", "192.0.0.0/24")]
        {
            let Standing::Doubtful(blocks) = standing(text) else { panic!("{text} has public and other addresses") };
            assert_eq!(networks(&blocks), [touched]);
        }
    }

    #[test]
    fn documentation_and_benchmarking_space_is_doubtful() {
        for text in ["192.0.2.1/32", "198.51.100.0/24", "203.0.113.128/25", "198.19.0.0/16", "192.88.99.1/32"] {
            assert!(matches!(standing(text), Standing::Doubtful(_)), "{text}");
        }
    }
}

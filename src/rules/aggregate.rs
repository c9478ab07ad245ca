//! Lists of ranges as sets of addresses: the smallest list of the same addresses, and whether a list holds a range.

use ipnet::Ipv4Net;

/// The smallest list of CIDR ranges that holds exactly the addresses of the given ones, in ascending order.
///
/// Nothing is widened: an address is in the result exactly if it was in one of the ranges. The order and the repetition of the input do not matter.
#[must_use]
pub fn aggregate(ranges: impl IntoIterator<Item = Ipv4Net>) -> Vec<Ipv4Net> {
    Ipv4Net::aggregate(&ranges.into_iter().collect())
}

/// Whether every address of `range` is in one of `list`. Several neighbours of the list may hold it together.
#[must_use]
pub fn covers(list: impl IntoIterator<Item = Ipv4Net>, range: Ipv4Net) -> bool {
    aggregate(list).iter().any(|held| held.contains(&range))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn nets(texts: &[&str]) -> Vec<Ipv4Net> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn net(text: &str) -> Ipv4Net {
        text.parse().unwrap()
    }

    #[test]
    fn halves_become_one_range() {
        assert_eq!(aggregate(nets(&["16.17.18.128/25", "16.17.18.0/25"])), nets(&["16.17.18.0/24"]));
    }

    #[test]
    fn a_range_inside_another_vanishes() {
        assert_eq!(aggregate(nets(&["16.17.18.7/32", "16.17.18.0/24"])), nets(&["16.17.18.0/24"]));
    }

    #[test]
    fn neighbours_that_are_no_halves_of_one_range_stay_apart() {
        let apart = nets(&["16.17.17.0/24", "16.17.18.0/24"]);
        assert_eq!(aggregate(apart.clone()), apart);
    }

    #[test]
    fn both_ends_of_the_address_space_survive() {
        assert_eq!(aggregate(nets(&["0.0.0.0/1", "128.0.0.0/1"])), nets(&["0.0.0.0/0"]));
        assert_eq!(aggregate(nets(&["255.255.255.255/32", "0.0.0.0/32"])), nets(&["0.0.0.0/32", "255.255.255.255/32"]));
        assert_eq!(aggregate(nets(&["255.255.255.254/32", "255.255.255.255/32"])), nets(&["255.255.255.254/31"]));
    }

    #[test]
    fn an_empty_list_stays_empty_and_covers_nothing() {
        assert_eq!(aggregate([]), []);
        assert!(!covers([], net("0.0.0.0/32")));
    }

    #[test]
    fn two_halves_cover_the_whole_together() {
        assert!(covers(nets(&["16.17.18.0/25", "16.17.18.128/25"]), net("16.17.18.0/24")));
        assert!(!covers(nets(&["16.17.18.0/25", "16.17.18.128/26"]), net("16.17.18.0/24")));
    }

    /// A space of 64 addresses that a `u64` can hold as a set, placed at the end of an address block where carries happen.
    const SPACE: u32 = 0x10_11_12_C0;
    const SPACE_PREFIX: u8 = 26;

    fn small_net() -> impl Strategy<Value = Ipv4Net> {
        (0u32..64, SPACE_PREFIX..=32)
            .prop_map(|(offset, prefix)| Ipv4Net::new((SPACE + offset).into(), prefix).unwrap().trunc())
    }

    fn addresses(ranges: &[Ipv4Net]) -> u64 {
        (0..64)
            .filter(|offset| ranges.iter().any(|range| range.contains(&std::net::Ipv4Addr::from(SPACE + offset))))
            .fold(0, |set, offset| set | 1 << offset)
    }

    /// The number of ranges in the smallest list, counted on the tree of halves: a full half is one range, an empty one none.
    fn smallest(set: u64, from: u32, size: u32) -> usize {
        let full = if size == 64 { u64::MAX } else { ((1 << size) - 1) << from };
        match set & full {
            0 => 0,
            part if part == full => 1,
            _ => smallest(set, from, size / 2) + smallest(set, from + size / 2, size / 2),
        }
    }

    proptest! {
        #[test]
        fn the_addresses_stay_exactly_the_same(ranges in prop::collection::vec(small_net(), 0..24)) {
            prop_assert_eq!(addresses(&aggregate(ranges.clone())), addresses(&ranges));
        }

        #[test]
        fn no_shorter_list_holds_the_same_addresses(ranges in prop::collection::vec(small_net(), 0..24)) {
            prop_assert_eq!(aggregate(ranges.clone()).len(), smallest(addresses(&ranges), 0, 64));
        }

        #[test]
        fn aggregating_twice_changes_nothing(ranges in prop::collection::vec(small_net(), 0..24)) {
            let once = aggregate(ranges);
            prop_assert_eq!(aggregate(once.clone()), once);
        }

        #[test]
        fn the_order_of_the_list_does_not_matter((ranges, shuffled) in prop::collection::vec(small_net(), 0..24).prop_flat_map(|ranges| (Just(ranges.clone()), Just(ranges).prop_shuffle()))) {
            prop_assert_eq!(aggregate(ranges), aggregate(shuffled));
        }

        #[test]
        fn a_list_covers_what_each_of_its_addresses_says(ranges in prop::collection::vec(small_net(), 0..24), asked in small_net()) {
            let wanted = addresses(&[asked]);
            prop_assert_eq!(covers(ranges.clone(), asked), addresses(&ranges) & wanted == wanted);
        }

        #[test]
        fn anywhere_in_the_address_space_the_edges_stay_where_they_were(pairs in prop::collection::vec((any::<u32>(), 0u8..=32), 1..12)) {
            let ranges: Vec<Ipv4Net> = pairs.into_iter().map(|(address, prefix)| Ipv4Net::new(address.into(), prefix).unwrap().trunc()).collect();
            let result = aggregate(ranges.clone());
            let edges = ranges.iter().chain(&result).flat_map(|range| [u32::from(range.network()), u32::from(range.broadcast())]);
            for probe in edges.flat_map(|edge| [edge.wrapping_sub(1), edge, edge.wrapping_add(1)]) {
                let held = |list: &[Ipv4Net]| list.iter().any(|range| range.contains(&std::net::Ipv4Addr::from(probe)));
                prop_assert_eq!(held(&ranges), held(&result));
            }
        }
    }
}

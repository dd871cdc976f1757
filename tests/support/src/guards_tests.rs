#![allow(clippy::unwrap_used)]

use rydra_core::unit::HeadId;

use super::*;

/// The guard of a number that was signed with this content.
fn guard(number: u64, content: &[u8]) -> Guard {
    let (head, version) = (HeadId([1; 16].as_slice().into()), SnapshotVersion(0));
    match permission(None, &head, SnapshotNumber(number), version, content) {
        Permission::Advance(guard) => guard,
        other @ (Permission::Again | Permission::Refused) => unreachable!("{other:?}"),
    }
}

fn broken(guards: &[(u64, &[u8])], confirmed: &[(u64, &[u8])]) -> Vec<Violation> {
    let guards = Guards(guards.iter().map(|(number, content)| guard(*number, content)).collect());
    let signed = |(number, content): &(u64, &[u8])| {
        (SnapshotNumber(*number), (SnapshotVersion(0), content.to_vec()))
    };
    guards.against(&confirmed.iter().map(signed).collect())
}

#[test]
fn a_number_that_was_signed_again_with_the_same_content_breaks_nothing() {
    assert_eq!(broken(&[], &[]), []);
    assert_eq!(broken(&[(3, b"a"), (3, b"a"), (9, b"b")], &[(3, b"a"), (4, b"x"), (9, b"b")]), []);
    assert_eq!(broken(&[(3, b"a")], &[(1, b"x")]), [], "not confirmed yet");
}

#[test]
fn a_number_with_two_contents_is_found_among_deaths_and_in_the_end() {
    assert_eq!(broken(&[(3, b"a"), (3, b"b")], &[]), [Violation::SignedTwice(3)]);
    assert_eq!(broken(&[(3, b"a"), (9, b"c")], &[(3, b"b")]), [Violation::SignedTwice(3)]);
}

#[test]
fn a_guard_that_forgot_is_found() {
    assert_eq!(broken(&[(9, b"a"), (3, b"b")], &[]), [Violation::GuardWentBack(3)]);
}

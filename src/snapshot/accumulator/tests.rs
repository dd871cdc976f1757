#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::{CAPACITY_OUTPUTS, TooLarge, commit, commitment_of, element, hash_of, points};
use crate::cardano::utxo::Utxo;
use crate::digest::{blake2b_256, sha2_256};
use crate::testing::{enterprise, input, output_a, output_b, reference};
use crate::unit::hex;

const GENERATOR: &str = "97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb";

fn named(numbers: impl IntoIterator<Item = usize>) -> String {
    hex(&commit(numbers.into_iter().map(|n| format!("element-{n}"))).unwrap())
}

#[test]
fn published_commitments_of_raw_elements_come_out() {
    assert_eq!(named([]), GENERATOR);
    assert_eq!(
        named([1]),
        "82d3e038e43f9ee73805cc8a6078365b8140a4012fa92643c2b3732d51cecf1fe0a1928d62fbf39878763549951bdb5a"
    );
    assert_eq!(
        named([1, 2, 1]),
        "91211024a7d57d2648b42394f87d2740fe5ebea49ef943aae048acf5a1b59c8bbd783801d9418af9a37e4673f3f5f1fe"
    );
    assert_eq!(
        named(1..=100),
        "ac19336fad62fc5bfb9ec509bd13ecae9c8eabd4f1a5af163a0ecb71684f3f12933bac6180c52727dcf5bd44a1c2890f"
    );
    assert_eq!(
        named(1..=1000),
        "a49e01e30e499a14b161e7fab22b80d8a49d787cd80d0298b6a445b69f506003d3ad764704de29fc9ea22a5f7de7afe9"
    );
}

#[test]
fn pairing_vector_commitment_comes_out() {
    let all = ["alpha", "beta", "gamma", "delta", "epsilon"];
    assert_eq!(
        hex(&commit(all).unwrap()),
        "b122bd66ed44bd1db657a2273046255a56d42774521f2ce8934bed8118954619e5245cc89a903be6e17b2936b01a0d93"
    );
    assert_eq!(
        hex(&commit(["alpha", "delta", "epsilon"]).unwrap()),
        "aef3fa78c68f36a6bfdb4047cfc014f904b61bdc01d8af18ba05f468f0a628eb1b26377b18d6212241faa69bbdc38e9d"
    );
}

#[test]
fn order_of_elements_does_not_matter_but_multiplicity_does() {
    assert_eq!(named([3, 1, 2, 1]), named([1, 1, 2, 3]));
    assert_ne!(named([1, 2]), named([1, 2, 1]));
}

#[test]
fn worked_outputs_have_their_element_and_hash() {
    let (a, b) = (output_a(), output_b());
    assert_eq!(
        hex(&element(&a).unwrap()),
        "dd5c3c4a9ba1e9ded6de6ae83708c958c7f5a0f7241052531d91ba7de9eb93f8"
    );
    assert_eq!(
        hex(&element(&b).unwrap()),
        "9494913dfa6aa5c41a87fc1493006f1915f450fe59acbfd9e9e0aea9260ac5e9"
    );
    let cases = [
        (vec![], "34758143d508cf8e757b5298b216d453759175423c5987685c8c043713bebc31"),
        (vec![output_a()], "349bab56cde5920f9a93ac8b9d2e86dd812816c27a30618cbe6b01f5c1e5d523"),
        (vec![output_b()], "64b5ef0e8c815e1277789c9af5782d8c9264728c6030c25a53303233be0cc280"),
        (
            vec![output_a(), output_b()],
            "90dbf1003cc7c1f3cdc5a3f5048923a32f8c0cea2c13b7a261a54a5068da3e62",
        ),
        (
            vec![output_a(), output_a()],
            "88c2c69e2ea767cdc4f578e9f52d5def403c4885c5699f2faaaaaf5654e0ccb7",
        ),
    ];
    for (outputs, expected) in cases {
        let count = outputs.len();
        let utxo: Utxo =
            outputs.into_iter().enumerate().map(|(at, output)| (input(at), output)).collect();
        assert_eq!(hash_of(&utxo, None, None).unwrap().to_string(), expected, "{count} outputs");
    }
}

#[test]
fn partial_fanout_chain_has_its_published_commitments() {
    let commitments = [
        (
            1,
            "b75c19fd5d2a4c4e9d786db96840470dfecf47a4153f7b363b30554fde29e6044afc5147c186a39474da83acf53c7cc0",
        ),
        (
            2,
            "8f40782e9157f0b4bf19a228e8d4c3d8210b182f7a22ae9b9c81e2fee6ba77e42f54ee81cb5fdeaaa4fd49f403b0867c",
        ),
        (
            3,
            "94c1ea75a90e9a79ba0a4383301c64e169a33148167305c3b23194ea56c6f57222ee55adb3dfa71d79f39e8d7b795091",
        ),
        (4, GENERATOR),
    ];
    for (first, expected) in commitments {
        let left: Utxo = (first..=3u8)
            .map(|n| (input(n.into()), enterprise(n, u64::from(n) * 1_000_000)))
            .collect();
        assert_eq!(hex(&commitment_of(&left, None, None).unwrap()), expected, "from {first}");
    }
}

#[test]
fn the_three_sets_are_joined_by_reference_and_each_reference_counts_once() {
    let a: Utxo = [(input(0), output_a())].into_iter().collect();
    let b: Utxo = [(input(1), output_b())].into_iter().collect();
    let both = a.union(&b);
    let expected = hash_of(&both, None, None);
    assert_eq!(hash_of(&a, Some(&b), None), expected);
    assert_eq!(hash_of(&a, None, Some(&b)), expected);
    assert_eq!(hash_of(&a, Some(&b), Some(&both)), expected);
    assert_eq!(hash_of(&both, Some(&a), Some(&b)), expected);
    let same_outputs: Utxo = [(input(7), output_a()), (input(8), output_b())].into_iter().collect();
    assert_eq!(hash_of(&same_outputs, None, None), expected, "references are not committed to");
}

#[test]
fn an_output_without_plutus_form_counts_as_the_empty_element() {
    let mut byron = output_a();
    byron.address = [0x82, 0xd8].into();
    assert_eq!(element(&byron), None);
    let utxo: Utxo = [(input(0), byron)].into_iter().collect();
    let expected = commit([b""]).unwrap();
    assert_eq!(commitment_of(&utxo, None, None), Ok(expected));
}

#[test]
fn one_output_more_than_the_capacity_is_refused_with_the_number_seen() {
    let elements = |count: usize| (0..count).map(|n| n.to_be_bytes());
    assert!(commit(elements(CAPACITY_OUTPUTS)).is_ok());
    let refused = commit(elements(CAPACITY_OUTPUTS + 1)).unwrap_err();
    assert_eq!(refused, TooLarge { outputs: 4096 });
    let text = refused.to_string();
    assert!(text.contains("4096 outputs") && text.contains("at most 4095"), "{text}");
}

#[test]
fn the_points_are_the_pinned_ones_and_all_decode() {
    assert_eq!(
        hex(&sha2_256(points::FILE)),
        "2ab2ea576293ede14f62cc315d49d2f98a54df399546a0e52ca546c2d2f9601f"
    );
    assert_eq!(points::powers().len(), CAPACITY_OUTPUTS + 1);
    assert_eq!(
        hex(&blake2b_256(&crate::unit::unhex(GENERATOR).unwrap())),
        "34758143d508cf8e757b5298b216d453759175423c5987685c8c043713bebc31"
    );
}

#[test]
fn the_points_are_those_of_the_reference() {
    let Some(file) = reference("config/kzg_trusted_setup.json") else { return };
    assert_eq!(
        hex(&sha2_256(&file)),
        "9a8dcad9eaba191842f57d23d14674cbdea4b3cf7912fcc477821264dfe0c042"
    );
    let setup: serde_json::Value = serde_json::from_slice(&file).unwrap();
    let theirs = setup["g1_monomial"].as_array().unwrap();
    assert_eq!(theirs.len(), points::powers().len());
    for (point, theirs) in points::powers().iter().zip(theirs) {
        let ours = hex(&blst::min_pk::PublicKey::from(*point).compress());
        assert_eq!(Some(ours.as_str()), theirs.as_str().unwrap().strip_prefix("0x"));
    }
}

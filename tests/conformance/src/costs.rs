//! Cost model of the suite: that of the main network, and what version 11 adds to it.

/// Parameters of builtins that came after the 297 of the main network, in the ledger's order.
const ADDED: [i64; 53] = [
    // expModInteger
    607_153,
    231_697,
    53_144,
    0,
    1,
    // dropList
    116_711,
    1_957,
    4,
    // lengthOfArray
    231_883,
    10,
    // listToArray
    1_000,
    24_838,
    7,
    1,
    // indexArray
    232_010,
    32,
    // multiplication of many points by many numbers, in both groups
    321_837_444,
    25_087_669,
    18,
    617_887_431,
    67_302_824,
    36,
    // insertCoin
    356_924,
    18_413,
    45,
    21,
    // lookupCoin
    219_951,
    9_444,
    1,
    // unionValue
    1_000,
    172_116,
    183_150,
    6,
    24,
    21,
    // valueContains
    213_283,
    618_401,
    1_998,
    28_258,
    1,
    // valueData
    1_000,
    38_159,
    2,
    22,
    // unValueData
    1_000,
    95_933,
    1,
    1,
    11,
    // scaleValue
    1_000,
    277_577,
    12,
    21,
];

/// Where the suite's parameters are others than the main network's: what to replace, by what.
const CHANGED: [(&[i64], &[i64]); 2] = [
    // equalsByteString
    (&[24_548, 29_498, 38], &[30_623, 28_755, 75]),
    // the product's coefficient in divisions
    (&[-900, 1_716, 549, 57], &[-900, 1_716, 960, 57]),
];

/// All 350 of Plutus V3.
pub fn plutus_v3() -> Vec<i64> {
    let parameters = include_str!("../../../config/protocol-parameters.json");
    let parameters: serde_json::Value = serde_json::from_str(parameters).expect("JSON");
    let main = parameters["costModels"]["PlutusV3"].as_array().expect("a cost model");
    let mut all: Vec<i64> = main.iter().map(|n| n.as_i64().expect("a number")).collect();
    for (old, new) in CHANGED {
        let places: Vec<usize> =
            (0..=all.len() - old.len()).filter(|at| all[*at..].starts_with(old)).collect();
        assert!(!places.is_empty(), "{old:?} is not in the main network's parameters any more");
        for at in places {
            all[at..at + new.len()].copy_from_slice(new);
        }
    }
    all.extend(ADDED);
    all
}

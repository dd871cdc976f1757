//! Builtin functions by their number in flat, and since when each language knows them.

use amaru_uplc::builtin::DefaultFunction;
use amaru_uplc::builtin::DefaultFunction::*;

use crate::cardano::txout::ScriptLanguage;

/// By number. The order is that of the encoding, not that of the enumeration.
pub(super) const BY_NUMBER: [DefaultFunction; 101] = [
    AddInteger,
    SubtractInteger,
    MultiplyInteger,
    DivideInteger,
    QuotientInteger,
    RemainderInteger,
    ModInteger,
    EqualsInteger,
    LessThanInteger,
    LessThanEqualsInteger,
    AppendByteString,
    ConsByteString,
    SliceByteString,
    LengthOfByteString,
    IndexByteString,
    EqualsByteString,
    LessThanByteString,
    LessThanEqualsByteString,
    Sha2_256,
    Sha3_256,
    Blake2b_256,
    VerifyEd25519Signature,
    AppendString,
    EqualsString,
    EncodeUtf8,
    DecodeUtf8,
    IfThenElse,
    ChooseUnit,
    Trace,
    FstPair,
    SndPair,
    ChooseList,
    MkCons,
    HeadList,
    TailList,
    NullList,
    ChooseData,
    ConstrData,
    MapData,
    ListData,
    IData,
    BData,
    UnConstrData,
    UnMapData,
    UnListData,
    UnIData,
    UnBData,
    EqualsData,
    MkPairData,
    MkNilData,
    MkNilPairData,
    SerialiseData,
    VerifyEcdsaSecp256k1Signature,
    VerifySchnorrSecp256k1Signature,
    Bls12_381_G1_Add,
    Bls12_381_G1_Neg,
    Bls12_381_G1_ScalarMul,
    Bls12_381_G1_Equal,
    Bls12_381_G1_Compress,
    Bls12_381_G1_Uncompress,
    Bls12_381_G1_HashToGroup,
    Bls12_381_G2_Add,
    Bls12_381_G2_Neg,
    Bls12_381_G2_ScalarMul,
    Bls12_381_G2_Equal,
    Bls12_381_G2_Compress,
    Bls12_381_G2_Uncompress,
    Bls12_381_G2_HashToGroup,
    Bls12_381_MillerLoop,
    Bls12_381_MulMlResult,
    Bls12_381_FinalVerify,
    Keccak_256,
    Blake2b_224,
    IntegerToByteString,
    ByteStringToInteger,
    AndByteString,
    OrByteString,
    XorByteString,
    ComplementByteString,
    ReadBit,
    WriteBits,
    ReplicateByte,
    ShiftByteString,
    RotateByteString,
    CountSetBits,
    FindFirstSetBit,
    Ripemd_160,
    ExpModInteger,
    DropList,
    LengthOfArray,
    ListToArray,
    IndexArray,
    Bls12_381_G1_MultiScalarMul,
    Bls12_381_G2_MultiScalarMul,
    InsertCoin,
    LookupCoin,
    UnionValue,
    ValueContains,
    ValueData,
    UnValueData,
    ScaleValue,
];

/// Last numbers of the batches in which builtins came to the ledger.
const ALONZO_LAST: u8 = 50;
const VALENTINE_LAST: u8 = 53;
const CHANG_LAST: u8 = 74;
const PLOMIN_LAST: u8 = 86;

/// Plomin: conversions come to V2, bitwise functions to V3.
const PLOMIN: u64 = 10;
/// Van Rossem: every language knows every builtin.
const VAN_ROSSEM: u64 = 11;

/// The builtin of a number, when this language knows it at this protocol version (9 or later).
pub(super) fn builtin(
    number: u8,
    language: ScriptLanguage,
    protocol_major: u64,
) -> Option<&'static DefaultFunction> {
    let function = BY_NUMBER.get(usize::from(number))?;
    let conversion = matches!(function, IntegerToByteString | ByteStringToInteger);
    let known = match language {
        ScriptLanguage::Native => false,
        ScriptLanguage::PlutusV1 => number <= ALONZO_LAST,
        ScriptLanguage::PlutusV2 => {
            number <= VALENTINE_LAST || conversion && protocol_major >= PLOMIN
        }
        ScriptLanguage::PlutusV3 if protocol_major >= PLOMIN => number <= PLOMIN_LAST,
        ScriptLanguage::PlutusV3 => number <= CHANG_LAST,
    };
    let known = known || language != ScriptLanguage::Native && protocol_major >= VAN_ROSSEM;
    known.then_some(function)
}

#[cfg(test)]
mod tests {
    use amaru_uplc::machine::PlutusVersion;

    use super::*;

    const LANGUAGES: [(ScriptLanguage, PlutusVersion); 3] = [
        (ScriptLanguage::PlutusV1, PlutusVersion::V1),
        (ScriptLanguage::PlutusV2, PlutusVersion::V2),
        (ScriptLanguage::PlutusV3, PlutusVersion::V3),
    ];

    /// The evaluator has a table of its own, written by others.
    #[test]
    fn numbers_and_availability_agree_with_the_evaluator() {
        for (number, function) in (0_u8..).zip(BY_NUMBER) {
            assert_eq!(function as u8, number, "{function:?}");
            for (language, theirs) in LANGUAGES {
                for protocol in 9_u32..=12 {
                    let ours = builtin(number, language, protocol.into()).is_some();
                    let theirs = function.is_available_in(theirs, protocol);
                    assert_eq!(ours, theirs, "{function:?} {language:?} {protocol}");
                }
            }
        }
    }

    #[test]
    fn numbers_beyond_the_last_are_unknown() {
        for number in 101..=127 {
            assert_eq!(builtin(number, ScriptLanguage::PlutusV3, 99), None);
        }
    }
}

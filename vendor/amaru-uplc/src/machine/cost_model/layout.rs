//! Order of the parameters of each language (plutus-ledger-api, `ParamName` of V1, V2 and V3), and the shapes they
//! have in each semantics variant (plutus-core, `builtinCostModel{B,C,D,E}.json`).
//!
//! Every builtin's parameters stand together, its steps (cpu) before its memory.

use super::{
    StepKind,
    shape::{Area, Linear, Shape},
};
use crate::{
    builtin::DefaultFunction::{self, *},
    machine::{PlutusVersion, SemanticsVariant},
};

/// Name of a shape, without its coefficients.
#[derive(Clone, Copy)]
pub enum Kind {
    Constant,
    X,
    Y,
    Z,
    U,
    QuadraticX,
    QuadraticY,
    QuadraticZ,
    Added,
    Multiplied,
    Min,
    Max,
    MaxOfYAndZ,
    OnDiagonal,
    YAndZ,
    LiteralYOrInZ,
    Interaction,
    ExpMod,
    ConstantAboveLinear,
    Subtracted,
    /// Steps of `divideInteger` and `modInteger`: constant above the diagonal, from van Rossem on both sides.
    Division,
    /// Steps of `quotientInteger` and `remainderInteger`: constant above the diagonal.
    Quotient,
    /// Memory of `modInteger` and `remainderInteger`.
    Remainder,
}

pub enum Entry {
    Startup,
    Step(StepKind),
    Builtin(DefaultFunction, Kind, Kind),
}

use Entry::{Builtin, Startup, Step};

/// The entries of a language in the order of its parameters.
pub fn entries(language: PlutusVersion) -> impl Iterator<Item = Entry> {
    let newer = language != PlutusVersion::V1;
    let serialise = || Builtin(SerialiseData, Kind::X, Kind::X);
    let ecdsa = || Builtin(VerifyEcdsaSecp256k1Signature, Kind::Constant, Kind::Constant);
    let schnorr = || Builtin(VerifySchnorrSecp256k1Signature, Kind::Y, Kind::Constant);
    let only = |condition: bool, entries: Vec<Entry>| if condition { entries } else { Vec::new() };

    alonzo_before_serialise()
        .into_iter()
        .chain(only(newer, vec![serialise()]))
        .chain(alonzo_after_serialise())
        .chain(only(newer, vec![ecdsa()]))
        .chain([Builtin(VerifyEd25519Signature, Kind::Y, Kind::Constant)])
        .chain(only(newer, vec![schnorr()]))
        .chain(only(!newer, vec![serialise(), ecdsa(), schnorr()]))
        .chain(only(language == PlutusVersion::V2, conversions()))
        .chain(chang())
        .chain(only(language != PlutusVersion::V2, conversions()))
        .chain(plomin())
        .chain(van_rossem())
}

fn alonzo_before_serialise() -> Vec<Entry> {
    vec![
        Builtin(AddInteger, Kind::Max, Kind::Max),
        Builtin(AppendByteString, Kind::Added, Kind::Added),
        Builtin(AppendString, Kind::Added, Kind::Added),
        Builtin(BData, Kind::Constant, Kind::Constant),
        Builtin(Blake2b_256, Kind::X, Kind::Constant),
        Step(StepKind::Apply),
        Step(StepKind::Builtin),
        Step(StepKind::Constant),
        Step(StepKind::Delay),
        Step(StepKind::Force),
        Step(StepKind::Lambda),
        Startup,
        Step(StepKind::Var),
        Builtin(ChooseData, Kind::Constant, Kind::Constant),
        Builtin(ChooseList, Kind::Constant, Kind::Constant),
        Builtin(ChooseUnit, Kind::Constant, Kind::Constant),
        Builtin(ConsByteString, Kind::Y, Kind::Added),
        Builtin(ConstrData, Kind::Constant, Kind::Constant),
        Builtin(DecodeUtf8, Kind::X, Kind::X),
        Builtin(DivideInteger, Kind::Division, Kind::Subtracted),
        Builtin(EncodeUtf8, Kind::X, Kind::X),
        Builtin(EqualsByteString, Kind::OnDiagonal, Kind::Constant),
        Builtin(EqualsData, Kind::Min, Kind::Constant),
        Builtin(EqualsInteger, Kind::Min, Kind::Constant),
        Builtin(EqualsString, Kind::OnDiagonal, Kind::Constant),
        Builtin(FstPair, Kind::Constant, Kind::Constant),
        Builtin(HeadList, Kind::Constant, Kind::Constant),
        Builtin(IData, Kind::Constant, Kind::Constant),
        Builtin(IfThenElse, Kind::Constant, Kind::Constant),
        Builtin(IndexByteString, Kind::Constant, Kind::Constant),
        Builtin(LengthOfByteString, Kind::Constant, Kind::Constant),
        Builtin(LessThanByteString, Kind::Min, Kind::Constant),
        Builtin(LessThanEqualsByteString, Kind::Min, Kind::Constant),
        Builtin(LessThanEqualsInteger, Kind::Min, Kind::Constant),
        Builtin(LessThanInteger, Kind::Min, Kind::Constant),
        Builtin(ListData, Kind::Constant, Kind::Constant),
        Builtin(MapData, Kind::Constant, Kind::Constant),
        Builtin(MkCons, Kind::Constant, Kind::Constant),
        Builtin(MkNilData, Kind::Constant, Kind::Constant),
        Builtin(MkNilPairData, Kind::Constant, Kind::Constant),
        Builtin(MkPairData, Kind::Constant, Kind::Constant),
        Builtin(ModInteger, Kind::Division, Kind::Remainder),
        Builtin(MultiplyInteger, Kind::Multiplied, Kind::Added),
        Builtin(NullList, Kind::Constant, Kind::Constant),
        Builtin(QuotientInteger, Kind::Quotient, Kind::Subtracted),
        Builtin(RemainderInteger, Kind::Quotient, Kind::Remainder),
    ]
}

fn alonzo_after_serialise() -> Vec<Entry> {
    vec![
        Builtin(Sha2_256, Kind::X, Kind::Constant),
        Builtin(Sha3_256, Kind::X, Kind::Constant),
        Builtin(SliceByteString, Kind::Z, Kind::Z),
        Builtin(SndPair, Kind::Constant, Kind::Constant),
        Builtin(SubtractInteger, Kind::Max, Kind::Max),
        Builtin(TailList, Kind::Constant, Kind::Constant),
        Builtin(Trace, Kind::Constant, Kind::Constant),
        Builtin(UnBData, Kind::Constant, Kind::Constant),
        Builtin(UnConstrData, Kind::Constant, Kind::Constant),
        Builtin(UnIData, Kind::Constant, Kind::Constant),
        Builtin(UnListData, Kind::Constant, Kind::Constant),
        Builtin(UnMapData, Kind::Constant, Kind::Constant),
    ]
}

fn conversions() -> Vec<Entry> {
    vec![
        Builtin(IntegerToByteString, Kind::QuadraticZ, Kind::LiteralYOrInZ),
        Builtin(ByteStringToInteger, Kind::QuadraticY, Kind::Y),
    ]
}

fn chang() -> Vec<Entry> {
    vec![
        Step(StepKind::Constr),
        Step(StepKind::Case),
        Builtin(Bls12_381_G1_Add, Kind::Constant, Kind::Constant),
        Builtin(Bls12_381_G1_Compress, Kind::Constant, Kind::Constant),
        Builtin(Bls12_381_G1_Equal, Kind::Constant, Kind::Constant),
        Builtin(Bls12_381_G1_HashToGroup, Kind::X, Kind::Constant),
        Builtin(Bls12_381_G1_Neg, Kind::Constant, Kind::Constant),
        Builtin(Bls12_381_G1_ScalarMul, Kind::X, Kind::Constant),
        Builtin(Bls12_381_G1_Uncompress, Kind::Constant, Kind::Constant),
        Builtin(Bls12_381_G2_Add, Kind::Constant, Kind::Constant),
        Builtin(Bls12_381_G2_Compress, Kind::Constant, Kind::Constant),
        Builtin(Bls12_381_G2_Equal, Kind::Constant, Kind::Constant),
        Builtin(Bls12_381_G2_HashToGroup, Kind::X, Kind::Constant),
        Builtin(Bls12_381_G2_Neg, Kind::Constant, Kind::Constant),
        Builtin(Bls12_381_G2_ScalarMul, Kind::X, Kind::Constant),
        Builtin(Bls12_381_G2_Uncompress, Kind::Constant, Kind::Constant),
        Builtin(Bls12_381_FinalVerify, Kind::Constant, Kind::Constant),
        Builtin(Bls12_381_MillerLoop, Kind::Constant, Kind::Constant),
        Builtin(Bls12_381_MulMlResult, Kind::Constant, Kind::Constant),
        Builtin(Keccak_256, Kind::X, Kind::Constant),
        Builtin(Blake2b_224, Kind::X, Kind::Constant),
    ]
}

fn plomin() -> Vec<Entry> {
    vec![
        Builtin(AndByteString, Kind::YAndZ, Kind::MaxOfYAndZ),
        Builtin(OrByteString, Kind::YAndZ, Kind::MaxOfYAndZ),
        Builtin(XorByteString, Kind::YAndZ, Kind::MaxOfYAndZ),
        Builtin(ComplementByteString, Kind::X, Kind::X),
        Builtin(ReadBit, Kind::Constant, Kind::Constant),
        Builtin(WriteBits, Kind::Y, Kind::X),
        Builtin(ReplicateByte, Kind::X, Kind::X),
        Builtin(ShiftByteString, Kind::X, Kind::X),
        Builtin(RotateByteString, Kind::X, Kind::X),
        Builtin(CountSetBits, Kind::X, Kind::Constant),
        Builtin(FindFirstSetBit, Kind::X, Kind::Constant),
        Builtin(Ripemd_160, Kind::X, Kind::Constant),
    ]
}

fn van_rossem() -> Vec<Entry> {
    vec![
        Builtin(ExpModInteger, Kind::ExpMod, Kind::Z),
        Builtin(DropList, Kind::X, Kind::Constant),
        Builtin(LengthOfArray, Kind::Constant, Kind::Constant),
        Builtin(ListToArray, Kind::X, Kind::X),
        Builtin(IndexArray, Kind::Constant, Kind::Constant),
        Builtin(Bls12_381_G1_MultiScalarMul, Kind::X, Kind::Constant),
        Builtin(Bls12_381_G2_MultiScalarMul, Kind::X, Kind::Constant),
        Builtin(InsertCoin, Kind::U, Kind::U),
        Builtin(LookupCoin, Kind::Z, Kind::Constant),
        Builtin(UnionValue, Kind::Interaction, Kind::Added),
        Builtin(ValueContains, Kind::ConstantAboveLinear, Kind::Constant),
        Builtin(ValueData, Kind::X, Kind::X),
        Builtin(UnValueData, Kind::QuadraticX, Kind::X),
        Builtin(ScaleValue, Kind::Y, Kind::Y),
    ]
}

/// The shape whose coefficients `next` gives in their order.
pub fn shape(
    kind: Kind,
    language: PlutusVersion,
    variant: SemanticsVariant,
    mut next: impl FnMut() -> i64,
) -> Shape {
    match kind {
        Kind::Constant => Shape::Constant(next()),
        Kind::X => Shape::In(0, linear(next)),
        Kind::Y => Shape::In(1, linear(next)),
        Kind::Z => Shape::In(2, linear(next)),
        Kind::U => Shape::In(3, linear(next)),
        Kind::QuadraticX => Shape::QuadraticIn(0, [next(), next(), next()]),
        Kind::QuadraticY => Shape::QuadraticIn(1, [next(), next(), next()]),
        Kind::QuadraticZ => Shape::QuadraticIn(2, [next(), next(), next()]),
        Kind::Added => Shape::Added(linear(next)),
        Kind::Multiplied => Shape::Multiplied(linear(next)),
        Kind::Min => Shape::Min(linear(next)),
        Kind::Max => Shape::Max(linear(next)),
        Kind::MaxOfYAndZ => Shape::MaxOfYAndZ(linear(next)),
        Kind::OnDiagonal => Shape::OnDiagonal(next(), linear(next)),
        Kind::YAndZ => Shape::YAndZ { intercept: next(), y: next(), z: next() },
        Kind::LiteralYOrInZ => Shape::LiteralYOrInZ(linear(next)),
        Kind::Interaction => {
            Shape::Interaction { c00: next(), c10: next(), c01: next(), c11: next() }
        }
        Kind::ExpMod => Shape::ExpMod { c00: next(), c11: next(), c12: next() },
        Kind::ConstantAboveLinear => {
            Shape::ConstantAbove(next(), Area::Linear { intercept: next(), x: next(), y: next() })
        }
        Kind::Subtracted => {
            let (linear, minimum) = subtracted(next);
            Shape::Subtracted(linear, minimum)
        }
        Kind::Division if variant.is_van_rossem() => {
            let _unused = next();
            Shape::BothSides(area(language, next))
        }
        Kind::Division | Kind::Quotient => Shape::ConstantAbove(next(), area(language, next)),
        Kind::Remainder if language == PlutusVersion::V3 => Shape::In(1, linear(next)),
        Kind::Remainder => {
            let (linear, minimum) = subtracted(next);
            if variant.is_van_rossem() {
                Shape::In(1, linear)
            } else {
                Shape::Subtracted(linear, minimum)
            }
        }
    }
}

fn linear(mut next: impl FnMut() -> i64) -> Linear {
    Linear { intercept: next(), slope: next() }
}

fn subtracted(mut next: impl FnMut() -> i64) -> (Linear, i64) {
    let (intercept, minimum, slope) = (next(), next(), next());
    (Linear { intercept, slope }, minimum)
}

fn area(language: PlutusVersion, mut next: impl FnMut() -> i64) -> Area {
    if language != PlutusVersion::V3 {
        return Area::Multiplied(linear(next));
    }
    let [c00, c01, c02, c10, c11, c20, minimum] = std::array::from_fn(|_| next());
    Area::Quadratic { minimum, c00, c01, c02, c10, c11, c20 }
}

//! Bounds on the arguments of builtins, which came with protocol version 11 (plutus 1.63).

use crate::{binder::Eval, builtin::DefaultFunction, constant::Constant, constant::Integer};

use super::{MachineError, RuntimeError, value::Value};

/// Bits of an integer without its sign: from -2^262143 to 2^262143 - 1.
const INTEGER_BITS_MAX: u64 = 262_143;
const BYTES_MAX: usize = 65_536;
const WRITE_BITS_BYTES_MAX: usize = 4_096;

/// Refuses arguments beyond the bounds. Those of a wrong type are left to the builtin itself.
pub(super) fn check<'a, V>(
    fun: DefaultFunction,
    args: &[&'a Value<'a, V>],
) -> Result<(), MachineError<'a, V>>
where
    V: Eval<'a>,
{
    for place in integers(fun) {
        if let Some(Value::Con(Constant::Integer(n))) = args.get(*place)
            && !within(n, INTEGER_BITS_MAX)
        {
            return Err(MachineError::runtime(RuntimeError::ArgumentBeyondBounds));
        }
    }
    let most = match fun {
        DefaultFunction::WriteBits => WRITE_BITS_BYTES_MAX,
        _ => BYTES_MAX,
    };
    for place in byte_strings(fun) {
        if let Some(Value::Con(Constant::ByteString(bytes))) = args.get(*place)
            && bytes.len() > most
        {
            return Err(MachineError::runtime(RuntimeError::ArgumentBeyondBounds));
        }
    }
    Ok(())
}

/// From -2^bits to 2^bits - 1.
pub(super) fn within(n: &Integer, bits: u64) -> bool {
    n.bits() <= bits || (n.bits() == bits + 1 && *n == -(Integer::from(1) << bits))
}

fn integers(fun: DefaultFunction) -> &'static [usize] {
    use DefaultFunction::*;

    match fun {
        AddInteger
        | SubtractInteger
        | MultiplyInteger
        | DivideInteger
        | QuotientInteger
        | RemainderInteger
        | ModInteger
        | LessThanInteger
        | LessThanEqualsInteger => &[0, 1],
        _ => &[],
    }
}

fn byte_strings(fun: DefaultFunction) -> &'static [usize] {
    use DefaultFunction::*;

    match fun {
        AppendByteString | EqualsByteString | LessThanByteString | LessThanEqualsByteString => {
            &[0, 1]
        }
        IndexByteString
        | Sha2_256
        | Sha3_256
        | Blake2b_256
        | Blake2b_224
        | Keccak_256
        | Ripemd_160
        | DecodeUtf8
        | Bls12_381_G1_HashToGroup
        | Bls12_381_G2_HashToGroup
        | ComplementByteString
        | ReadBit
        | CountSetBits
        | FindFirstSetBit
        | WriteBits => &[0],
        ConsByteString
        | VerifyEd25519Signature
        | VerifySchnorrSecp256k1Signature
        | ByteStringToInteger => &[1],
        SliceByteString => &[2],
        AndByteString | OrByteString | XorByteString => &[1, 2],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_are_those_of_a_signed_number() {
        for bits in [7, 4_095, INTEGER_BITS_MAX] {
            let most = (Integer::from(1) << bits) - 1;
            let least = -(Integer::from(1) << bits);
            assert!(within(&most, bits) && within(&least, bits) && within(&Integer::ZERO, bits));
            assert!(!within(&(most + 1), bits) && !within(&(least - 1), bits));
        }
    }
}

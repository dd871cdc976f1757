use core::str;
use std::array::TryFromSliceError;

use crate::{
    arena::Arena,
    binder::Eval,
    bls::{Compressable, SCALAR_PERIOD},
    builtin::DefaultFunction,
    constant::{self, Constant, Integer, List},
    data::PlutusData,
    ledger_value::{self, LedgerValue, ValueError},
    seq::Seq,
    typ::Type,
};
use bumpalo::collections::{String as BumpString, Vec as BumpVec};
use num_integer::Integer as NumInteger;
use num_traits::{One, Signed, Zero};

use super::{
    Machine, MachineError, RuntimeError, bounds,
    cost_model::{self, Size, text_size},
    value::Value,
};

pub const INTEGER_TO_BYTE_STRING_MAXIMUM_OUTPUT_LENGTH: i64 = 8192;

/// Bits of the numbers that points are multiplied by, without the sign.
const SCALAR_BITS: u64 = 4095;

fn check_scalar(int: &Integer) -> Result<(), RuntimeError<'_>> {
    if bounds::within(int, SCALAR_BITS) { Ok(()) } else { Err(RuntimeError::ScalarOutOfBounds) }
}

/// Bits of the numbers that `expModInteger` takes, without the sign.
const EXP_MOD_BITS: u64 = 8191;

/// Reduce scalar mod SCALAR_PERIOD, convert to LE bytes, and append to the output buffer.
/// The caller has checked its range.
fn prepare_msm_scalar(
    si: &Integer,
    scalar_buf: &mut blst::blst_scalar,
    scalar_bytes: &mut Vec<u8>,
) {
    let si = si.mod_floor(&SCALAR_PERIOD);
    let (_, be_bytes) = si.to_bytes_be();

    // Zero-padded big-endian scalar on the stack (always 32 bytes).
    const SIZE: usize = size_of::<blst::blst_scalar>();
    let mut padded = [0u8; SIZE];
    padded[SIZE - be_bytes.len()..].copy_from_slice(&be_bytes);

    unsafe {
        blst::blst_scalar_from_bendian(scalar_buf as *mut _, padded.as_ptr() as *const _);
    }
    scalar_bytes.extend_from_slice(&scalar_buf.b);
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlutusVersion {
    V1,
    V2,
    V3,
}

/// The ledger's variants of builtins from Chang (protocol version 9) on; variant A ended there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SemanticsVariant {
    B,
    C,
    D,
    E,
}

impl SemanticsVariant {
    const VAN_ROSSEM: u64 = 11;

    pub fn of(language: PlutusVersion, protocol_major: u64) -> Self {
        match (language, protocol_major >= Self::VAN_ROSSEM) {
            (PlutusVersion::V1 | PlutusVersion::V2, false) => Self::B,
            (PlutusVersion::V3, false) => Self::C,
            (PlutusVersion::V1 | PlutusVersion::V2, true) => Self::D,
            (PlutusVersion::V3, true) => Self::E,
        }
    }

    pub fn is_van_rossem(self) -> bool {
        matches!(self, Self::D | Self::E)
    }
}

#[derive(Debug)]
pub struct Runtime<'a, V>
where
    V: Eval<'a>,
{
    pub args: BumpVec<'a, &'a Value<'a, V>>,
    pub fun: &'a DefaultFunction,
    pub forces: usize,
}

impl<'a, V> Runtime<'a, V>
where
    V: Eval<'a>,
{
    pub fn new(arena: &'a Arena, fun: &'a DefaultFunction) -> &'a Self {
        arena.alloc(Self { args: BumpVec::new_in(arena.as_bump()), fun, forces: 0 })
    }

    pub fn force(&self, arena: &'a Arena) -> &'a Self {
        let new_runtime = arena.alloc(Runtime {
            args: self.args.clone(),
            fun: self.fun,
            forces: self.forces + 1,
        });

        new_runtime
    }

    pub fn push(&self, arena: &'a Arena, arg: &'a Value<'a, V>) -> &'a Self {
        let new_runtime =
            arena.alloc(Runtime { args: self.args.clone(), fun: self.fun, forces: self.forces });

        new_runtime.args.push(arg);

        new_runtime
    }

    pub fn needs_force(&self) -> bool {
        self.forces < self.fun.force_count()
    }

    pub fn is_arrow(&self) -> bool {
        self.args.len() < self.fun.arity()
    }

    pub fn is_ready(&self) -> bool {
        self.args.len() == self.fun.arity()
    }
}

impl<'a> Machine<'a, '_> {
    pub fn call<V>(
        &mut self,
        runtime: &'a Runtime<'a, V>,
    ) -> Result<&'a Value<'a, V>, MachineError<'a, V>>
    where
        V: Eval<'a>,
    {
        if self.costs.variant.is_van_rossem() {
            bounds::check(*runtime.fun, &runtime.args)?;
        }

        match runtime.fun {
            DefaultFunction::AddInteger => {
                let arg1 = runtime.args[0].unwrap_integer()?;
                let arg2 = runtime.args[1].unwrap_integer()?;

                self.pay(DefaultFunction::AddInteger, &[Size::integer(arg1), Size::integer(arg2)])?;

                let result = arg1 + arg2;
                let new = self.arena.alloc_integer(result);

                let value = Value::integer(self.arena, new);

                Ok(value)
            }
            DefaultFunction::SubtractInteger => {
                let arg1 = runtime.args[0].unwrap_integer()?;
                let arg2 = runtime.args[1].unwrap_integer()?;

                self.pay(
                    DefaultFunction::SubtractInteger,
                    &[Size::integer(arg1), Size::integer(arg2)],
                )?;

                let result = arg1 - arg2;

                let new = self.arena.alloc_integer(result);

                let value = Value::integer(self.arena, new);

                Ok(value)
            }
            DefaultFunction::EqualsInteger => {
                let arg1 = runtime.args[0].unwrap_integer()?;
                let arg2 = runtime.args[1].unwrap_integer()?;

                self.pay(
                    DefaultFunction::EqualsInteger,
                    &[Size::integer(arg1), Size::integer(arg2)],
                )?;

                let result = arg1 == arg2;

                let value = Value::bool(self.arena, result);

                Ok(value)
            }
            DefaultFunction::LessThanEqualsInteger => {
                let arg1 = runtime.args[0].unwrap_integer()?;
                let arg2 = runtime.args[1].unwrap_integer()?;

                self.pay(
                    DefaultFunction::LessThanEqualsInteger,
                    &[Size::integer(arg1), Size::integer(arg2)],
                )?;

                let result = arg1 <= arg2;

                let value = Value::bool(self.arena, result);

                Ok(value)
            }
            DefaultFunction::AppendByteString => {
                let arg1 = runtime.args[0].unwrap_byte_string()?;
                let arg2 = runtime.args[1].unwrap_byte_string()?;

                self.pay(
                    DefaultFunction::AppendByteString,
                    &[Size::bytes(arg1), Size::bytes(arg2)],
                )?;

                let mut result =
                    BumpVec::with_capacity_in(arg1.len() + arg2.len(), self.arena.as_bump());

                result.extend_from_slice(arg1);
                result.extend_from_slice(arg2);

                let result = self.arena.alloc(result);

                let value = Value::byte_string(self.arena, result);

                Ok(value)
            }
            DefaultFunction::EqualsByteString => {
                let arg1 = runtime.args[0].unwrap_byte_string()?;
                let arg2 = runtime.args[1].unwrap_byte_string()?;

                self.pay(
                    DefaultFunction::EqualsByteString,
                    &[Size::bytes(arg1), Size::bytes(arg2)],
                )?;

                let result = arg1 == arg2;

                let value = Value::bool(self.arena, result);

                Ok(value)
            }
            DefaultFunction::IfThenElse => {
                let arg1 = runtime.args[0].unwrap_bool()?;
                let arg2 = runtime.args[1];
                let arg3 = runtime.args[2];
                self.pay(DefaultFunction::IfThenElse, &[])?;

                if arg1 { Ok(arg2) } else { Ok(arg3) }
            }
            DefaultFunction::MultiplyInteger => {
                let arg1 = runtime.args[0].unwrap_integer()?;
                let arg2 = runtime.args[1].unwrap_integer()?;

                self.pay(
                    DefaultFunction::MultiplyInteger,
                    &[Size::integer(arg1), Size::integer(arg2)],
                )?;

                let result = arg1 * arg2;

                let new = self.arena.alloc_integer(result);

                let value = Value::integer(self.arena, new);

                Ok(value)
            }
            DefaultFunction::DivideInteger => {
                let arg1 = runtime.args[0].unwrap_integer()?;
                let arg2 = runtime.args[1].unwrap_integer()?;

                self.pay(
                    DefaultFunction::DivideInteger,
                    &[Size::integer(arg1), Size::integer(arg2)],
                )?;

                if !arg2.is_zero() {
                    let (result, _) = arg1.div_mod_floor(arg2);

                    let new = self.arena.alloc_integer(result);

                    let value = Value::integer(self.arena, new);

                    Ok(value)
                } else {
                    Err(MachineError::division_by_zero(arg1, arg2))
                }
            }
            DefaultFunction::QuotientInteger => {
                let arg1 = runtime.args[0].unwrap_integer()?;
                let arg2 = runtime.args[1].unwrap_integer()?;

                self.pay(
                    DefaultFunction::QuotientInteger,
                    &[Size::integer(arg1), Size::integer(arg2)],
                )?;

                if !arg2.is_zero() {
                    let (quotient, _) = arg1.div_rem(arg2);
                    let q = self.arena.alloc_integer(quotient);
                    let value = Value::integer(self.arena, q);
                    Ok(value)
                } else {
                    Err(MachineError::division_by_zero(arg1, arg2))
                }
            }
            DefaultFunction::RemainderInteger => {
                let arg1 = runtime.args[0].unwrap_integer()?;
                let arg2 = runtime.args[1].unwrap_integer()?;

                self.pay(
                    DefaultFunction::RemainderInteger,
                    &[Size::integer(arg1), Size::integer(arg2)],
                )?;

                if !arg2.is_zero() {
                    let (_, remainder) = arg1.div_rem(arg2);
                    let r = self.arena.alloc_integer(remainder);
                    let value = Value::integer(self.arena, r);
                    Ok(value)
                } else {
                    Err(MachineError::division_by_zero(arg1, arg2))
                }
            }
            DefaultFunction::ModInteger => {
                let arg1 = runtime.args[0].unwrap_integer()?;
                let arg2 = runtime.args[1].unwrap_integer()?;

                self.pay(DefaultFunction::ModInteger, &[Size::integer(arg1), Size::integer(arg2)])?;

                if !arg2.is_zero() {
                    let (_, result) = arg1.div_mod_floor(arg2);
                    let result = self.arena.alloc_integer(result);
                    let value = Value::integer(self.arena, result);

                    Ok(value)
                } else {
                    Err(MachineError::division_by_zero(arg1, arg2))
                }
            }
            DefaultFunction::LessThanInteger => {
                let arg1 = runtime.args[0].unwrap_integer()?;
                let arg2 = runtime.args[1].unwrap_integer()?;

                self.pay(
                    DefaultFunction::LessThanInteger,
                    &[Size::integer(arg1), Size::integer(arg2)],
                )?;

                let result = arg1 < arg2;

                let value = Value::bool(self.arena, result);

                Ok(value)
            }
            DefaultFunction::ConsByteString => {
                let arg1 = runtime.args[0].unwrap_integer()?;
                let arg2 = runtime.args[1].unwrap_byte_string()?;

                self.pay(
                    DefaultFunction::ConsByteString,
                    &[Size::integer(arg1), Size::bytes(arg2)],
                )?;

                let byte: u8 = match self.costs.variant {
                    SemanticsVariant::B | SemanticsVariant::D => {
                        let wrap: Integer = arg1.mod_floor(&256.into());

                        wrap.try_into().expect("should cast to u8 just fine")
                    }
                    SemanticsVariant::C | SemanticsVariant::E => {
                        if *arg1 > Integer::from(255) || *arg1 < Integer::from(0) {
                            return Err(MachineError::byte_string_cons_not_a_byte(arg1));
                        }

                        arg1.try_into().expect("should cast to u8 just fine")
                    }
                };

                let mut ret = BumpVec::with_capacity_in(arg2.len() + 1, self.arena.as_bump());

                ret.push(byte);

                ret.extend_from_slice(arg2);

                let ret = self.arena.alloc(ret);

                let value = Value::byte_string(self.arena, ret);

                Ok(value)
            }
            DefaultFunction::SliceByteString => {
                let arg1 = runtime.args[0].unwrap_integer()?;
                let arg2 = runtime.args[1].unwrap_integer()?;
                let arg3 = runtime.args[2].unwrap_byte_string()?;

                self.pay(
                    DefaultFunction::SliceByteString,
                    &[Size::integer(arg1), Size::integer(arg2), Size::bytes(arg3)],
                )?;

                // Both are machine words: what is none is an error, even when it would change nothing.
                let within = |n: &'a Integer| -> Result<usize, MachineError<'a, V>> {
                    let n = i64::try_from(n).map_err(|_| MachineError::outside_usize_bounds(n))?;

                    Ok(usize::try_from(n).unwrap_or(0).min(arg3.len()))
                };
                let skip = within(arg1)?;
                let take = within(arg2)?;

                let skip_take: usize =
                    if skip + take > arg3.len() { arg3.len() } else { skip + take };

                let value = Value::byte_string(self.arena, &arg3[skip..(skip_take)]);

                Ok(value)
            }
            DefaultFunction::LengthOfByteString => {
                let arg1 = runtime.args[0].unwrap_byte_string()?;

                self.pay(DefaultFunction::LengthOfByteString, &[])?;

                let result: Integer = arg1.len().into();

                let new = self.arena.alloc_integer(result);
                let value = Value::integer(self.arena, new);

                Ok(value)
            }
            DefaultFunction::IndexByteString => {
                let arg1 = runtime.args[0].unwrap_byte_string()?;
                let arg2 = runtime.args[1].unwrap_integer()?;

                self.pay(DefaultFunction::IndexByteString, &[])?;

                let index = usize::try_from(arg2).unwrap_or(usize::MAX);

                if index < arg1.len() {
                    let result: Integer = arg1[index].into();
                    let new = self.arena.alloc_integer(result);
                    let value = Value::integer(self.arena, new);

                    Ok(value)
                } else {
                    Err(MachineError::byte_string_out_of_bounds(arg1, arg2))
                }
            }
            DefaultFunction::LessThanByteString => {
                let arg1 = runtime.args[0].unwrap_byte_string()?;
                let arg2 = runtime.args[1].unwrap_byte_string()?;

                self.pay(
                    DefaultFunction::LessThanByteString,
                    &[Size::bytes(arg1), Size::bytes(arg2)],
                )?;

                let result = arg1 < arg2;

                let value = Value::bool(self.arena, result);

                Ok(value)
            }
            DefaultFunction::LessThanEqualsByteString => {
                let arg1 = runtime.args[0].unwrap_byte_string()?;
                let arg2 = runtime.args[1].unwrap_byte_string()?;

                self.pay(
                    DefaultFunction::LessThanEqualsByteString,
                    &[Size::bytes(arg1), Size::bytes(arg2)],
                )?;

                let result = arg1 <= arg2;

                let value = Value::bool(self.arena, result);

                Ok(value)
            }
            DefaultFunction::Sha2_256 => {
                use cryptoxide::{digest::Digest, sha2::Sha256};

                let arg1 = runtime.args[0].unwrap_byte_string()?;

                self.pay(DefaultFunction::Sha2_256, &[Size::bytes(arg1)])?;

                let mut hasher = Sha256::new();

                hasher.input(arg1);

                let mut bytes =
                    BumpVec::with_capacity_in(hasher.output_bytes(), self.arena.as_bump());

                unsafe {
                    bytes.set_len(hasher.output_bytes());
                }

                hasher.result(&mut bytes);

                let bytes = self.arena.alloc(bytes);

                let value = Value::byte_string(self.arena, bytes);

                Ok(value)
            }
            DefaultFunction::Sha3_256 => {
                use cryptoxide::{digest::Digest, sha3::Sha3_256};

                let arg1 = runtime.args[0].unwrap_byte_string()?;

                self.pay(DefaultFunction::Sha3_256, &[Size::bytes(arg1)])?;

                let mut hasher = Sha3_256::new();

                hasher.input(arg1);

                let mut bytes =
                    BumpVec::with_capacity_in(hasher.output_bytes(), self.arena.as_bump());

                unsafe {
                    bytes.set_len(hasher.output_bytes());
                }

                hasher.result(&mut bytes);

                let bytes = self.arena.alloc(bytes);

                let value = Value::byte_string(self.arena, bytes);

                Ok(value)
            }
            DefaultFunction::Blake2b_256 => {
                use cryptoxide::{blake2b::Blake2b, digest::Digest};

                let arg1 = runtime.args[0].unwrap_byte_string()?;

                self.pay(DefaultFunction::Blake2b_256, &[Size::bytes(arg1)])?;

                let mut digest = BumpVec::with_capacity_in(32, self.arena.as_bump());

                unsafe {
                    digest.set_len(32);
                }

                let mut context = Blake2b::new(32);

                context.input(arg1);
                context.result(&mut digest);

                let digest = self.arena.alloc(digest);

                let value = Value::byte_string(self.arena, digest);

                Ok(value)
            }
            DefaultFunction::Keccak_256 => {
                use cryptoxide::{digest::Digest, sha3::Keccak256};

                let arg1 = runtime.args[0].unwrap_byte_string()?;

                self.pay(DefaultFunction::Keccak_256, &[Size::bytes(arg1)])?;

                let mut hasher = Keccak256::new();

                hasher.input(arg1);

                let mut bytes =
                    BumpVec::with_capacity_in(hasher.output_bytes(), self.arena.as_bump());

                unsafe {
                    bytes.set_len(hasher.output_bytes());
                }

                hasher.result(&mut bytes);

                let bytes = self.arena.alloc(bytes);

                let value = Value::byte_string(self.arena, bytes);

                Ok(value)
            }
            DefaultFunction::Blake2b_224 => {
                use cryptoxide::{blake2b::Blake2b, digest::Digest};

                let arg1 = runtime.args[0].unwrap_byte_string()?;

                self.pay(DefaultFunction::Blake2b_224, &[Size::bytes(arg1)])?;

                let mut digest = BumpVec::with_capacity_in(28, self.arena.as_bump());

                unsafe {
                    digest.set_len(28);
                }

                let mut context = Blake2b::new(28);

                context.input(arg1);
                context.result(&mut digest);

                let digest = self.arena.alloc(digest);

                let value = Value::byte_string(self.arena, digest);

                Ok(value)
            }
            DefaultFunction::VerifyEd25519Signature => {
                let public_key = runtime.args[0].unwrap_byte_string()?;
                let message = runtime.args[1].unwrap_byte_string()?;
                let signature = runtime.args[2].unwrap_byte_string()?;

                self.pay(
                    DefaultFunction::VerifyEd25519Signature,
                    &[Size::bytes(public_key), Size::bytes(message), Size::bytes(signature)],
                )?;

                let public_key: [u8; 32] =
                    public_key.try_into().map_err(|e: TryFromSliceError| {
                        MachineError::unexpected_ed25519_public_key_length(e)
                    })?;

                let signature: [u8; 64] =
                    signature.try_into().map_err(|e: TryFromSliceError| {
                        MachineError::unexpected_ed25519_signature_length(e)
                    })?;

                let valid = (self.verify_ed25519)(&public_key, message, &signature);

                let value = Value::bool(self.arena, valid);

                Ok(value)
            }
            DefaultFunction::VerifyEcdsaSecp256k1Signature => {
                use secp256k1::{Message, PublicKey, Secp256k1, ecdsa::Signature};

                let public_key = runtime.args[0].unwrap_byte_string()?;
                let message = runtime.args[1].unwrap_byte_string()?;
                let signature = runtime.args[2].unwrap_byte_string()?;

                self.pay(DefaultFunction::VerifyEcdsaSecp256k1Signature, &[])?;

                let secp = Secp256k1::verification_only();

                // The library parses uncompressed keys too, the ledger only 33 bytes.
                if public_key.len() != secp256k1::constants::PUBLIC_KEY_SIZE {
                    return Err(MachineError::secp256k1(secp256k1::Error::InvalidPublicKey));
                }

                let public_key =
                    PublicKey::from_slice(public_key).map_err(MachineError::secp256k1)?;

                let signature =
                    Signature::from_compact(signature).map_err(MachineError::secp256k1)?;

                let message =
                    Message::from_digest_slice(message).map_err(MachineError::secp256k1)?;

                let valid = secp.verify_ecdsa(&message, &signature, &public_key);

                let value = Value::bool(self.arena, valid.is_ok());

                Ok(value)
            }
            DefaultFunction::VerifySchnorrSecp256k1Signature => {
                use secp256k1::{Secp256k1, XOnlyPublicKey, schnorr::Signature};

                let public_key = runtime.args[0].unwrap_byte_string()?;
                let message = runtime.args[1].unwrap_byte_string()?;
                let signature = runtime.args[2].unwrap_byte_string()?;

                self.pay(
                    DefaultFunction::VerifySchnorrSecp256k1Signature,
                    &[Size::bytes(public_key), Size::bytes(message), Size::bytes(signature)],
                )?;

                let secp = Secp256k1::verification_only();

                let public_key =
                    XOnlyPublicKey::from_slice(public_key).map_err(MachineError::secp256k1)?;

                let signature =
                    Signature::from_slice(signature).map_err(MachineError::secp256k1)?;

                let valid = secp.verify_schnorr(&signature, message, &public_key);

                let value = Value::bool(self.arena, valid.is_ok());

                Ok(value)
            }
            DefaultFunction::AppendString => {
                let arg1 = runtime.args[0].unwrap_string()?;
                let arg2 = runtime.args[1].unwrap_string()?;

                self.pay(
                    DefaultFunction::AppendString,
                    &[text_size(arg1, self.costs.variant), text_size(arg2, self.costs.variant)],
                )?;

                let mut new = BumpString::new_in(self.arena.as_bump());

                new.push_str(arg1);
                new.push_str(arg2);

                let new = self.arena.alloc(new);

                let value = Value::string(self.arena, new);

                Ok(value)
            }
            DefaultFunction::EqualsString => {
                let arg1 = runtime.args[0].unwrap_string()?;
                let arg2 = runtime.args[1].unwrap_string()?;

                self.pay(
                    DefaultFunction::EqualsString,
                    &[text_size(arg1, self.costs.variant), text_size(arg2, self.costs.variant)],
                )?;

                let value = Value::bool(self.arena, arg1 == arg2);

                Ok(value)
            }
            DefaultFunction::EncodeUtf8 => {
                let arg1 = runtime.args[0].unwrap_string()?;

                self.pay(DefaultFunction::EncodeUtf8, &[text_size(arg1, self.costs.variant)])?;

                let s_bytes = arg1.as_bytes();

                let mut bytes = BumpVec::with_capacity_in(s_bytes.len(), self.arena.as_bump());

                bytes.extend_from_slice(s_bytes);

                let bytes = self.arena.alloc(bytes);

                let value = Value::byte_string(self.arena, bytes);

                Ok(value)
            }
            DefaultFunction::DecodeUtf8 => {
                let arg1 = runtime.args[0].unwrap_byte_string()?;

                self.pay(DefaultFunction::DecodeUtf8, &[Size::bytes(arg1)])?;

                let string = str::from_utf8(arg1).map_err(|e| MachineError::decode_utf8(e))?;

                let value = Value::string(self.arena, string);

                Ok(value)
            }
            DefaultFunction::ChooseUnit => {
                runtime.args[0].unwrap_unit()?;
                let arg2 = runtime.args[1];

                self.pay(DefaultFunction::ChooseUnit, &[])?;

                Ok(arg2)
            }
            DefaultFunction::Trace => {
                runtime.args[0].unwrap_string()?;
                let arg2 = runtime.args[1];

                self.pay(DefaultFunction::Trace, &[])?;

                Ok(arg2)
            }
            DefaultFunction::FstPair => {
                let (_, _, first, _) = runtime.args[0].unwrap_pair()?;

                self.pay(DefaultFunction::FstPair, &[])?;

                let value = Value::con(self.arena, first);

                Ok(value)
            }
            DefaultFunction::SndPair => {
                let (_, _, _, second) = runtime.args[0].unwrap_pair()?;

                self.pay(DefaultFunction::SndPair, &[])?;

                let value = Value::con(self.arena, second);

                Ok(value)
            }
            DefaultFunction::ChooseList => {
                let list = runtime.args[0].unwrap_list()?;
                let arg2 = runtime.args[1];
                let arg3 = runtime.args[2];

                self.pay(DefaultFunction::ChooseList, &[])?;

                if list.is_empty() { Ok(arg2) } else { Ok(arg3) }
            }
            DefaultFunction::MkCons => {
                let item = runtime.args[0].unwrap_constant()?;
                let list = runtime.args[1].unwrap_list()?;

                self.pay(DefaultFunction::MkCons, &[])?;

                let list = list
                    .cons(self.arena, item)
                    .ok_or_else(|| MachineError::mk_cons_type_mismatch(item))?;

                Ok(list.constant(self.arena).value(self.arena))
            }
            DefaultFunction::HeadList => {
                let list = runtime.args[0].unwrap_list()?;

                self.pay(DefaultFunction::HeadList, &[])?;

                let (head, _) = list.uncons(self.arena).ok_or_else(MachineError::empty_list)?;

                Ok(Value::con(self.arena, head))
            }
            DefaultFunction::TailList => {
                let list = runtime.args[0].unwrap_list()?;

                self.pay(DefaultFunction::TailList, &[])?;

                if list.is_empty() {
                    return Err(MachineError::empty_list());
                }

                Ok(list.skip(1).constant(self.arena).value(self.arena))
            }
            DefaultFunction::NullList => {
                let list = runtime.args[0].unwrap_list()?;

                self.pay(DefaultFunction::NullList, &[])?;

                let value = Value::bool(self.arena, list.is_empty());

                Ok(value)
            }
            DefaultFunction::ChooseData => {
                let arg1 = runtime.args[0].unwrap_constant()?.unwrap_data()?;
                let arg2 = runtime.args[1];
                let arg3 = runtime.args[2];
                let arg4 = runtime.args[3];
                let arg5 = runtime.args[4];
                let arg6 = runtime.args[5];

                self.pay(DefaultFunction::ChooseData, &[])?;

                match arg1 {
                    PlutusData::Constr { .. } | PlutusData::ConstrOf { .. } => Ok(arg2),
                    PlutusData::Map(_) => Ok(arg3),
                    PlutusData::List(_) => Ok(arg4),
                    PlutusData::Integer(_) => Ok(arg5),
                    PlutusData::ByteString(_) => Ok(arg6),
                }
            }
            DefaultFunction::ConstrData => {
                let tag = runtime.args[0].unwrap_integer()?;
                let fields = runtime.args[1].unwrap_list()?;

                self.pay(DefaultFunction::ConstrData, &[])?;

                let List::Data(fields) = fields else {
                    return Err(MachineError::type_mismatch(
                        Type::Data,
                        runtime.args[1].unwrap_constant()?,
                    ));
                };

                if self.costs.variant.is_van_rossem() && u64::try_from(tag).is_err() {
                    return Err(MachineError::outside_usize_bounds(tag));
                }

                let data = PlutusData::constr_of(self.arena, tag, fields);

                let constant = Constant::data(self.arena, data);

                let value = Value::con(self.arena, constant);

                Ok(value)
            }
            DefaultFunction::MapData => {
                let list = runtime.args[0].unwrap_list()?;

                self.pay(DefaultFunction::MapData, &[])?;

                let List::Pairs(pairs) = list else {
                    return Err(MachineError::type_mismatch(
                        Type::List(&Type::Pair(&Type::Data, &Type::Data)),
                        runtime.args[0].unwrap_constant()?,
                    ));
                };

                Ok(PlutusData::map(self.arena, pairs).constant(self.arena).value(self.arena))
            }
            DefaultFunction::ListData => {
                let list = runtime.args[0].unwrap_list()?;

                self.pay(DefaultFunction::ListData, &[])?;

                let List::Data(items) = list else {
                    return Err(MachineError::type_mismatch(
                        Type::Data,
                        runtime.args[0].unwrap_constant()?,
                    ));
                };

                Ok(PlutusData::list(self.arena, items).constant(self.arena).value(self.arena))
            }
            DefaultFunction::IData => {
                let i = runtime.args[0].unwrap_integer()?;

                self.pay(DefaultFunction::IData, &[])?;

                let i = PlutusData::integer(self.arena, i);

                let value = i.constant(self.arena).value(self.arena);

                Ok(value)
            }
            DefaultFunction::BData => {
                let b = runtime.args[0].unwrap_byte_string()?;

                self.pay(DefaultFunction::BData, &[])?;

                let b = PlutusData::byte_string(self.arena, b);

                let value = b.constant(self.arena).value(self.arena);

                Ok(value)
            }
            DefaultFunction::UnConstrData => {
                let (tag, fields) =
                    runtime.args[0].unwrap_constant()?.unwrap_data()?.unwrap_constr(self.arena)?;

                self.pay(DefaultFunction::UnConstrData, &[])?;

                let constant = Constant::proto_pair(
                    self.arena,
                    &Type::Integer,
                    &Type::List(&Type::Data),
                    Constant::integer(self.arena, tag),
                    Constant::data_list(self.arena, fields),
                );

                let value = Value::con(self.arena, constant);

                Ok(value)
            }
            DefaultFunction::UnMapData => {
                let map = runtime.args[0].unwrap_constant()?.unwrap_data()?.unwrap_map()?;

                self.pay(DefaultFunction::UnMapData, &[])?;

                let constant = Constant::data_pairs(self.arena, map);

                let value = Value::con(self.arena, constant);

                Ok(value)
            }
            DefaultFunction::UnListData => {
                let list = runtime.args[0].unwrap_constant()?.unwrap_data()?.unwrap_list()?;

                self.pay(DefaultFunction::UnListData, &[])?;

                let constant = Constant::data_list(self.arena, list);

                let value = Value::con(self.arena, constant);

                Ok(value)
            }
            DefaultFunction::UnIData => {
                let i = runtime.args[0].unwrap_constant()?.unwrap_data()?.unwrap_integer()?;

                self.pay(DefaultFunction::UnIData, &[])?;

                let value = Value::integer(self.arena, i);

                Ok(value)
            }
            DefaultFunction::UnBData => {
                let bs = runtime.args[0].unwrap_constant()?.unwrap_data()?.unwrap_byte_string()?;

                self.pay(DefaultFunction::UnBData, &[])?;

                let value = Value::byte_string(self.arena, bs);

                Ok(value)
            }
            DefaultFunction::EqualsData => {
                let d1 = runtime.args[0].unwrap_constant()?.unwrap_data()?;
                let d2 = runtime.args[1].unwrap_constant()?.unwrap_data()?;

                self.pay(DefaultFunction::EqualsData, &[Size::Data(d1), Size::Data(d2)])?;

                let value = Value::bool(self.arena, d1.eq(d2));

                Ok(value)
            }
            DefaultFunction::SerialiseData => {
                let arg1 = runtime.args[0].unwrap_constant()?.unwrap_data()?;

                self.pay(DefaultFunction::SerialiseData, &[Size::Data(arg1)])?;

                let bytes = arg1.to_bytes(self.arena);
                let value = Value::byte_string(self.arena, bytes);

                Ok(value)
            }
            DefaultFunction::MkPairData => {
                let d1 = runtime.args[0].unwrap_constant()?.unwrap_data()?;
                let d2 = runtime.args[1].unwrap_constant()?.unwrap_data()?;

                self.pay(DefaultFunction::MkPairData, &[])?;

                let constant = Constant::data_pair(self.arena, d1, d2);

                let value = Value::con(self.arena, constant);

                Ok(value)
            }
            DefaultFunction::MkNilData => {
                runtime.args[0].unwrap_unit()?;

                self.pay(DefaultFunction::MkNilData, &[])?;

                let constant = Constant::data_list(self.arena, Seq::EMPTY);

                let value = Value::con(self.arena, constant);

                Ok(value)
            }
            DefaultFunction::MkNilPairData => {
                runtime.args[0].unwrap_unit()?;

                self.pay(DefaultFunction::MkNilPairData, &[])?;

                let constant = Constant::data_pairs(self.arena, Seq::EMPTY);

                let value = Value::con(self.arena, constant);

                Ok(value)
            }
            DefaultFunction::Bls12_381_G1_Add => {
                let arg1 = runtime.args[0].unwrap_bls12_381_g1_element()?;
                let arg2 = runtime.args[1].unwrap_bls12_381_g1_element()?;

                self.pay(DefaultFunction::Bls12_381_G1_Add, &[])?;

                let out = self.arena.alloc(blst::blst_p1::default());

                unsafe {
                    blst::blst_p1_add_or_double(out as *mut _, arg1 as *const _, arg2 as *const _);
                }

                let constant = Constant::g1(self.arena, out);

                let value = Value::con(self.arena, constant);

                Ok(value)
            }
            DefaultFunction::Bls12_381_G1_Neg => {
                let arg1 = runtime.args[0].unwrap_bls12_381_g1_element()?;

                self.pay(DefaultFunction::Bls12_381_G1_Neg, &[])?;

                let out = self.arena.alloc(*arg1);

                unsafe {
                    // second arg was true in the Cardano code
                    blst::blst_p1_cneg(out as *mut _, true);
                }

                let constant = Constant::g1(self.arena, out);

                let value = Value::con(self.arena, constant);

                Ok(value)
            }
            DefaultFunction::Bls12_381_G1_ScalarMul => {
                let arg1 = runtime.args[0].unwrap_integer()?;
                let arg2 = runtime.args[1].unwrap_bls12_381_g1_element()?;

                if self.costs.variant.is_van_rossem() {
                    check_scalar(arg1).map_err(MachineError::runtime)?;
                }

                self.pay(
                    DefaultFunction::Bls12_381_G1_ScalarMul,
                    &[Size::integer(arg1), Size::Known(1)],
                )?;

                let size_scalar = size_of::<blst::blst_scalar>();

                let arg1 = arg1.mod_floor(&SCALAR_PERIOD);
                let (_, mut arg1) = arg1.to_bytes_be();

                if size_scalar > arg1.len() {
                    let diff = size_scalar - arg1.len();

                    let mut new_vec = vec![0; diff];

                    new_vec.append(&mut arg1);

                    arg1 = new_vec;
                }

                let out = self.arena.alloc(blst::blst_p1::default());
                let scalar = self.arena.alloc(blst::blst_scalar::default());

                unsafe {
                    blst::blst_scalar_from_bendian(scalar as *mut _, arg1.as_ptr() as *const _);

                    blst::blst_p1_mult(
                        out as *mut _,
                        arg2 as *const _,
                        scalar.b.as_ptr() as *const _,
                        size_scalar * 8,
                    );
                }

                let constant = Constant::g1(self.arena, out);

                let value = Value::con(self.arena, constant);

                Ok(value)
            }
            DefaultFunction::Bls12_381_G1_Equal => {
                let arg1 = runtime.args[0].unwrap_bls12_381_g1_element()?;
                let arg2 = runtime.args[1].unwrap_bls12_381_g1_element()?;

                self.pay(DefaultFunction::Bls12_381_G1_Equal, &[])?;

                let is_equal = unsafe { blst::blst_p1_is_equal(arg1, arg2) };

                let value = Value::bool(self.arena, is_equal);

                Ok(value)
            }
            DefaultFunction::Bls12_381_G1_Compress => {
                let arg1 = runtime.args[0].unwrap_bls12_381_g1_element()?;

                self.pay(DefaultFunction::Bls12_381_G1_Compress, &[])?;

                let out = arg1.compress(self.arena);

                let value = Value::byte_string(self.arena, out);

                Ok(value)
            }
            DefaultFunction::Bls12_381_G1_Uncompress => {
                let arg1 = runtime.args[0].unwrap_byte_string()?;

                self.pay(DefaultFunction::Bls12_381_G1_Uncompress, &[])?;

                let out = blst::blst_p1::uncompress(self.arena, arg1).map_err(MachineError::bls)?;

                let constant = Constant::g1(self.arena, out);

                let value = Value::con(self.arena, constant);

                Ok(value)
            }
            DefaultFunction::Bls12_381_G1_HashToGroup => {
                let arg1 = runtime.args[0].unwrap_byte_string()?;
                let arg2 = runtime.args[1].unwrap_byte_string()?;

                self.pay(
                    DefaultFunction::Bls12_381_G1_HashToGroup,
                    &[Size::bytes(arg1), Size::bytes(arg2)],
                )?;

                if arg2.len() > 255 {
                    return Err(MachineError::hash_to_curve_dst_too_big());
                }

                let out = self.arena.alloc(blst::blst_p1::default());
                let aug = [];

                unsafe {
                    blst::blst_hash_to_g1(
                        out as *mut _,
                        arg1.as_ptr(),
                        arg1.len(),
                        arg2.as_ptr(),
                        arg2.len(),
                        aug.as_ptr(),
                        0,
                    );
                };

                let constant = Constant::g1(self.arena, out);

                let value = Value::con(self.arena, constant);

                Ok(value)
            }
            DefaultFunction::Bls12_381_G2_Add => {
                let arg1 = runtime.args[0].unwrap_bls12_381_g2_element()?;
                let arg2 = runtime.args[1].unwrap_bls12_381_g2_element()?;

                self.pay(DefaultFunction::Bls12_381_G2_Add, &[])?;

                let out = self.arena.alloc(blst::blst_p2::default());

                unsafe {
                    blst::blst_p2_add_or_double(out as *mut _, arg1 as *const _, arg2 as *const _);
                }

                let constant = Constant::g2(self.arena, out);

                let value = Value::con(self.arena, constant);

                Ok(value)
            }
            DefaultFunction::Bls12_381_G2_Neg => {
                let arg1 = runtime.args[0].unwrap_bls12_381_g2_element()?;

                self.pay(DefaultFunction::Bls12_381_G2_Neg, &[])?;

                let out = self.arena.alloc(*arg1);

                unsafe {
                    // second arg was true in the Cardano code
                    blst::blst_p2_cneg(out as *mut _, true);
                }

                let constant = Constant::g2(self.arena, out);

                let value = Value::con(self.arena, constant);

                Ok(value)
            }
            DefaultFunction::Bls12_381_G2_ScalarMul => {
                let arg1 = runtime.args[0].unwrap_integer()?;
                let arg2 = runtime.args[1].unwrap_bls12_381_g2_element()?;

                if self.costs.variant.is_van_rossem() {
                    check_scalar(arg1).map_err(MachineError::runtime)?;
                }

                self.pay(
                    DefaultFunction::Bls12_381_G2_ScalarMul,
                    &[Size::integer(arg1), Size::Known(1)],
                )?;

                let size_scalar = size_of::<blst::blst_scalar>();

                let arg1 = arg1.mod_floor(&SCALAR_PERIOD);

                let (_, mut arg1) = arg1.to_bytes_be();

                if size_scalar > arg1.len() {
                    let diff = size_scalar - arg1.len();

                    let mut new_vec = vec![0; diff];
                    unsafe {
                        new_vec.set_len(diff);
                    }

                    new_vec.append(&mut arg1);

                    arg1 = new_vec;
                }

                let out = self.arena.alloc(blst::blst_p2::default());
                let scalar = self.arena.alloc(blst::blst_scalar::default());

                unsafe {
                    blst::blst_scalar_from_bendian(scalar as *mut _, arg1.as_ptr() as *const _);

                    blst::blst_p2_mult(
                        out as *mut _,
                        arg2 as *const _,
                        scalar.b.as_ptr() as *const _,
                        size_scalar * 8,
                    );
                }

                let constant = Constant::g2(self.arena, out);

                let value = Value::con(self.arena, constant);

                Ok(value)
            }
            DefaultFunction::Bls12_381_G2_Equal => {
                let arg1 = runtime.args[0].unwrap_bls12_381_g2_element()?;
                let arg2 = runtime.args[1].unwrap_bls12_381_g2_element()?;

                self.pay(DefaultFunction::Bls12_381_G2_Equal, &[])?;

                let is_equal = unsafe { blst::blst_p2_is_equal(arg1, arg2) };

                let value = Value::bool(self.arena, is_equal);

                Ok(value)
            }
            DefaultFunction::Bls12_381_G2_Compress => {
                let arg1 = runtime.args[0].unwrap_bls12_381_g2_element()?;

                self.pay(DefaultFunction::Bls12_381_G2_Compress, &[])?;

                let out = arg1.compress(self.arena);

                let value = Value::byte_string(self.arena, out);

                Ok(value)
            }
            DefaultFunction::Bls12_381_G2_Uncompress => {
                let arg1 = runtime.args[0].unwrap_byte_string()?;

                self.pay(DefaultFunction::Bls12_381_G2_Uncompress, &[])?;

                let out = blst::blst_p2::uncompress(self.arena, arg1).map_err(MachineError::bls)?;

                let constant = Constant::g2(self.arena, out);

                let value = Value::con(self.arena, constant);

                Ok(value)
            }
            DefaultFunction::Bls12_381_G2_HashToGroup => {
                let arg1 = runtime.args[0].unwrap_byte_string()?;
                let arg2 = runtime.args[1].unwrap_byte_string()?;

                self.pay(
                    DefaultFunction::Bls12_381_G2_HashToGroup,
                    &[Size::bytes(arg1), Size::bytes(arg2)],
                )?;

                if arg2.len() > 255 {
                    return Err(MachineError::hash_to_curve_dst_too_big());
                }

                let out = self.arena.alloc(blst::blst_p2::default());
                let aug = [];

                unsafe {
                    blst::blst_hash_to_g2(
                        out as *mut _,
                        arg1.as_ptr(),
                        arg1.len(),
                        arg2.as_ptr(),
                        arg2.len(),
                        aug.as_ptr(),
                        0,
                    );
                };

                let constant = Constant::g2(self.arena, out);

                let value = Value::con(self.arena, constant);

                Ok(value)
            }
            DefaultFunction::Bls12_381_MillerLoop => {
                let arg1 = runtime.args[0].unwrap_bls12_381_g1_element()?;
                let arg2 = runtime.args[1].unwrap_bls12_381_g2_element()?;

                self.pay(DefaultFunction::Bls12_381_MillerLoop, &[])?;

                let out = self.arena.alloc(blst::blst_fp12::default());

                let affine1 = self.arena.alloc(blst::blst_p1_affine::default());
                let affine2 = self.arena.alloc(blst::blst_p2_affine::default());

                unsafe {
                    blst::blst_p1_to_affine(affine1 as *mut _, arg1);
                    blst::blst_p2_to_affine(affine2 as *mut _, arg2);

                    blst::blst_miller_loop(out as *mut _, affine2, affine1);
                }

                let constant = Constant::ml_result(self.arena, out);

                let value = Value::con(self.arena, constant);

                Ok(value)
            }
            DefaultFunction::Bls12_381_MulMlResult => {
                let arg1 = runtime.args[0].unwrap_bls12_381_ml_result()?;
                let arg2 = runtime.args[1].unwrap_bls12_381_ml_result()?;

                self.pay(DefaultFunction::Bls12_381_MulMlResult, &[])?;

                let out = self.arena.alloc(blst::blst_fp12::default());

                unsafe {
                    blst::blst_fp12_mul(out as *mut _, arg1, arg2);
                }

                let constant = Constant::ml_result(self.arena, out);

                let value = Value::con(self.arena, constant);

                Ok(value)
            }
            DefaultFunction::Bls12_381_FinalVerify => {
                let arg1 = runtime.args[0].unwrap_bls12_381_ml_result()?;
                let arg2 = runtime.args[1].unwrap_bls12_381_ml_result()?;

                self.pay(DefaultFunction::Bls12_381_FinalVerify, &[])?;

                let verified = unsafe { blst::blst_fp12_finalverify(arg1, arg2) };

                let value = Value::bool(self.arena, verified);

                Ok(value)
            }
            DefaultFunction::IntegerToByteString => {
                let endianness = runtime.args[0].unwrap_bool()?;
                let size = runtime.args[1].unwrap_integer()?;
                let input = runtime.args[2].unwrap_integer()?;

                if size.is_negative() {
                    return Err(MachineError::integer_to_byte_string_negative_size(size));
                }

                if *size > INTEGER_TO_BYTE_STRING_MAXIMUM_OUTPUT_LENGTH.into() {
                    return Err(MachineError::integer_to_byte_string_size_too_big(
                        size,
                        INTEGER_TO_BYTE_STRING_MAXIMUM_OUTPUT_LENGTH,
                    ));
                }

                let arg1: i64 = i64::try_from(size).unwrap();

                let arg1_exmem = if arg1 == 0 { 0 } else { ((arg1 - 1) / 8) + 1 };

                self.pay(
                    DefaultFunction::IntegerToByteString,
                    &[Size::Known(1), Size::Known(arg1_exmem), Size::integer(input)],
                )?;

                // NOTE:
                // We ought to also check for negative size and too large sizes. These checks
                // however happens prior to calling the builtin as part of the costing step. So by
                // the time we reach this builtin call, the size can be assumed to be
                //
                // >= 0 && < INTEGER_TO_BYTE_STRING_MAXIMUM_OUTPUT_LENGTH

                if size.is_zero()
                    && cost_model::integer_log2_x(input)
                        >= 8 * INTEGER_TO_BYTE_STRING_MAXIMUM_OUTPUT_LENGTH
                {
                    let required = cost_model::integer_log2_x(input) / 8 + 1;

                    return Err(MachineError::integer_to_byte_string_size_too_big(
                        constant::integer_from(self.arena, required as i128),
                        INTEGER_TO_BYTE_STRING_MAXIMUM_OUTPUT_LENGTH,
                    ));
                }

                if input.is_negative() {
                    return Err(MachineError::integer_to_byte_string_negative_input(input));
                }

                let size_unwrapped: usize = size.try_into().unwrap();

                if input.is_zero() {
                    let mut new_bytes =
                        BumpVec::with_capacity_in(size_unwrapped, self.arena.as_bump());

                    unsafe {
                        new_bytes.set_len(size_unwrapped);
                    }

                    new_bytes.fill(0);

                    let new_bytes = self.arena.alloc(new_bytes);

                    let value = Value::byte_string(self.arena, new_bytes);

                    return Ok(value);
                }

                let mut bytes = if endianness {
                    integer_to_bytes(self.arena, input, true)
                } else {
                    integer_to_bytes(self.arena, input, false)
                };

                if !size.is_zero() && bytes.len() > size_unwrapped {
                    return Err(MachineError::integer_to_byte_string_size_too_small(
                        size,
                        bytes.len(),
                    ));
                }

                if size_unwrapped > 0 {
                    let padding_size = size_unwrapped - bytes.len();

                    let mut padding = BumpVec::with_capacity_in(padding_size, self.arena.as_bump());

                    unsafe {
                        padding.set_len(padding_size);
                    }

                    padding.fill(0);

                    if endianness {
                        padding.append(&mut bytes);

                        bytes = padding;
                    } else {
                        bytes.append(&mut padding);
                    }
                };

                let bytes = self.arena.alloc(bytes);

                let value = Value::byte_string(self.arena, bytes);

                Ok(value)
            }
            DefaultFunction::ByteStringToInteger => {
                let endianness = runtime.args[0].unwrap_bool()?;
                let bytes = runtime.args[1].unwrap_byte_string()?;

                self.pay(
                    DefaultFunction::ByteStringToInteger,
                    &[Size::Known(1), Size::bytes(bytes)],
                )?;

                let number = self.arena.alloc_integer(if endianness {
                    Integer::from_bytes_be(num_bigint::Sign::Plus, bytes)
                } else {
                    Integer::from_bytes_le(num_bigint::Sign::Plus, bytes)
                });

                let value = Value::integer(self.arena, number);

                Ok(value)
            }
            DefaultFunction::AndByteString => {
                let should_pad = runtime.args[0].unwrap_bool()?;
                let left_bytes = runtime.args[1].unwrap_byte_string()?;
                let right_bytes = runtime.args[2].unwrap_byte_string()?;

                self.pay(
                    DefaultFunction::AndByteString,
                    &[Size::Known(1), Size::bytes(left_bytes), Size::bytes(right_bytes)],
                )?;

                let bytes_result: Vec<u8> = if should_pad {
                    let max_len = left_bytes.len().max(right_bytes.len());
                    (0..max_len)
                        .map(|index| {
                            let left_byte = left_bytes.get(index).copied().unwrap_or(0xFF);
                            let right_byte = right_bytes.get(index).copied().unwrap_or(0xFF);
                            left_byte & right_byte
                        })
                        .collect()
                } else {
                    left_bytes.iter().zip(right_bytes).map(|(b1, b2)| b1 & b2).collect()
                };
                let result = self.arena.alloc_bytes(&bytes_result);
                let value = Value::byte_string(self.arena, result);
                Ok(value)
            }
            DefaultFunction::OrByteString => {
                let should_pad = runtime.args[0].unwrap_bool()?;
                let left_bytes = runtime.args[1].unwrap_byte_string()?;
                let right_bytes = runtime.args[2].unwrap_byte_string()?;

                self.pay(
                    DefaultFunction::OrByteString,
                    &[Size::Known(1), Size::bytes(left_bytes), Size::bytes(right_bytes)],
                )?;

                let bytes_result: Vec<u8> = if should_pad {
                    let max_len = left_bytes.len().max(right_bytes.len());
                    (0..max_len)
                        .map(|index| {
                            let left_byte = left_bytes.get(index).copied().unwrap_or(0x00);
                            let right_byte = right_bytes.get(index).copied().unwrap_or(0x00);
                            left_byte | right_byte
                        })
                        .collect()
                } else {
                    left_bytes.iter().zip(right_bytes).map(|(b1, b2)| b1 | b2).collect()
                };

                let result = self.arena.alloc_bytes(&bytes_result);
                let value = Value::byte_string(self.arena, result);

                Ok(value)
            }
            DefaultFunction::XorByteString => {
                let should_pad = runtime.args[0].unwrap_bool()?;
                let left_bytes = runtime.args[1].unwrap_byte_string()?;
                let right_bytes = runtime.args[2].unwrap_byte_string()?;

                self.pay(
                    DefaultFunction::XorByteString,
                    &[Size::Known(1), Size::bytes(left_bytes), Size::bytes(right_bytes)],
                )?;

                let bytes_result: Vec<u8> = if should_pad {
                    let max_len = left_bytes.len().max(right_bytes.len());
                    (0..max_len)
                        .map(|index| {
                            let left_byte = left_bytes.get(index).copied().unwrap_or(0x00);
                            let right_byte = right_bytes.get(index).copied().unwrap_or(0x00);
                            left_byte ^ right_byte
                        })
                        .collect()
                } else {
                    left_bytes.iter().zip(right_bytes).map(|(b1, b2)| b1 ^ b2).collect()
                };

                let result = self.arena.alloc_bytes(&bytes_result);
                let value = Value::byte_string(self.arena, result);

                Ok(value)
            }
            DefaultFunction::ComplementByteString => {
                let bytes = runtime.args[0].unwrap_byte_string()?;

                self.pay(DefaultFunction::ComplementByteString, &[Size::bytes(bytes)])?;

                let result: Vec<u8> = bytes.iter().map(|b| b ^ 255).collect();
                let result = self.arena.alloc_bytes(&result);

                Ok(Value::byte_string(self.arena, result))
            }
            DefaultFunction::ReadBit => {
                let bytes = runtime.args[0].unwrap_byte_string()?;
                let bit_index = runtime.args[1].unwrap_integer()?;

                self.pay(DefaultFunction::ReadBit, &[])?;

                if bytes.is_empty() {
                    return Err(MachineError::empty_byte_array());
                }

                if bit_index < &Integer::ZERO || bit_index >= &Integer::from(bytes.len() * 8) {
                    return Err(MachineError::read_bit_out_of_bounds(bit_index, bytes.len() * 8));
                }

                let (byte_index, bit_offset) = bit_index.div_rem(&8.into());
                let bit_offset = usize::try_from(bit_offset).unwrap();

                let flipped_index = bytes.len() - 1 - usize::try_from(byte_index).unwrap();
                let byte = bytes[flipped_index];

                let bit_test = (byte >> bit_offset) & 1 == 1;

                Ok(Value::bool(self.arena, bit_test))
            }
            DefaultFunction::WriteBits => {
                let bytes = runtime.args[0].unwrap_byte_string()?;
                let indices = runtime.args[1].unwrap_int_list()?;
                let set_bit = runtime.args[2].unwrap_bool()?;

                self.pay(
                    DefaultFunction::WriteBits,
                    &[Size::bytes(bytes), Size::count(indices.len()), Size::Known(1)],
                )?;

                let mut bytes = bytes.to_vec();

                for index in indices {
                    let Constant::Integer(bit_index) = index else {
                        unreachable!("bit_index must be an integer")
                    };

                    if *bit_index < &Integer::ZERO || *bit_index >= &Integer::from(bytes.len() * 8)
                    {
                        return Err(MachineError::write_bits_out_of_bounds(
                            bit_index,
                            bytes.len() * 8,
                        ));
                    }

                    let (byte_index, bit_offset) = bit_index.div_rem(&8.into());
                    let bit_offset = usize::try_from(bit_offset).unwrap();
                    let flipped_index = bytes.len() - 1 - usize::try_from(byte_index).unwrap();
                    let bit_mask: u8 = 1 << bit_offset;

                    if set_bit {
                        bytes[flipped_index] |= bit_mask;
                    } else {
                        bytes[flipped_index] &= !bit_mask;
                    }
                }

                let result = self.arena.alloc_bytes(&bytes);
                Ok(Value::byte_string(self.arena, result))
            }
            DefaultFunction::ReplicateByte => {
                let size = runtime.args[0].unwrap_integer()?;
                let byte = runtime.args[1].unwrap_integer()?;

                if size.is_negative() {
                    return Err(MachineError::replicate_byte_negative_size(size));
                }

                if *size > INTEGER_TO_BYTE_STRING_MAXIMUM_OUTPUT_LENGTH.into() {
                    return Err(MachineError::replicate_byte_size_too_big(
                        size,
                        INTEGER_TO_BYTE_STRING_MAXIMUM_OUTPUT_LENGTH,
                    ));
                }

                let arg0: i64 = i64::try_from(size).unwrap();

                let arg0_ex_mem = if arg0 == 0 { 0 } else { ((arg0 - 1) / 8) + 1 };

                self.pay(
                    DefaultFunction::ReplicateByte,
                    &[Size::Known(arg0_ex_mem), Size::integer(byte)],
                )?;

                if size.is_zero()
                    && cost_model::integer_log2_x(byte)
                        >= 8 * INTEGER_TO_BYTE_STRING_MAXIMUM_OUTPUT_LENGTH
                {
                    let required = cost_model::integer_log2_x(byte) / 8 + 1;

                    return Err(MachineError::replicate_byte_size_too_big(
                        constant::integer_from(self.arena, required as i128),
                        INTEGER_TO_BYTE_STRING_MAXIMUM_OUTPUT_LENGTH,
                    ));
                }

                if byte.is_negative() {
                    return Err(MachineError::replicate_byte_negative_input(byte));
                }

                let size: usize = size.try_into().unwrap();

                let Ok(byte) = u8::try_from(byte) else {
                    return Err(MachineError::outside_byte_bounds(byte));
                };

                let result = self.arena.alloc_bytes(&vec![byte; size]);

                Ok(Value::byte_string(self.arena, result))
            }
            DefaultFunction::ShiftByteString => {
                let bytes = runtime.args[0].unwrap_byte_string()?;
                let shift = runtime.args[1].unwrap_integer()?;

                if self.costs.variant.is_van_rossem() {
                    i64::try_from(shift).map_err(|_| MachineError::outside_usize_bounds(shift))?;
                }

                self.pay(DefaultFunction::ShiftByteString, &[Size::bytes(bytes)])?;

                let length = bytes.len();
                let mut result = vec![0; length];

                if Integer::from(length) * 8 <= shift.abs() {
                    return Ok(Value::byte_string(self.arena, self.arena.alloc_bytes(&result)));
                }

                let is_shift_left = shift >= &Integer::ZERO;
                let byte_shift = usize::try_from(shift.abs() / 8).unwrap();
                let bit_shift = usize::try_from(shift.abs() % 8).unwrap();

                if is_shift_left {
                    if bit_shift == 0 {
                        // If we can shift entire bytes, that's much simpler
                        let copy_len = length - byte_shift;
                        // For example, consider the following byte array [1,0,1,0,1] being shifted 8 bits (1 byte)
                        // Result: [0,1,0,1,0]
                        result[..copy_len].copy_from_slice(&bytes[byte_shift..]);
                    } else {
                        // This case is a bit trickier, so let's walk through an example:
                        // say we are shifting the following byte string by 12 bits:
                        // [AB CD EF 12]
                        // We know we want to skip the first byte, and shift results 4 bits
                        // In order to shift partial bytes, we need to get the "overflow" from the next byte
                        // That is the complement_shift (in this case 4)
                        // i=0:
                        // src_idx = 0 + 1 = 1
                        // result[0] = CD << 4 = D0
                        // result[0] |= EF >> 4 = D0 | 0E = DE
                        // i=1
                        // src_idx = 1 + 1 = 2
                        // result[1] = EF << 4 = F0
                        // reuslt[1] |= 12 >> 4 = F0 | 01 = F1
                        // i=2
                        // src_idx = 2 + 1 = 3
                        // result[2] = 12 << 4 = 20
                        // 3 + 1  < length = false
                        // So our result is:
                        // [DE F1 20 00]
                        let complement_shift = 8 - bit_shift;
                        #[allow(clippy::needless_range_loop)]
                        for i in 0..(length - byte_shift) {
                            let src_idx = i + byte_shift;

                            result[i] = bytes[src_idx] << bit_shift;
                            if src_idx + 1 < length {
                                result[i] |= bytes[src_idx + 1] >> complement_shift;
                            }
                        }
                    }
                } else {
                    // Right shift has the same logic as left shift with the inverse operations
                    if bit_shift == 0 {
                        let copy_len = length - byte_shift;
                        result[byte_shift..].copy_from_slice(&bytes[..copy_len]);
                    } else {
                        // See left shift case for explanation, but invert all operations
                        let complement_shift = 8 - bit_shift;
                        #[allow(clippy::needless_range_loop)]
                        for i in 0..(length - byte_shift) {
                            let dst_idx = i + byte_shift;
                            result[dst_idx] = bytes[i] >> bit_shift;

                            if i > 0 {
                                result[dst_idx] |= bytes[i - 1] << complement_shift;
                            }
                        }
                    }
                }

                Ok(Value::byte_string(self.arena, self.arena.alloc_bytes(&result)))
            }
            DefaultFunction::RotateByteString => {
                let bytes = runtime.args[0].unwrap_byte_string()?;
                let shift = runtime.args[1].unwrap_integer()?;

                if self.costs.variant.is_van_rossem() {
                    i64::try_from(shift).map_err(|_| MachineError::outside_usize_bounds(shift))?;
                }

                self.pay(DefaultFunction::RotateByteString, &[Size::bytes(bytes)])?;

                let length = bytes.len();
                let mut result = bytes.to_vec();

                if bytes.is_empty() {
                    return Ok(Value::byte_string(self.arena, bytes));
                }

                let shift = shift.mod_floor(&(length * 8).into());
                if shift == Integer::ZERO {
                    return Ok(Value::byte_string(self.arena, bytes));
                }
                let byte_shift = usize::try_from(&shift / 8).unwrap();
                let bit_shift = usize::try_from(shift % 8).unwrap();

                if bit_shift == 0 {
                    // left rotation is the same as shift left
                    // except the overflowed bits are brought to the right
                    let copy_len = length - byte_shift;

                    result[..copy_len].copy_from_slice(&bytes[byte_shift..(copy_len + byte_shift)]);
                    result[copy_len..].copy_from_slice(&bytes[..byte_shift]);
                } else {
                    let complement_shift = 8 - bit_shift;
                    let wraparound_bits = bytes[0] >> complement_shift;
                    #[allow(clippy::needless_range_loop)]
                    for i in 0..(length - byte_shift) {
                        let src_idx = i + byte_shift;

                        result[i] = bytes[src_idx] << bit_shift;

                        if src_idx + 1 < length {
                            result[i] |= bytes[src_idx + 1] >> complement_shift;
                        } else if byte_shift > 0 {
                            result[i] |= bytes[0] >> complement_shift;
                        } else {
                            // In the case we're doing less than a full byte shift
                            // we still need to wrap the bit
                            result[i] |= wraparound_bits;
                        }
                    }

                    for i in 0..byte_shift {
                        let dst_idx = length - byte_shift + i;
                        result[dst_idx] = bytes[i] << bit_shift;

                        if i + 1 < byte_shift {
                            result[dst_idx] |= bytes[i + 1] >> complement_shift;
                        } else {
                            result[dst_idx] |= bytes[byte_shift] >> complement_shift;
                        }
                    }
                }

                Ok(Value::byte_string(self.arena, self.arena.alloc_bytes(&result)))
            }
            DefaultFunction::CountSetBits => {
                let bytes = runtime.args[0].unwrap_byte_string()?;

                self.pay(DefaultFunction::CountSetBits, &[Size::bytes(bytes)])?;

                let weight: Integer =
                    bytes.iter().map(|byte| u64::from(byte.count_ones())).sum::<u64>().into();
                let result = self.arena.alloc_integer(weight);
                Ok(Value::integer(self.arena, result))
            }
            DefaultFunction::FindFirstSetBit => {
                let bytes = runtime.args[0].unwrap_byte_string()?;

                self.pay(DefaultFunction::FindFirstSetBit, &[Size::bytes(bytes)])?;

                let first_bit = bytes.iter().rev().enumerate().find_map(|(byte_index, &byte)| {
                    let reversed_byte = byte.reverse_bits();
                    if reversed_byte == 0 {
                        None
                    } else {
                        let bit_index = reversed_byte.leading_zeros() as usize;
                        Some(isize::try_from(bit_index + byte_index * 8).unwrap())
                    }
                });

                let first_bit: Integer = first_bit.unwrap_or(-1).into();
                let result = self.arena.alloc_integer(first_bit);
                Ok(Value::integer(self.arena, result))
            }
            DefaultFunction::Ripemd_160 => {
                use cryptoxide::{digest::Digest, ripemd160::Ripemd160};
                let input = runtime.args[0].unwrap_byte_string()?;
                self.pay(DefaultFunction::Ripemd_160, &[Size::bytes(input)])?;

                let mut hasher = Ripemd160::new();
                hasher.input(input);
                let mut result = vec![0; hasher.output_bytes()];
                hasher.result(&mut result);
                let result = self.arena.alloc_bytes(&result);

                Ok(Value::byte_string(self.arena, result))
            }
            DefaultFunction::ExpModInteger => {
                let base = runtime.args[0].unwrap_integer()?;
                let exponent = runtime.args[1].unwrap_integer()?;
                let modulus = runtime.args[2].unwrap_integer()?;

                self.pay(
                    DefaultFunction::ExpModInteger,
                    &[Size::integer(base), Size::integer(exponent), Size::integer(modulus)],
                )?;

                if modulus <= &Integer::ZERO {
                    return Err(MachineError::division_by_zero(base, modulus));
                }

                let out_of_bounds = || MachineError::runtime(RuntimeError::ExpModOutOfBounds);

                if modulus.bits() > EXP_MOD_BITS {
                    return Err(out_of_bounds());
                }

                let result = if modulus.is_one() {
                    Integer::ZERO
                } else if !bounds::within(base, EXP_MOD_BITS)
                    || !bounds::within(exponent, EXP_MOD_BITS)
                {
                    return Err(out_of_bounds());
                } else if exponent.is_negative() {
                    match base.modinv(modulus) {
                        Some(inv) => inv.modpow(&exponent.abs(), modulus),
                        None => return Err(MachineError::runtime(RuntimeError::NotInvertible)),
                    }
                } else {
                    base.modpow(exponent, modulus)
                };

                let value = Value::integer(self.arena, self.arena.alloc_integer(result));
                Ok(value)
            }
            DefaultFunction::DropList => {
                let elements_to_drop = runtime.args[0].unwrap_integer()?;
                let list = runtime.args[1].unwrap_list()?;

                self.pay(DefaultFunction::DropList, &[Size::literal(elements_to_drop)])?;

                // Negative numbers drop nothing, what is beyond this machine's words drops everything.
                let count = if elements_to_drop.is_negative() {
                    0
                } else {
                    usize::try_from(elements_to_drop).unwrap_or(usize::MAX)
                };

                Ok(list.skip(count).constant(self.arena).value(self.arena))
            }
            DefaultFunction::LengthOfArray => {
                let (_, array) = runtime.args[0].unwrap_array()?;

                self.pay(DefaultFunction::LengthOfArray, &[])?;

                let result: Integer = array.len().into();
                let new = self.arena.alloc_integer(result);
                let value = Value::integer(self.arena, new);

                Ok(value)
            }
            DefaultFunction::ListToArray => {
                let list = runtime.args[0].unwrap_list()?;
                let length = Size::count(list.len());

                self.pay(DefaultFunction::ListToArray, &[length, length])?;

                let constant = Constant::proto_array(self.arena, list.of(), list.items(self.arena));

                let value = Value::con(self.arena, constant);

                Ok(value)
            }
            DefaultFunction::IndexArray => {
                let (_, array) = runtime.args[0].unwrap_array()?;
                let arg1 = runtime.args[1].unwrap_integer()?;

                self.pay(DefaultFunction::IndexArray, &[])?;

                let index = usize::try_from(arg1).unwrap_or(usize::MAX);

                if index < array.len() {
                    let element = array[index];
                    let value = Value::con(self.arena, element);
                    Ok(value)
                } else {
                    Err(MachineError::index_array_out_of_bounds(arg1, array.len()))
                }
            }
            DefaultFunction::Bls12_381_G1_MultiScalarMul => {
                let scalars = runtime.args[0].unwrap_int_list()?;
                let points = runtime.args[1].unwrap_list_of(&Type::Bls12_381G1Element)?;

                self.pay(
                    DefaultFunction::Bls12_381_G1_MultiScalarMul,
                    &[Size::count(scalars.len()), Size::count(points.len())],
                )?;

                // Those beyond the shorter list count too, and so do those of points at infinity.
                for scalar in scalars {
                    if let Constant::Integer(scalar) = scalar {
                        check_scalar(scalar).map_err(MachineError::runtime)?;
                    }
                }

                let n = scalars.len().min(points.len());
                let size_scalar = size_of::<blst::blst_scalar>();

                let mut scalar_bytes = Vec::with_capacity(n * size_scalar);
                let mut proj_points = Vec::with_capacity(n);
                let mut scalar_buf = blst::blst_scalar::default();

                for (scalar, point) in scalars.iter().zip(points) {
                    let Constant::Integer(si) = scalar else {
                        return Err(MachineError::type_mismatch(Type::Integer, scalar));
                    };

                    let Constant::Bls12_381G1Element(pi) = point else {
                        return Err(MachineError::type_mismatch(Type::Bls12_381G1Element, point));
                    };

                    // Skip infinity points: scalar * infinity = identity,
                    // and infinity poisons the batch affine conversion.
                    if unsafe { blst::blst_p1_is_inf(*pi) } {
                        continue;
                    }

                    prepare_msm_scalar(si, &mut scalar_buf, &mut scalar_bytes);

                    proj_points.push(**pi);
                }

                let result = if proj_points.is_empty() {
                    let compressed: [u8; 48] = {
                        let mut buf = [0u8; 48];
                        buf[0] = 0xc0;
                        buf
                    };

                    *blst::blst_p1::uncompress(self.arena, &compressed)
                        .map_err(MachineError::bls)?
                } else {
                    let affines = blst::p1_affines::from(&proj_points);
                    affines.mult(&scalar_bytes, size_scalar * 8)
                };

                let out = self.arena.alloc(result);

                let constant = Constant::g1(self.arena, out);

                Ok(Value::con(self.arena, constant))
            }
            DefaultFunction::Bls12_381_G2_MultiScalarMul => {
                let scalars = runtime.args[0].unwrap_int_list()?;
                let points = runtime.args[1].unwrap_list_of(&Type::Bls12_381G2Element)?;

                self.pay(
                    DefaultFunction::Bls12_381_G2_MultiScalarMul,
                    &[Size::count(scalars.len()), Size::count(points.len())],
                )?;

                // Those beyond the shorter list count too, and so do those of points at infinity.
                for scalar in scalars {
                    if let Constant::Integer(scalar) = scalar {
                        check_scalar(scalar).map_err(MachineError::runtime)?;
                    }
                }

                let n = scalars.len().min(points.len());
                let size_scalar = size_of::<blst::blst_scalar>();

                let mut scalar_bytes = Vec::with_capacity(n * size_scalar);
                let mut proj_points = Vec::with_capacity(n);
                let mut scalar_buf = blst::blst_scalar::default();

                for (scalar, point) in scalars.iter().zip(points) {
                    let Constant::Integer(si) = scalar else {
                        return Err(MachineError::type_mismatch(Type::Integer, scalar));
                    };

                    let Constant::Bls12_381G2Element(pi) = point else {
                        return Err(MachineError::type_mismatch(Type::Bls12_381G2Element, point));
                    };

                    // Skip infinity points: scalar * infinity = identity,
                    // and infinity poisons the batch affine conversion.
                    if unsafe { blst::blst_p2_is_inf(*pi) } {
                        continue;
                    }

                    prepare_msm_scalar(si, &mut scalar_buf, &mut scalar_bytes);

                    proj_points.push(**pi);
                }

                let result = if proj_points.is_empty() {
                    let compressed: [u8; 96] = {
                        let mut buf = [0u8; 96];
                        buf[0] = 0xc0;
                        buf
                    };

                    *blst::blst_p2::uncompress(self.arena, &compressed)
                        .map_err(MachineError::bls)?
                } else {
                    let affines = blst::p2_affines::from(&proj_points);
                    affines.mult(&scalar_bytes, size_scalar * 8)
                };

                let out = self.arena.alloc(result);

                let constant = Constant::g2(self.arena, out);

                Ok(Value::con(self.arena, constant))
            }

            DefaultFunction::InsertCoin => {
                let ccy = runtime.args[0].unwrap_byte_string()?;
                let tok = runtime.args[1].unwrap_byte_string()?;
                let qty = runtime.args[2].unwrap_integer()?;
                let v = runtime.args[3].unwrap_ledger_value()?;

                self.pay(
                    DefaultFunction::InsertCoin,
                    &[
                        Size::bytes(ccy),
                        Size::bytes(tok),
                        Size::integer(qty),
                        Size::Known(ledger_value::value_max_depth(*v)),
                    ],
                )?;

                // Validate quantity in 128-bit signed range
                if !qty.is_zero() {
                    ledger_value::check_quantity_range(qty)
                        .map_err(|e| MachineError::runtime(e.into()))?;
                }

                // Validate key lengths (> 32 only allowed when qty=0, which is a no-op)
                if ccy.len() > 32 || tok.len() > 32 {
                    if qty.is_zero() {
                        let constant = Constant::ledger_value(self.arena, *v);
                        return Ok(Value::con(self.arena, constant));
                    }

                    let err = if ccy.len() > 32 {
                        ValueError::InsertCoinInvalidCurrency
                    } else {
                        ValueError::InsertCoinInvalidToken
                    };

                    return Err(MachineError::runtime(err.into()));
                }

                let result = v.insert_coin(self.arena, ccy, tok, qty);

                let constant = Constant::ledger_value(self.arena, result);

                Ok(Value::con(self.arena, constant))
            }
            DefaultFunction::LookupCoin => {
                let ccy = runtime.args[0].unwrap_byte_string()?;
                let tok = runtime.args[1].unwrap_byte_string()?;
                let v = runtime.args[2].unwrap_ledger_value()?;

                self.pay(
                    DefaultFunction::LookupCoin,
                    &[
                        Size::bytes(ccy),
                        Size::bytes(tok),
                        Size::Known(ledger_value::value_max_depth(*v)),
                    ],
                )?;

                let qty = v.lookup_coin(self.arena, ccy, tok);

                Ok(Value::integer(self.arena, qty))
            }
            DefaultFunction::UnionValue => {
                let v1 = runtime.args[0].unwrap_ledger_value()?;
                let v2 = runtime.args[1].unwrap_ledger_value()?;

                self.pay(
                    DefaultFunction::UnionValue,
                    &[Size::count(v1.size()), Size::count(v2.size())],
                )?;

                let result =
                    v1.union_value(self.arena, *v2).map_err(|e| MachineError::runtime(e.into()))?;

                let constant = Constant::ledger_value(self.arena, result);

                Ok(Value::con(self.arena, constant))
            }
            DefaultFunction::ValueContains => {
                let v1 = runtime.args[0].unwrap_ledger_value()?;
                let v2 = runtime.args[1].unwrap_ledger_value()?;

                self.pay(
                    DefaultFunction::ValueContains,
                    &[Size::count(v1.size()), Size::count(v2.size())],
                )?;

                let result = v1.value_contains(*v2).map_err(|e| MachineError::runtime(e.into()))?;

                Ok(Value::bool(self.arena, result))
            }
            DefaultFunction::ValueData => {
                let v = runtime.args[0].unwrap_ledger_value()?;

                self.pay(DefaultFunction::ValueData, &[Size::count(v.size())])?;

                let data = v.value_data(self.arena).map_err(|e| MachineError::runtime(e.into()))?;

                let constant = Constant::data(self.arena, data);

                Ok(Value::con(self.arena, constant))
            }
            DefaultFunction::UnValueData => {
                let data = runtime.args[0].unwrap_constant()?.unwrap_data()?;

                self.pay(DefaultFunction::UnValueData, &[Size::Nodes(data)])?;

                let result = LedgerValue::un_value_data(self.arena, data)
                    .map_err(|e| MachineError::runtime(e.into()))?;

                let constant = Constant::ledger_value(self.arena, result);

                Ok(Value::con(self.arena, constant))
            }
            DefaultFunction::ScaleValue => {
                let scalar = runtime.args[0].unwrap_integer()?;
                let v = runtime.args[1].unwrap_ledger_value()?;

                self.pay(
                    DefaultFunction::ScaleValue,
                    &[Size::integer(scalar), Size::count(v.size())],
                )?;

                let result = v
                    .scale_value(self.arena, scalar)
                    .map_err(|e| MachineError::runtime(e.into()))?;

                let constant = Constant::ledger_value(self.arena, result);

                Ok(Value::con(self.arena, constant))
            }
        }
    }
}

fn integer_to_bytes<'a>(arena: &'a Arena, num: &'a Integer, big_endian: bool) -> BumpVec<'a, u8> {
    let bytes =
        if big_endian { num.magnitude().to_bytes_be() } else { num.magnitude().to_bytes_le() };

    let mut result = BumpVec::with_capacity_in(bytes.len(), arena.as_bump());
    result.extend_from_slice(&bytes);
    result
}

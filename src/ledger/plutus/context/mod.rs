//! Script contexts: what a Plutus script sees of its transaction, in each language.
//!
//! Built from the ledger's types straight into the evaluator's data. The part that all scripts of a language
//! share ([`Scene::tx_info`]) is built once per transaction; the rest is small.

mod certificates;
mod common;
mod governance;
#[cfg(test)]
mod tests;

use std::fmt;

use super::pool::{Data, Pool};
use super::purpose::Target;
use crate::cardano::credential::Credential;
use crate::cardano::redeemer::RedeemerPointer;
use crate::cardano::txout::{ScriptLanguage, TxOut};
use crate::ledger::context::Resolved;
use crate::unit::TxIn;

/// Protocol version from which V3 scripts refuse inputs that are spent and read.
const VAN_ROSSEM: u64 = 11;

/// Where an output that a context cannot hold comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputSource {
    /// A spent or reference input.
    Input(TxIn),
    /// The output of this index.
    Output(usize),
}

/// Why a transaction has no context in a script's language, by the ledger's names.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ContextError {
    /// An output at a Byron address.
    ByronTxOutInContext(OutputSource),
    /// V1: an inline datum.
    InlineDatumsNotSupported(OutputSource),
    /// V1 and V2: the certificate of this index came with Conway.
    CertificateNotSupported(usize),
    /// V1 and V2: a script for a vote or a proposal.
    PlutusPurposeNotSupported(RedeemerPointer),
    /// V1 and V2: the body states the treasury's value, in lovelace.
    CurrentTreasuryFieldNotSupported(u64),
    /// V1 and V2: there are so many voters.
    VotingProceduresFieldNotSupported(usize),
    /// V1 and V2: there are so many proposals.
    ProposalProceduresFieldNotSupported(usize),
    /// V1 and V2: a donation, in lovelace.
    TreasuryDonationFieldNotSupported(u64),
    /// V3, from protocol version 11 on: inputs that are spent and read.
    ReferenceInputsNotDisjointFromInputs(Vec<TxIn>),
    /// A redeemer for nothing.
    RedeemerPointerPointsToNothing(RedeemerPointer),
    /// Datum or redeemer bytes that are no Plutus data (ours: the decoder refuses them before).
    DataNotDecoded,
}

impl fmt::Display for ContextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ByronTxOutInContext(source) => write!(f, "ByronTxOutInContext {source}"),
            Self::InlineDatumsNotSupported(source) => {
                write!(f, "InlineDatumsNotSupported {source}")
            }
            Self::CertificateNotSupported(at) => {
                write!(f, "CertificateNotSupported (certificate {at})")
            }
            Self::PlutusPurposeNotSupported(pointer) => {
                write!(f, "PlutusPurposeNotSupported ({:?} {})", pointer.purpose, pointer.index)
            }
            Self::CurrentTreasuryFieldNotSupported(lovelace) => {
                write!(f, "CurrentTreasuryFieldNotSupported ({lovelace} lovelace)")
            }
            Self::VotingProceduresFieldNotSupported(count) => {
                write!(f, "VotingProceduresFieldNotSupported ({count} voters)")
            }
            Self::ProposalProceduresFieldNotSupported(count) => {
                write!(f, "ProposalProceduresFieldNotSupported ({count} proposals)")
            }
            Self::TreasuryDonationFieldNotSupported(lovelace) => {
                write!(f, "TreasuryDonationFieldNotSupported ({lovelace} lovelace)")
            }
            Self::ReferenceInputsNotDisjointFromInputs(inputs) => {
                f.write_str("ReferenceInputsNotDisjointFromInputs")?;
                inputs.iter().try_for_each(|input| write!(f, " {input}"))
            }
            Self::RedeemerPointerPointsToNothing(pointer) => write!(
                f,
                "RedeemerPointerPointsToNothing ({:?} {})",
                pointer.purpose, pointer.index
            ),
            Self::DataNotDecoded => f.write_str("a datum or redeemer is no Plutus data"),
        }
    }
}

impl fmt::Display for OutputSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input(input) => write!(f, "(input {input})"),
            Self::Output(index) => write!(f, "(output {index})"),
        }
    }
}

/// What decides the shape of a context.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) pool: Pool<'a>,
    pub(super) language: ScriptLanguage,
    pub(super) protocol_major: u64,
}

pub(super) fn decoded<'a>(pool: Pool<'a>, cbor: &[u8]) -> Result<Data<'a>, ContextError> {
    pool.decode(cbor).ok_or(ContextError::DataNotDecoded)
}

impl<'a> Scene<'a> {
    const fn is_v3(&self) -> bool {
        matches!(self.language, ScriptLanguage::PlutusV3)
    }

    const fn is_v1(&self) -> bool {
        matches!(self.language, ScriptLanguage::PlutusV1)
    }

    /// The transaction as all scripts of this language see it.
    pub(super) fn tx_info(&self, resolved: &Resolved<'_>) -> Result<Data<'a>, ContextError> {
        let (pool, tx) = (self.pool, resolved.tx);
        let body = tx.body();
        self.refuse_later_features(resolved)?;
        let inputs = self.inputs(&body.inputs, &resolved.spent)?;
        let read = self.inputs(&body.reference_inputs, &resolved.referenced)?;
        self.refuse_inputs_both_spent_and_read(resolved)?;
        let outputs: Result<Vec<_>, _> = (0..)
            .zip(&body.outputs)
            .map(|(at, output)| self.output(OutputSource::Output(at), output))
            .collect();
        let certificates: Result<Vec<_>, _> = (0..)
            .zip(&body.certificates)
            .map(|(at, certificate)| self.certificate(at, certificate))
            .collect();
        let (outputs, certificates) = (pool.list(&outputs?), pool.list(&certificates?));
        let fee =
            if self.is_v3() { pool.int(body.fee) } else { common::lovelace_value(pool, body.fee) };
        let mint = common::mint(pool, self.language, &body.mint);
        let slots = resolved.ledger.slot_time();
        let range = self.valid_range(slots, body.valid_from, body.valid_until);
        let signers = pool.list_of(body.required_signers.iter().map(|key| pool.bytes(&key.0)));
        let (withdrawals, id) = (self.withdrawals(resolved), self.tx_id(tx.id()));
        let mut fields = vec![inputs];
        if !self.is_v1() {
            fields.push(read);
        }
        fields.extend([outputs, fee, mint, certificates, withdrawals, range, signers]);
        if !self.is_v1() {
            fields.push(self.redeemers(resolved)?);
        }
        fields.extend([self.datums(resolved)?, id]);
        if self.is_v3() {
            let stated = |lovelace: Option<u64>| pool.maybe(lovelace.map(|n| pool.int(n)));
            fields.push(self.votes(&body.votes));
            fields.push(pool.list_of(body.proposals.iter().map(|p| self.proposal(p))));
            fields.extend([stated(body.treasury_value), stated(body.donation)]);
        }
        Ok(pool.constr(0, &fields))
    }

    /// V1 and V2 know nothing of governance.
    fn refuse_later_features(&self, resolved: &Resolved<'_>) -> Result<(), ContextError> {
        let body = resolved.tx.body();
        if self.is_v3() {
            return Ok(());
        }
        if !body.votes.is_empty() {
            return Err(ContextError::VotingProceduresFieldNotSupported(body.votes.len()));
        }
        if !body.proposals.is_empty() {
            return Err(ContextError::ProposalProceduresFieldNotSupported(body.proposals.len()));
        }
        if let Some(lovelace) = body.donation {
            return Err(ContextError::TreasuryDonationFieldNotSupported(lovelace));
        }
        match body.treasury_value {
            Some(lovelace) => Err(ContextError::CurrentTreasuryFieldNotSupported(lovelace)),
            None => Ok(()),
        }
    }

    fn refuse_inputs_both_spent_and_read(
        &self,
        resolved: &Resolved<'_>,
    ) -> Result<(), ContextError> {
        if !self.is_v3() || self.protocol_major < VAN_ROSSEM {
            return Ok(());
        }
        let body = resolved.tx.body();
        let both = body.reference_inputs.iter().filter(|at| body.inputs.binary_search(at).is_ok());
        let both: Vec<_> = both.copied().collect();
        if both.is_empty() {
            return Ok(());
        }
        Err(ContextError::ReferenceInputsNotDisjointFromInputs(both))
    }

    fn inputs(&self, inputs: &[TxIn], outputs: &[&TxOut]) -> Result<Data<'a>, ContextError> {
        let all: Result<Vec<_>, _> = inputs
            .iter()
            .zip(outputs)
            .map(|(input, output)| {
                let seen = self.output(OutputSource::Input(*input), output)?;
                Ok(self.pool.constr(0, &[self.reference(*input), seen]))
            })
            .collect();
        Ok(self.pool.list(&all?))
    }

    /// V3 keeps the ledger's order of accounts, scripts first; V1 and V2 sort again, keys first.
    fn withdrawals(&self, resolved: &Resolved<'_>) -> Data<'a> {
        let (pool, withdrawals) = (self.pool, &resolved.tx.body().withdrawals);
        if self.is_v3() {
            return pool.map_of(withdrawals.iter().map(|(account, lovelace)| {
                (self.credential(account.credential), pool.int(*lovelace))
            }));
        }
        let keys = withdrawals.iter().filter(|(at, _)| matches!(at.credential, Credential::Key(_)));
        let scripts =
            withdrawals.iter().filter(|(at, _)| matches!(at.credential, Credential::Script(_)));
        let pairs = keys.chain(scripts).map(|(account, lovelace)| {
            (self.staking_hash(account.credential), pool.int(*lovelace))
        });
        self.pairs(pairs)
    }

    fn datums(&self, resolved: &Resolved<'_>) -> Result<Data<'a>, ContextError> {
        let datums = resolved.tx.witnesses().datums.iter();
        let pairs: Result<Vec<_>, ContextError> = datums
            .map(|(hash, cbor)| Ok((self.pool.bytes(&hash.0), decoded(self.pool, cbor)?)))
            .collect();
        Ok(self.pairs(pairs?.into_iter()))
    }

    /// A map; a list of pairs in V1.
    fn pairs(&self, pairs: impl Iterator<Item = (Data<'a>, Data<'a>)>) -> Data<'a> {
        if self.is_v1() {
            return self.pool.list_of(pairs.map(|(key, value)| self.pool.constr(0, &[key, value])));
        }
        self.pool.map_of(pairs)
    }

    fn redeemers(&self, resolved: &Resolved<'_>) -> Result<Data<'a>, ContextError> {
        let all = resolved.tx.witnesses().redeemers.iter();
        let pairs: Result<Vec<_>, ContextError> = all
            .map(|(pointer, redeemer)| {
                let target = Target::of(resolved.tx.body(), *pointer)
                    .ok_or(ContextError::RedeemerPointerPointsToNothing(*pointer))?;
                let purpose = self.purpose(*pointer, &target, None)?;
                Ok((purpose, decoded(self.pool, &redeemer.data)?))
            })
            .collect();
        Ok(self.pool.map(&pairs?))
    }

    /// What a script is asked about. With a datum (given or not) the V3 form inside a script's own context.
    fn purpose(
        &self,
        pointer: RedeemerPointer,
        target: &Target<'_>,
        own_datum: Option<Option<Data<'a>>>,
    ) -> Result<Data<'a>, ContextError> {
        let pool = self.pool;
        let v3 = self.is_v3();
        Ok(match target {
            Target::Mint(policy) => pool.constr(0, &[pool.bytes(&policy.0)]),
            Target::Spend(input) => match own_datum {
                Some(datum) if v3 => pool.constr(1, &[self.reference(*input), pool.maybe(datum)]),
                _ => pool.constr(1, &[self.reference(*input)]),
            },
            Target::Reward(account) if v3 => pool.constr(2, &[self.credential(account.credential)]),
            Target::Reward(account) => pool.constr(2, &[self.staking_hash(account.credential)]),
            Target::Certify(index, certificate) => {
                let seen = self.certificate(*index, certificate)?;
                if v3 { pool.constr(3, &[pool.int(*index), seen]) } else { pool.constr(3, &[seen]) }
            }
            Target::Vote(voter) if v3 => pool.constr(4, &[self.voter(*voter)]),
            Target::Propose(index, proposal) if v3 => {
                pool.constr(5, &[pool.int(*index), self.proposal(proposal)])
            }
            Target::Vote(_) | Target::Propose(..) => {
                return Err(ContextError::PlutusPurposeNotSupported(pointer));
            }
        })
    }

    /// Arguments of one script, first to last: datum if there is one, redeemer and context; in V3 the context,
    /// which holds them.
    pub(super) fn arguments(
        &self,
        info: Data<'a>,
        pointer: RedeemerPointer,
        target: &Target<'_>,
        datum: Option<&[u8]>,
        redeemer: &[u8],
    ) -> Result<Vec<Data<'a>>, ContextError> {
        let pool = self.pool;
        let datum = datum.map(|cbor| decoded(pool, cbor)).transpose()?;
        let redeemer = decoded(pool, redeemer)?;
        let purpose = self.purpose(pointer, target, Some(datum))?;
        if self.is_v3() {
            return Ok(vec![pool.constr(0, &[info, redeemer, purpose])]);
        }
        let context = pool.constr(0, &[info, purpose]);
        Ok(datum.into_iter().chain([redeemer, context]).collect())
    }
}

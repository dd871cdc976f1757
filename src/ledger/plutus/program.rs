//! Programs: decoded once from their flat bytes, without recursion, into a form that threads can share.
//!
//! The evaluator's own terms live in an arena and cannot be kept; this form can, and turns into terms in one
//! pass (`instance.rs`). Decoding here also settles what the evaluator's decoder leaves open: any nesting,
//! types of group elements, bytes after the program, free variables.

use amaru_uplc::builtin::DefaultFunction;

use super::bits::{Bits, Malformed, Read};
use super::builtins::builtin;
use super::constant::{Constant, Type};
use crate::cardano::txout::ScriptLanguage;

/// Protocol version from which V1 and V2 know the newer term language.
const VAN_ROSSEM: u64 = 11;
/// Version of terms from which constructors and case terms exist.
const SUMS: (u64, u64, u64) = (1, 1, 0);
/// Fields of one constructor term, from van Rossem on.
const FIELDS_MAX: usize = 1_024;
const TERM_TAG_BITS: u32 = 4;
const BUILTIN_TAG_BITS: u32 = 7;

/// One term. Operands come before their operator, the last operand nearest to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Node {
    /// Variable by its distance in lambdas, from 1.
    Var(u64),
    Delay,
    Lambda,
    /// Function, argument.
    Apply,
    /// Index into the constants.
    Constant(usize),
    Force,
    Error,
    Builtin(&'static DefaultFunction),
    /// Tag, and the number of fields.
    Constr(u64, usize),
    /// Number of branches; the scrutinee comes before them.
    Case(usize),
}

/// A well-formed program.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) nodes: Vec<Node>,
    pub(super) constants: Vec<Constant>,
    /// Nodes of all types of constants.
    type_nodes: usize,
    /// Whether each variable is bound. A program that is not closed is well-formed, and fails when it runs.
    pub(super) closed: bool,
    /// Whether the language has the program's version of terms. If not, it is well-formed all the same, and fails when
    /// it runs.
    pub(super) known_version: bool,
}

/// A term whose operands are still to come.
enum Open {
    /// So many more operands.
    Operands(Node, u8),
    /// Fields or branches until a zero bit, with their count so far.
    List(Node, usize),
}

/// What a tag begins.
enum Begun {
    Whole(Node),
    Operands(Node, u8),
    List(Node),
}

impl Program {
    /// Decodes the content of a script: a CBOR byte string around flat bytes.
    ///
    /// Bytes after the byte string are tolerated in V1 and V2 (all protocol versions), bytes after the
    /// program inside it never.
    pub(super) fn decode(
        bytes: &[u8],
        language: ScriptLanguage,
        protocol_major: u64,
    ) -> Read<Self> {
        Self::decode_flat(Self::content(bytes, language)?, language, protocol_major)
    }

    /// Decodes flat bytes.
    pub(super) fn decode_flat(
        flat: &[u8],
        language: ScriptLanguage,
        protocol_major: u64,
    ) -> Read<Self> {
        Reader::new(flat, language, protocol_major)?.program()
    }

    fn content(bytes: &[u8], language: ScriptLanguage) -> Read<&[u8]> {
        let mut outer = pallas_codec::minicbor::Decoder::new(bytes);
        // Indefinite byte strings are refused, as the ledger's decoder refuses them here.
        let flat = outer.bytes().map_err(|_| Malformed)?;
        if language == ScriptLanguage::PlutusV3 && outer.position() != bytes.len() {
            return Err(Malformed);
        }
        Ok(flat)
    }

    /// Heap bytes, roughly: for the bound of the cache.
    pub(super) fn weight(&self) -> usize {
        // A type and the counters of its shared pointer.
        const TYPE_BYTES: usize = size_of::<Type>() + 2 * size_of::<usize>();
        let constants: usize = self.constants.iter().map(Constant::weight).sum();
        self.nodes.capacity() * size_of::<Node>() + self.type_nodes * TYPE_BYTES + constants
    }
}

struct Reader<'b> {
    bits: Bits<'b>,
    language: ScriptLanguage,
    protocol_major: u64,
    /// Whether constructors and case terms exist (term language 1.1.0).
    sums: bool,
    open: Vec<Open>,
    /// Lambdas around the current term.
    lambdas: u64,
    program: Program,
}

impl<'b> Reader<'b> {
    fn new(flat: &'b [u8], language: ScriptLanguage, protocol_major: u64) -> Read<Self> {
        let mut bits = Bits::new(flat);
        let mut part = || bits.natural_of_any_size();
        let version = (part()?, part()?, part()?);
        let newer = language == ScriptLanguage::PlutusV3 || protocol_major >= VAN_ROSSEM;
        let sums = version >= SUMS;
        let known_version = version == (1, 0, 0) || (version == SUMS && newer);
        let program = Program {
            nodes: Vec::new(),
            constants: Vec::new(),
            type_nodes: 0,
            closed: true,
            known_version,
        };
        Ok(Self { bits, language, protocol_major, sums, open: Vec::new(), lambdas: 0, program })
    }

    fn program(mut self) -> Read<Program> {
        loop {
            match self.begin()? {
                Begun::Whole(node) => self.emit(node),
                Begun::Operands(node, count) => {
                    self.lambdas += u64::from(node == Node::Lambda);
                    self.open.push(Open::Operands(node, count));
                    continue;
                }
                Begun::List(node) => {
                    self.open.push(Open::List(node, 0));
                    if self.bits.bit()? {
                        continue;
                    }
                    self.close();
                }
            }
            if !self.finish()? {
                break;
            }
        }
        self.bits.filler()?;
        if !self.bits.at_end() {
            return Err(Malformed);
        }
        self.program.nodes.shrink_to_fit();
        Ok(self.program)
    }

    /// After a whole term: closes what it completes; false at the end of the program.
    fn finish(&mut self) -> Read<bool> {
        loop {
            match self.open.last_mut() {
                None => return Ok(false),
                Some(Open::Operands(_, left)) if *left > 1 => {
                    *left -= 1;
                    return Ok(true);
                }
                // The scrutinee is there, branches follow.
                Some(top @ Open::Operands(Node::Case(_), _)) => {
                    *top = Open::List(Node::Case(0), 0);
                    if self.bits.bit()? {
                        return Ok(true);
                    }
                }
                Some(Open::Operands(..)) => {}
                Some(Open::List(node, count)) => {
                    *count += 1;
                    let fields = matches!(node, Node::Constr(..));
                    if fields && *count > FIELDS_MAX && self.protocol_major >= VAN_ROSSEM {
                        return Err(Malformed);
                    }
                    if self.bits.bit()? {
                        return Ok(true);
                    }
                }
            }
            self.close();
        }
    }

    /// Emits the innermost open term.
    fn close(&mut self) {
        match self.open.pop() {
            Some(Open::Operands(node, _)) => {
                self.lambdas -= u64::from(node == Node::Lambda);
                self.emit(node);
            }
            Some(Open::List(Node::Constr(tag, _), count)) => self.emit(Node::Constr(tag, count)),
            Some(Open::List(_, count)) => self.emit(Node::Case(count)),
            None => {}
        }
    }

    fn emit(&mut self, node: Node) {
        self.program.nodes.push(node);
    }

    fn begin(&mut self) -> Read<Begun> {
        let begun = match self.bits.small(TERM_TAG_BITS)? {
            0 => {
                let index = self.bits.natural()?;
                self.program.closed &= (1..=self.lambdas).contains(&index);
                Begun::Whole(Node::Var(index))
            }
            1 => Begun::Operands(Node::Delay, 1),
            2 => Begun::Operands(Node::Lambda, 1),
            3 => Begun::Operands(Node::Apply, 2),
            4 => {
                let (constant, type_nodes) = Constant::read(&mut self.bits, self.protocol_major)?;
                self.program.constants.push(constant);
                self.program.type_nodes += type_nodes;
                Begun::Whole(Node::Constant(self.program.constants.len() - 1))
            }
            5 => Begun::Operands(Node::Force, 1),
            6 => Begun::Whole(Node::Error),
            7 => {
                let number = self.bits.small(BUILTIN_TAG_BITS)?;
                let function = builtin(number, self.language, self.protocol_major);
                Begun::Whole(Node::Builtin(function.ok_or(Malformed)?))
            }
            8 if self.sums => Begun::List(Node::Constr(self.bits.natural()?, 0)),
            9 if self.sums => Begun::Operands(Node::Case(0), 1),
            _ => return Err(Malformed),
        };
        Ok(begun)
    }
}

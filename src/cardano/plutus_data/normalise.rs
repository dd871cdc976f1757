//! From any accepted CBOR form to that of `serialiseData`, token by token.

use super::encode::{EMPTY_LIST, LIST_START, write_bytes, write_int, write_map_header};
use super::read::{Reader, Token};
use super::{write_constructor, write_end};
use crate::cardano::DecodeError;

/// A container whose head is not written yet, because it depends on what is inside.
enum Pending {
    /// List or constructor: `80` if empty, `9f` .. `ff` otherwise.
    List { items: u64 },
    /// Map: the definite head needs the number of pairs; it belongs at offset `at` of the output.
    Map { items: usize, head: usize },
}

/// Appends the `serialiseData` form of the Plutus data in `cbor`. On an error `out` may hold a part of it.
///
/// Linear in the size of `cbor`, whatever its nesting: heads of maps are put in by a second pass.
///
/// # Errors
/// When `cbor` is not one Plutus value in a form that the ledger accepts.
pub fn normalise(cbor: &[u8], out: &mut Vec<u8>) -> Result<(), DecodeError> {
    let mut reader = Reader::new(cbor);
    let mut open: Vec<Pending> = Vec::new();
    let mut body = Vec::with_capacity(cbor.len());
    // Offset in `body` and pairs of each map, in the order of their heads.
    let mut heads: Vec<(usize, usize)> = Vec::new();
    while let Some(token) = reader.token()? {
        if token != Token::End {
            first_item(open.last_mut(), &mut body);
        }
        match token {
            Token::Integer(n) => write_int(&n, &mut body),
            Token::Bytes(bytes) => write_bytes(&bytes, &mut body),
            Token::List => open.push(Pending::List { items: 0 }),
            Token::Constr(index) => {
                write_constructor(index, true, &mut body);
                body.pop(); // empty or not is known with the first item
                open.push(Pending::List { items: 0 });
            }
            Token::Map => {
                heads.push((body.len(), 0));
                open.push(Pending::Map { items: 0, head: heads.len() - 1 });
            }
            Token::End => match open.pop() {
                Some(Pending::List { items: 0 }) => body.push(EMPTY_LIST),
                Some(Pending::List { .. }) => write_end(&mut body),
                Some(Pending::Map { items, head }) => {
                    if let Some((_, pairs)) = heads.get_mut(head) {
                        *pairs = items / 2;
                    }
                }
                None => {}
            },
        }
    }
    let mut from = 0;
    for (at, pairs) in heads {
        out.extend_from_slice(body.get(from..at).unwrap_or_default());
        write_map_header(pairs, out);
        from = at;
    }
    out.extend_from_slice(body.get(from..).unwrap_or_default());
    Ok(())
}

/// Counts an item into its container, whose list head it decides when it is the first.
fn first_item(parent: Option<&mut Pending>, body: &mut Vec<u8>) {
    match parent {
        Some(Pending::List { items }) => {
            if *items == 0 {
                body.push(LIST_START);
            }
            *items += 1;
        }
        Some(Pending::Map { items, .. }) => *items += 1,
        None => {}
    }
}

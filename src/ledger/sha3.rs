//! SHA3-256 (FIPS 202), which only the roots of Byron addresses need.

const RATE_BYTES: usize = 136;
const LANES: usize = 25;

const ROUND_CONSTANTS: [u64; 24] = [
    0x0000_0000_0000_0001,
    0x0000_0000_0000_8082,
    0x8000_0000_0000_808a,
    0x8000_0000_8000_8000,
    0x0000_0000_0000_808b,
    0x0000_0000_8000_0001,
    0x8000_0000_8000_8081,
    0x8000_0000_0000_8009,
    0x0000_0000_0000_008a,
    0x0000_0000_0000_0088,
    0x0000_0000_8000_8009,
    0x0000_0000_8000_000a,
    0x0000_0000_8000_808b,
    0x8000_0000_0000_008b,
    0x8000_0000_0000_8089,
    0x8000_0000_0000_8003,
    0x8000_0000_0000_8002,
    0x8000_0000_0000_0080,
    0x0000_0000_0000_800a,
    0x8000_0000_8000_000a,
    0x8000_0000_8000_8081,
    0x8000_0000_0000_8080,
    0x0000_0000_8000_0001,
    0x8000_0000_8000_8008,
];

/// The walk of the lanes in steps rho and pi: next lane, and by how many bits it rotates.
const WALK: [(usize, u32); 24] = [
    (10, 1),
    (7, 3),
    (11, 6),
    (17, 10),
    (18, 15),
    (3, 21),
    (5, 28),
    (16, 36),
    (8, 45),
    (21, 55),
    (24, 2),
    (4, 14),
    (15, 27),
    (23, 41),
    (19, 56),
    (13, 8),
    (12, 25),
    (2, 43),
    (20, 62),
    (14, 18),
    (22, 39),
    (9, 61),
    (6, 20),
    (1, 44),
];

/// SHA3-256 of some bytes.
pub(crate) fn sha3_256(bytes: &[u8]) -> [u8; 32] {
    let mut state = [0_u64; LANES];
    let mut blocks = bytes.chunks_exact(RATE_BYTES);
    for block in &mut blocks {
        absorb(&mut state, block);
    }
    let mut last = blocks.remainder().to_vec();
    last.push(0x06);
    last.resize(RATE_BYTES, 0);
    if let Some(end) = last.last_mut() {
        *end |= 0x80;
    }
    absorb(&mut state, &last);
    let mut digest = [0; 32];
    for (bytes, lane) in digest.chunks_exact_mut(8).zip(state) {
        bytes.copy_from_slice(&lane.to_le_bytes());
    }
    digest
}

fn absorb(state: &mut [u64; LANES], block: &[u8]) {
    for (lane, bytes) in state.iter_mut().zip(block.chunks_exact(8)) {
        *lane ^= <[u8; 8]>::try_from(bytes).map_or(0, u64::from_le_bytes);
    }
    for constant in ROUND_CONSTANTS {
        round(state, constant);
    }
}

/// One round of `Keccak-f[1600]`. Every index is below 25: a constant, or taken modulo 5.
fn round(state: &mut [u64; LANES], constant: u64) {
    let mut columns = [0_u64; 5];
    for (x, column) in columns.iter_mut().enumerate() {
        *column = (0..5).fold(0, |sum, y| sum ^ state[x + 5 * y]);
    }
    for (at, lane) in state.iter_mut().enumerate() {
        *lane ^= columns[(at + 4) % 5] ^ columns[(at + 1) % 5].rotate_left(1);
    }
    let mut carried = state[1];
    for (next, bits) in WALK {
        carried = std::mem::replace(&mut state[next], carried.rotate_left(bits));
    }
    for row in state.chunks_exact_mut(5) {
        let before = [row[0], row[1], row[2], row[3], row[4]];
        for (x, lane) in row.iter_mut().enumerate() {
            *lane ^= !before[(x + 1) % 5] & before[(x + 2) % 5];
        }
    }
    state[0] ^= constant;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::hex;

    /// Published values of FIPS 202 for nothing, three bytes, and both sides of a block's end.
    #[test]
    fn known_digests_come_out() {
        let cases = [
            (&[][..], "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a"),
            (b"abc", "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"),
            (&[0xa3; 200], "79f38adec5c20307a98ef76e8324afbfd46cfd81b22e3973c65fa1bd9de31787"),
        ];
        for (bytes, digest) in cases {
            assert_eq!(hex(&sha3_256(bytes)), digest);
        }
    }
}

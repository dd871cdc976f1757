//! Whether the bytes of a script hold a program: the wrapper around it, a CBOR byte string.

use crate::cardano::script::ScriptLanguage;

/// Whether a script of this language may exist under this major protocol version, as far as its wrapper
/// tells: one byte string in one piece. Bytes after it are tolerated by versions 1 and 2 alone.
pub(crate) fn is_well_formed(language: ScriptLanguage, bytes: &[u8], protocol_major: u64) -> bool {
    let (since_major, may_go_on) = match language {
        ScriptLanguage::Native => return true,
        ScriptLanguage::PlutusV1 => (5, true),
        ScriptLanguage::PlutusV2 => (7, true),
        ScriptLanguage::PlutusV3 => (9, false),
    };
    let mut reader = pallas_codec::minicbor::Decoder::new(bytes);
    let wrapped = reader.bytes().is_ok();
    protocol_major >= since_major && wrapped && (may_go_on || reader.position() == bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wrapper_is_one_byte_string_in_one_piece() {
        use ScriptLanguage::{Native, PlutusV1, PlutusV2, PlutusV3};
        for language in [PlutusV1, PlutusV2, PlutusV3] {
            assert!(is_well_formed(language, &[0x41, 1], 9), "{language:?}");
            for bad in [&[][..], &[0x42, 1], &[0x01], &[0x5f, 0x41, 1, 0xff], &[0x61, b'a']] {
                assert!(!is_well_formed(language, bad, 11), "{language:?} {bad:02x?}");
            }
        }
        let longer = [0x41, 1, 0];
        let seen = [PlutusV1, PlutusV2, PlutusV3].map(|l| is_well_formed(l, &longer, 11));
        assert_eq!(seen, [true, true, false]);
        assert!(is_well_formed(Native, &[], 9));
        assert!(!is_well_formed(PlutusV3, &[0x41, 1], 8));
    }
}

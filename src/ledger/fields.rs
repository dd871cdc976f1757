//! Original bytes of the values of a map with integer keys, for the few rules that hash or look into them.

use pallas_codec::minicbor::Decoder;

/// Iterates over keys and the original bytes of their values; ends at the first thing that is neither.
pub(crate) struct Fields<'a> {
    reader: Decoder<'a>,
    left: Option<u64>,
}

impl<'a> Fields<'a> {
    /// Of the bytes of a map; nothing for bytes of another kind.
    pub(crate) fn of(bytes: &'a [u8]) -> Self {
        let mut reader = Decoder::new(bytes);
        let left = reader.map().unwrap_or(Some(0));
        Self { reader, left }
    }

    /// Of a tagged map; nothing for bytes of another kind.
    pub(crate) fn of_tagged(bytes: &'a [u8]) -> Self {
        let mut reader = Decoder::new(bytes);
        let left = match reader.tag() {
            Ok(_) => reader.map().unwrap_or(Some(0)),
            Err(_) => Some(0),
        };
        Self { reader, left }
    }

    fn read(&mut self) -> Option<(u64, &'a [u8])> {
        match &mut self.left {
            Some(0) => return None,
            Some(left) => *left -= 1,
            // An open map ends with a break, which is no key.
            None => {}
        }
        let key = self.reader.u64().ok()?;
        let start = self.reader.position();
        self.reader.skip().ok()?;
        Some((key, self.reader.input().get(start..self.reader.position())?))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = (u64, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let field = self.read();
        if field.is_none() {
            self.left = Some(0);
        }
        field
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_bytes_in_maps_of_either_form() {
        let fields = vec![(0, &[0x80][..]), (4, &[0xd9, 0x01, 0x02, 0x81, 0x18, 0x01][..])];
        let inner = [0x00, 0x80, 0x04, 0xd9, 0x01, 0x02, 0x81, 0x18, 0x01];
        let definite = [&[0xa2], &inner[..]].concat();
        let open = [&[0xbf], &inner[..], &[0xff]].concat();
        let tagged = [&[0xd9, 0x01, 0x03], &definite[..]].concat();
        assert_eq!(Fields::of(&definite).collect::<Vec<_>>(), fields);
        assert_eq!(Fields::of(&open).collect::<Vec<_>>(), fields);
        assert_eq!(Fields::of_tagged(&tagged).collect::<Vec<_>>(), fields);
    }

    #[test]
    fn other_bytes_have_no_fields() {
        for bytes in [&[][..], &[0x80], &[0xa1], &[0xa1, 0x40, 0x00], &[0xbf], &[0xa1, 0x00, 0x82]]
        {
            assert_eq!(Fields::of(bytes).count(), 0, "{bytes:02x?}");
            assert_eq!(Fields::of_tagged(bytes).count(), 0, "{bytes:02x?}");
        }
        assert_eq!(Fields::of(&[0xa2, 0x00, 0x01, 0x40]).count(), 1, "ends at what is no key");
        assert_eq!(Fields::of(&[0xa1, 0x00, 0x01, 0x02, 0x03]).count(), 1, "ends with its map");
    }
}

//! Where the transactions of a mixed dataset wait: they are made in one order over all clients, and the file holds
//! client after client. Memory keeps twelve bytes for each.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;

use serde_json::value::RawValue;

use crate::bench::dataset::SequencedTx;

/// Buffer in bytes.
const BUFFER_BYTES: usize = 256 * 1024;

/// See the module.
#[derive(Debug)]
pub(in crate::bench::generate) struct Spool {
    to: BufWriter<File>,
    written: u64,
    /// Offset and length of each transaction, by client.
    places: Vec<Vec<(u64, u32)>>,
}

impl Spool {
    /// Beside the file that will be written. It has no name from the start, so nothing is left behind.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn beside(out: &Path, clients: usize) -> io::Result<Self> {
        let mut name = out.as_os_str().to_owned();
        name.push(format!(".{}.spool", std::process::id()));
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(&name)?;
        std::fs::remove_file(&name)?;
        Ok(Self::of(file, clients))
    }

    pub fn of(file: File, clients: usize) -> Self {
        let to = BufWriter::with_capacity(BUFFER_BYTES, file);
        Self { to, written: 0, places: vec![Vec::new(); clients] }
    }

    pub fn add(&mut self, client: usize, tx: &SequencedTx) -> io::Result<()> {
        let text = serde_json::to_vec(tx)?;
        self.to.write_all(&text)?;
        let len = u32::try_from(text.len()).map_err(io::Error::other)?;
        if let Some(places) = self.places.get_mut(client) {
            places.push((self.written, len));
        }
        self.written += u64::from(len);
        Ok(())
    }

    /// The transactions of one client, each read as it is asked for.
    pub fn of_client(
        &mut self,
        client: usize,
    ) -> io::Result<impl Iterator<Item = io::Result<Box<RawValue>>> + '_> {
        self.to.flush()?;
        let file = self.to.get_ref();
        let places = self.places.get(client).map(Vec::as_slice).unwrap_or_default();
        Ok(places.iter().map(move |(offset, len)| {
            let mut text = vec![0; *len as usize];
            file.read_exact_at(&mut text, *offset)?;
            let text = String::from_utf8(text).map_err(io::Error::other)?;
            Ok(RawValue::from_string(text)?)
        }))
    }
}

//! Lines of standard input: bounded memory whatever comes.

use std::io::{self, BufRead};

/// Reads lines of at most a number of bytes.
pub(super) struct Lines<R> {
    from: R,
    max: usize,
    number: u64,
    buffer: Vec<u8>,
}

/// A line, without its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    Text(&'a [u8]),
    /// Longer than allowed; it was skipped whole.
    TooLong,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(from: R, max: usize) -> Self {
        Self { from, max, number: 0, buffer: Vec::new() }
    }

    /// The next line with its number, from 1; `None` at the end.
    ///
    /// # Errors
    /// Those of the reader.
    pub(super) fn next(&mut self) -> io::Result<Option<(u64, Line<'_>)>> {
        self.buffer.clear();
        let (mut any, mut too_long) = (false, false);
        loop {
            let chunk = match self.from.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if chunk.is_empty() {
                break;
            }
            any = true;
            let end = chunk.iter().position(|byte| *byte == b'\n');
            let part = chunk.get(..end.unwrap_or(chunk.len())).unwrap_or_default();
            too_long |= self.buffer.len() + part.len() > self.max;
            if !too_long {
                self.buffer.extend_from_slice(part);
            }
            let used = part.len() + usize::from(end.is_some());
            self.from.consume(used);
            if end.is_some() {
                break;
            }
        }
        if !any {
            return Ok(None);
        }
        self.number = self.number.saturating_add(1);
        let line = if too_long { Line::TooLong } else { Line::Text(&self.buffer) };
        Ok(Some((self.number, line)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All lines as text, `None` for one that is too long.
    fn read(text: &[u8], capacity: usize, max: usize) -> Vec<(u64, Option<Vec<u8>>)> {
        let mut lines = Lines::new(io::BufReader::with_capacity(capacity, text), max);
        let mut all = Vec::new();
        while let Some((number, line)) = lines.next().unwrap() {
            all.push((
                number,
                match line {
                    Line::Text(text) => Some(text.to_vec()),
                    Line::TooLong => None,
                },
            ));
        }
        assert!(lines.buffer.capacity() <= 2 * max.max(8), "{}", lines.buffer.capacity());
        all
    }

    #[test]
    fn lines_are_the_same_whatever_the_chunks() {
        let text = b"one\n\ntwo, too long for this\nfour!\nfive";
        for capacity in 1..40 {
            let seen = read(text, capacity, 5);
            let line = |number, text: &str| (number, Some(text.as_bytes().to_vec()));
            assert_eq!(
                seen,
                [line(1, "one"), line(2, ""), (3, None), line(4, "four!"), line(5, "five")]
            );
        }
        assert!(read(b"", 8, 5).is_empty());
        assert_eq!(read(b"\n", 8, 5), [(1, Some(Vec::new()))]);
    }

    #[test]
    fn an_endless_line_takes_no_memory() {
        let endless = io::Read::take(io::repeat(b'0'), 50_000_000);
        let mut lines = Lines::new(io::BufReader::new(endless), 1000);
        assert_eq!(lines.next().unwrap(), Some((1, Line::TooLong)));
        assert!(lines.buffer.capacity() <= 2000);
    }

    #[test]
    fn a_failing_reader_is_an_error_and_no_end() {
        struct Broken;
        impl io::Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::IsADirectory.into())
            }
        }
        assert!(Lines::new(io::BufReader::new(Broken), 10).next().is_err());
    }
}

//! Time of an accumulator by number of outputs: loading the points, coefficients from scratch and by one
//! element, commitment as a whole. Run: `cargo bench -p rydra-core --bench accumulator`.
#![allow(clippy::print_stdout, clippy::disallowed_methods)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use rydra_core::digest::sha2_256;
use rydra_core::snapshot::accumulator::{Polynomial, commit, scalar};

/// Median of this many runs.
const RUNS: usize = 11;

fn median(mut run: impl FnMut()) -> Duration {
    let mut times: Vec<_> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times.get(RUNS / 2).copied().unwrap_or_default()
}

fn main() {
    let start = Instant::now();
    black_box(commit::<[u8; 0]>([])).ok();
    println!("first commitment of nothing, points loaded: {:?}", start.elapsed());
    println!("outputs | coefficients | one more | one less | commitment as a whole");
    for count in [10u32, 100, 1000, 4095] {
        let elements: Vec<_> = (0..count).map(|n| sha2_256(&n.to_be_bytes())).collect();
        let scalars: Vec<_> = elements.iter().map(|element| scalar(element)).collect();
        let whole = Polynomial::of(&scalars);
        let one = scalar(b"one");
        let scratch = median(|| drop(black_box(Polynomial::of(&scalars))));
        let mut updated = whole.clone();
        let more = median(|| updated.multiply_by(one));
        let less = median(|| assert!(updated.divide_by(one)));
        let commitment = median(|| {
            let _ = black_box(commit(&elements));
        });
        println!("{count} | {scratch:?} | {more:?} | {less:?} | {commitment:?}");
    }
}

//! A life on a disk whose power is cut.

use std::path::{Path, PathBuf};

use rydra_test_support::disk::image::{self, Image};
use rydra_test_support::disk::model::Disk;
use rydra_test_support::disk::shim::Shim;
use rydra_test_support::disk::trace::Call;
use rydra_test_support::life::{End, Life};
use rydra_test_support::node::NodeSpec;
use rydra_test_support::random::Random;

pub const NODE: &str = env!("CARGO_BIN_EXE_rydra");

/// Where the journal lies below the root of the disk: directories that the node makes itself can be lost.
const JOURNAL: &str = "var/journal";

/// See the module.
pub struct Powered {
    pub life: Life,
    pub shim: Shim,
    /// What is safe on the disk since the last cut.
    safe: Image,
    seed: u64,
    cuts: u64,
}

/// The same node with its journal there.
pub fn journal_at(spec: &NodeSpec, dir: &Path) -> NodeSpec {
    let mut spec = spec.clone();
    let at = spec.arguments.iter().position(|a| a == "--persistence-dir").unwrap() + 1;
    spec.arguments[at] = dir.display().to_string();
    spec
}

impl Powered {
    /// An empty disk and a node that was never started.
    pub fn unborn(rounds: usize, seed: u64) -> Self {
        let mut life = Life::unborn(NODE, rounds, seed);
        let shim = Shim::over(&life.dir().join("disk"), life.dir()).unwrap();
        let spec = journal_at(&life.spec, &shim.root().join(JOURNAL));
        life.spec = shim.below(&spec, true).unwrap();
        Self { life, shim, safe: Image::new(), seed, cuts: 0 }
    }

    /// As [`Powered::unborn`], started, with its head open.
    pub fn begin(rounds: usize, seed: u64) -> Self {
        let mut powered = Self::unborn(rounds, seed);
        powered.life.be_ready().unwrap();
        powered
    }

    /// One round: load, power cut, start, comparison. The error tells everything that repeats it.
    pub fn round(&mut self, end: End) -> Result<(), String> {
        let before = self.safe.clone();
        let live = self.life.die(end);
        let calls = self.shim.calls().unwrap();
        let seed = self.cut(&calls);
        let trace = std::fs::read(self.shim.trace()).unwrap();
        self.shim.forget().unwrap();
        let verdict = live.and(self.life.be_ready());
        verdict.map_err(|broken| {
            let kept = self.keep(&before, &trace);
            format!(
                "power cut {} (seed {seed}) broke rules; the disk before and the trace are in {}\n{broken}",
                self.cuts,
                kept.display()
            )
        })
    }

    fn cut(&mut self, calls: &[Call]) -> u64 {
        self.cuts += 1;
        let seed = self.seed.wrapping_mul(1_000_003).wrapping_add(self.cuts);
        let mut disk = Disk::of(&self.safe);
        disk.replay(calls);
        self.safe = disk.cut(&mut Random::new(seed));
        image::write(self.shim.root(), &self.safe).unwrap();
        seed
    }

    fn keep(&self, before: &Image, trace: &[u8]) -> PathBuf {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("powercut-{}-{}", self.seed, self.cuts));
        image::write(&dir.join("before"), before).unwrap();
        image::write(&dir.join("after"), &self.safe).unwrap();
        std::fs::write(dir.join("trace"), trace).unwrap();
        dir
    }
}

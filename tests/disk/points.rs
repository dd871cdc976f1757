//! The disk fails once, at each place at which the node writes: by its calls, one after another, and by the
//! failpoints of the journal, all that there are.

use rydra::failpoint::{self, Point, Word};
use rydra_test_support::disk::shim::DiskError;
use rydra_test_support::life::environment;
use rydra_test_support::load::Load;
use rydra_test_support::node::{NodeProcess, NodeSpec};
use rydra_test_support::poll::poll_until;
use rydra_test_support::random::Random;

use crate::world::{PATIENCE, World, ready, settled, still_there};

/// Payments of each life: four batches each, so all kinds of rows are written, and a log that is moved.
const PAYMENTS: u64 = 40;

/// The same node without failpoints, which count anew at each start: one fault is one, whatever it hits.
fn spent(spec: &NodeSpec) -> NodeSpec {
    let mut spec = spec.clone();
    spec.environment.retain(|(name, _)| name != failpoint::ARM);
    spec
}

/// Starts it. A start that the fault hits is refused with its reason, and the next one must succeed.
fn started(spec: &NodeSpec, what: &str) -> NodeProcess {
    for (attempt, spec) in [spec.clone(), spent(spec)].into_iter().enumerate() {
        let told = |e: &dyn std::fmt::Display| format!("{what}, attempt {attempt}: {e}");
        match spec.start() {
            Ok(mut node) => match node.wait_ready(PATIENCE) {
                Ok(_) => {
                    node.wait_funds(1, PATIENCE).unwrap_or_else(|e| panic!("{}", told(&e)));
                    return node;
                }
                Err(e) => gave_a_reason(&node, &told(&e)),
            },
            Err(e) => assert!(
                attempt == 0
                    && e.to_string().contains("; needed ")
                    && !e.to_string().contains("panicked"),
                "{}",
                told(&e)
            ),
        }
    }
    panic!("{what}: two starts failed of one fault");
}

fn gave_a_reason(node: &NodeProcess, told: &str) {
    assert!(node.tail().contains("; needed "), "{told}");
}

/// Pays all; what is refused because of the disk is sent again, as a client does that reads the reason.
fn paid(world: &World, load: &mut Load<'_>, node: &NodeProcess, what: &str) {
    let all = world.payments.lanes[0].len();
    poll_until(PATIENCE, || {
        load.turn().map_err(|e| e.to_string())?;
        let refused = load.complaints().iter().any(|text| text.contains("the disk of this node"));
        let answered = load.valid() + load.complaints().len() >= load.sent();
        if refused && answered && ready(node).0 == 200 {
            // What was taken although something before it was refused has no input, or is known when it comes again.
            let expected = ["the disk of this node", "is confirmed already", "BadInputsUTxO"];
            let foreign = |text: &&String| !expected.iter().any(|part| text.contains(part));
            let foreign: Vec<_> = load.complaints().iter().filter(foreign).collect();
            assert!(foreign.is_empty(), "{what}: {foreign:?}");
            load.take_back();
        }
        match load.confirmed() {
            enough if enough == all => Ok(()),
            few => Err(format!("{few} of {all} confirmed, {:?}", load.complaints().last())),
        }
    })
    .unwrap_or_else(|e| panic!("{what}: {e}\n{}", node.tail()));
    load.complaints().iter().for_each(|text| {
        assert!(text.contains("is confirmed already"), "{what}: {text}");
    });
    load.take_back();
}

/// A whole life on one directory: start, payments, orderly stop; then everything is there at the next start.
fn survives(world: &World, spec: &NodeSpec, what: &str) {
    let mut node = started(spec, what);
    let mut load = world.load(&node);
    paid(world, &mut load, &node, what);
    let outputs = settled(&mut load, &node);
    node.terminate().unwrap();
    node.wait_exit(PATIENCE).unwrap_or_else(|e| panic!("{what}: {e}"));
    let node = started(&world.spec, what);
    still_there(&outputs, &node);
}

/// Runs the cases on two threads: each waits for its disk most of the time.
fn on_two_threads<T: Sync>(cases: &[T], run: impl Fn(&T) + Sync) {
    let (left, right) = cases.split_at(cases.len() / 2);
    std::thread::scope(|scope| {
        let halves = [left, right].map(|half| scope.spawn(|| half.iter().for_each(&run)));
        let failed = halves.into_iter().filter_map(|half| half.join().err()).count();
        assert_eq!(failed, 0, "of two halves");
    });
}

#[test]
fn one_failed_call_of_the_disk_anywhere_costs_nothing() {
    let clean = World::new(PAYMENTS);
    survives(&clean, &clean.switched(), "without a fault");
    let calls = clean.shim.changes().unwrap();
    assert!(calls > 100, "{calls} calls");
    let all = std::env::var_os("RYDRA_TORTURE").is_some();
    let count = environment("RYDRA_TORTURE_DISK", if all { calls } else { 10 });
    let mut random = Random::new(environment("RYDRA_TORTURE_SEED", 1));
    let mut cases = Vec::new();
    for error in [DiskError::Full, DiskError::Io] {
        for case in 0..count {
            // One of each stretch, so that start, work and stop are all hit.
            let (from, to) = (1 + calls * case / count, calls * (case + 1) / count);
            cases.push((error, random.between(from, to)));
        }
    }
    on_two_threads(&cases, |(error, call)| {
        let world = World::new(PAYMENTS);
        world.shim.fail_at(*error, *call, 1).unwrap();
        survives(&world, &world.switched(), &format!("{error:?} at call {call} of {calls}"));
    });
    eprintln!("{} of {calls} calls failed with ENOSPC, as many with EIO", count);
}

/// What a point of the journal is armed with: as a full disk and as one that fails, where it can; `error` at one that
/// writes nothing; nothing at a switch. A new point is a failpoint, and so a row here.
fn faults_of(point: Point) -> impl Iterator<Item = &'static str> {
    let words = point.words();
    let of_a_disk = words.contains(&Word::Full);
    words.iter().filter_map(move |word| match word {
        Word::Full | Word::Io => Some(word.text()),
        Word::Error if !of_a_disk => Some(word.text()),
        Word::Error | Word::Abort | Word::Panic | Word::Stall | Word::Switch => None,
    })
}

fn points() -> Vec<Point> {
    let of_journal = failpoint::ALL.into_iter().filter(|p| p.name().starts_with("journal."));
    of_journal.filter(|point| faults_of(*point).next().is_some()).collect()
}

#[test]
fn a_full_or_failing_disk_at_each_write_point_of_the_journal_costs_nothing() {
    let counts: &[u64] = match std::env::var_os("RYDRA_TORTURE") {
        Some(_) => &[1, 2, 3, 5, 8, 13, 21],
        None => &[3],
    };
    let mut cases = Vec::new();
    for point in points() {
        for action in faults_of(point) {
            for count in counts {
                cases.push(format!("{}={action}@{count}", point.name()));
            }
            // A place that is passed at starts only: at the rebuild that another fault makes.
            cases.push(format!("head.handle=panic@30,{}={action}@2", point.name()));
        }
    }
    on_two_threads(&cases, |faults| {
        let world = World::new(PAYMENTS);
        survives(&world, &world.spec.with_fault(faults), faults);
    });
    eprintln!("{} lives with a fault at one of {} points", cases.len(), points().len());
}

//! Arguments of `rydra tx validate`, read and checked; all problems at once.

use std::ffi::OsStr;
use std::fmt::Display;
use std::path::{Path, PathBuf};

use rydra_core::cardano::parameters::ProtocolParameters;
use rydra_core::cardano::slot_time::SlotTime;
use rydra_core::cardano::utxo::Utxo;
use rydra_core::ledger::{Ledger, Network};
use rydra_core::unit::{Slot, Span, UtcTime, excerpt};

use super::ValidateArgs;
use super::source::{self, Parsed};
use crate::observe::clock;
use crate::settings::files::{Role, STANDARD_INPUT, read_json_or_pipe};
use crate::settings::genesis::{Genesis, genesis_or_pipe};
use crate::settings::{Problem, Problems};

const UTXO: Role = Role {
    what: "UTxO",
    option: "--utxo",
    needed: "a JSON object of outputs by input reference, \"TXID#INDEX\": {\"address\":..,\"value\":..}",
    todo: "write it with `cardano-cli query utxo --out-file`, or take GET /snapshot/utxo of a head; {} is \
           the empty set",
};

const PARAMETERS: Role = Role {
    what: "file of protocol parameters",
    option: "--protocol-parameters",
    needed: "all 31 keys of `cardano-cli query protocol-parameters`",
    todo: "give the file that the head's nodes have, or add the keys named above",
};

/// Where transactions come from.
#[derive(Debug)]
pub(super) enum Source {
    /// The one of the command line.
    One(Parsed),
    /// One a line on standard input.
    StandardInput,
}

/// Arguments that can be used.
#[derive(Debug)]
pub(super) struct Inputs {
    pub ledger: Ledger,
    pub slot: Slot,
    pub utxo: Utxo,
    pub source: Source,
    pub utxo_out: Option<PathBuf>,
}

impl Inputs {
    /// Reads all arguments and the files that they name.
    ///
    /// # Errors
    /// The problems of all of them at once.
    pub(super) fn load(args: &ValidateArgs) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let mut kept = Kept(&mut problems);
        kept.or_problem(one_reader_of_standard_input(args));
        if !kept.0.0.is_empty() {
            return Err(problems);
        }
        let utxo = kept.file(args.utxo.as_deref(), &UTXO, |text| serde_json::from_str(text));
        let parameters = kept.file(
            args.protocol_parameters.as_deref(),
            &PARAMETERS,
            ProtocolParameters::for_ledger,
        );
        let time = time(args, &mut kept);
        let slot = slot(args, time.as_ref().map(|(_, slots)| *slots), &mut kept);
        let source = kept.source(args.tx.as_deref());
        if let Some(file) = &args.utxo_out {
            kept.or_problem(writable(file));
        }
        let (Some(utxo), Some(parameters), Some((genesis, slots)), Some(slot), Some(source)) =
            (utxo, parameters, time, slot, source)
        else {
            return Err(problems);
        };
        let ledger = genesis.ledger(parameters, slots);
        let utxo_out = args.utxo_out.clone();
        problems.or(Self { ledger, slot, utxo, source, utxo_out })
    }
}

/// Collects problems and hands on what is usable.
struct Kept<'a>(&'a mut Problems);

impl Kept<'_> {
    fn or_problem<T>(&mut self, read: Result<T, Problem>) -> Option<T> {
        read.map_err(|problem| self.0.push(problem)).ok()
    }

    fn file<T, E: Display>(
        &mut self,
        path: Option<&Path>,
        role: &Role,
        decode: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let Some(path) = path else {
            let todo = format!("add {} FILE; {}", role.option, role.todo);
            self.0.push(Problem::new(format!("no {}", role.option), role.needed, todo));
            return None;
        };
        self.or_problem(read_json_or_pipe(path, role, decode))
    }

    fn source(&mut self, tx: Option<&OsStr>) -> Option<Source> {
        match tx {
            None => {
                self.0.push(Problem::new("no TX", source::NEEDED, "add it as the last argument"));
                None
            }
            Some(dash) if dash == "-" => Some(Source::StandardInput),
            Some(given) => self.or_problem(source::read_argument(given)).map(Source::One),
        }
    }

    /// A value of an option; `None` when it is absent or unusable.
    fn value<T, E>(
        &mut self,
        option: &str,
        text: Option<&String>,
        needed: &str,
        todo: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = text?;
        let seen = || format!("{option} \"{}\"", excerpt(text));
        self.or_problem(parse(text).map_err(|_| Problem::new(seen(), needed, todo)))
    }
}

/// Standard input can be read once. Refused alone, before anything waits for it.
fn one_reader_of_standard_input(args: &ValidateArgs) -> Result<(), Problem> {
    let is_dash = |path: &Option<PathBuf>| path.as_deref() == Some(Path::new(STANDARD_INPUT));
    let readers = [
        ("--utxo", is_dash(&args.utxo)),
        ("--protocol-parameters", is_dash(&args.protocol_parameters)),
        ("--ledger-genesis", is_dash(&args.ledger_genesis)),
        ("TX", args.tx.as_deref().is_some_and(|tx| tx == "-")),
    ];
    let readers: Vec<_> =
        readers.iter().filter(|(_, reads)| *reads).map(|(name, _)| *name).collect();
    if readers.len() < 2 {
        return Ok(());
    }
    Err(Problem::new(
        format!("- for {}", readers.join(" and ")),
        "standard input for one of them: it can be read once",
        "give files for the others; a shell gives commands as files, such as <(curl -s URL)",
    ))
}

/// Network and slot arithmetic: of a genesis file, or of single options.
fn time(args: &ValidateArgs, kept: &mut Kept<'_>) -> Option<(Genesis, SlotTime)> {
    let before = kept.0.0.len();
    let network = kept.value(
        "--network",
        args.network.as_ref(),
        "0 (every test network) or 1 (mainnet): the id in addresses, not the network magic",
        "leave it out on test networks, give 1 for mainnet",
        |text| match text {
            "0" => Ok(Network::Test),
            "1" => Ok(Network::Main),
            _ => Err(()),
        },
    );
    let start = kept.value(
        "--system-start",
        args.system_start.as_ref(),
        "a UTC time such as 2022-07-07T09:33:35Z",
        "take systemStart of the Shelley genesis",
        str::parse::<UtcTime>,
    );
    let length = kept.value(
        "--slot-length",
        args.slot_length.as_ref(),
        "seconds above 0, such as 1 or 0.1",
        "take slotLength of the Shelley genesis",
        |text| Span::parse_seconds(text).ok().filter(|length| *length > Span::ZERO).ok_or(()),
    );
    let given = args.ledger_genesis.as_deref().and_then(|file| {
        let own = [
            ("--network", args.network.is_some()),
            ("--system-start", args.system_start.is_some()),
            ("--slot-length", args.slot_length.is_some()),
        ];
        for (option, _) in own.into_iter().filter(|(_, given)| *given) {
            kept.0.push(Problem::new(
                format!("{option} beside --ledger-genesis"),
                "one of the two: the genesis file says it already",
                format!("leave out {option}, or --ledger-genesis"),
            ));
        }
        kept.or_problem(genesis_or_pipe(file))
    });
    let own = Genesis {
        network: network.unwrap_or(Network::Test),
        slot_length: length.unwrap_or(Genesis::default().slot_length),
        system_start: start,
        epoch_length: None,
    };
    if kept.0.0.len() > before {
        return None;
    }
    let genesis = given.unwrap_or(own);
    let start = genesis.system_start.unwrap_or(UtcTime::EPOCH);
    let slots = SlotTime::new(start, genesis.slot_length);
    let slots = slots.map_err(|error| {
        Problem::new(error.to_string(), "a slot length above 0", "correct --slot-length")
    });
    kept.or_problem(slots).map(|slots| (genesis, slots))
}

/// The slot of `--slot`; `now` by the wall clock.
fn slot(args: &ValidateArgs, time: Option<SlotTime>, kept: &mut Kept<'_>) -> Option<Slot> {
    let Some(text) = &args.slot else { return Some(Slot(0)) };
    if text != "now" {
        return kept.value(
            "--slot",
            Some(text),
            "a slot number from 0 to 18446744073709551615, or now",
            "give the head's slot (currentSlot in GET /head)",
            |text| {
                let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
                text.parse().ok().filter(|_| plain).map(Slot).ok_or(())
            },
        );
    }
    if args.system_start.is_none() && args.ledger_genesis.is_none() {
        kept.0.push(Problem::new(
            "--slot now without a start of time",
            "--system-start TIME or --ledger-genesis FILE: which slot it is depends on them",
            "add one of them, or give --slot a number",
        ));
        return None;
    }
    time.map(|slots| slots.slot_at(clock::now()))
}

/// Known before hours of checking: the result's directory exists, and the path is no directory.
fn writable(file: &Path) -> Result<(), Problem> {
    let place = format!("--utxo-out {}", file.display());
    let todo = "give a file in a directory that exists and can be written";
    if file.is_dir() {
        return Err(Problem::new(format!("{place} is a directory"), "a file's path", todo));
    }
    let parent = match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    };
    if parent.is_dir() {
        return Ok(());
    }
    let seen = format!("{place}: the directory {} does not exist", parent.display());
    Err(Problem::new(seen, "a file's path in an existing directory", todo))
}

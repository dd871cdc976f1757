//! From the command line's arguments to the benchmark's options.

use std::time::Duration;

use super::fan_out::{FanOutOptions, fan_out};
use super::soak::{SoakOptions, soak};
use super::{
    BenchError, GenerateOptions, PrepareOptions, RunOptions, Shape, generate, prepare, run,
};
use crate::cli::bench::{BenchArgs, BenchCommand, GenerateArgs, RunArgs, Shape as ShapeArg};

/// Runs one `rydra bench` command.
///
/// # Errors
/// The command's own, see [`BenchError`].
pub fn dispatch(args: &BenchArgs) -> Result<(), BenchError> {
    match &args.command {
        BenchCommand::Prepare(args) => {
            prepare(&PrepareOptions { dataset: args.dataset.clone(), out: args.out.clone() })
        }
        BenchCommand::Run(args) => run(&run_options(args)),
        BenchCommand::Generate(args) => generate(&generate_options(args)),
        BenchCommand::Soak(args) => {
            let options = SoakOptions::read(args).map_err(BenchError::Usage)?;
            soak(&options)
        }
        BenchCommand::FanOut(args) => {
            let options = FanOutOptions::read(args).map_err(BenchError::Usage)?;
            fan_out(&options)
        }
    }
}

fn run_options(args: &RunArgs) -> RunOptions {
    RunOptions {
        dataset: args.dataset.clone(),
        nodes: args.nodes.clone(),
        window: args.window.map(|n| n as usize),
        rate: args.rate,
        duration: args.duration.map(Duration::from_secs),
        snapshot_utxo: args.snapshot_utxo,
        json: args.json,
        node_pids: args.node_pids.clone(),
        probe_dir: args.probe_dir.clone(),
    }
}

fn generate_options(args: &GenerateArgs) -> GenerateOptions {
    GenerateOptions {
        shape: match args.shape {
            ShapeArg::Constant => Shape::Constant,
            ShapeArg::Growing => Shape::Growing,
            ShapeArg::Plateau => Shape::Plateau,
            ShapeArg::Mixed => Shape::Mixed,
        },
        transactions: u64::from(args.transactions),
        clients: args.clients as usize,
        seed: args.seed,
        alive: args.alive as usize,
        protocol_parameters: args.protocol_parameters.clone(),
        out: args.out.clone(),
    }
}

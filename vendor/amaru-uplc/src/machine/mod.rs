mod cek;
mod context;
pub(crate) mod cost_model;
mod env;
mod error;
mod eval_result;
mod info;
mod runtime;
mod state;
mod value;

pub use cek::*;
pub use cost_model::CostModel;
pub use cost_model::ex_budget::*;
pub use error::*;
pub use eval_result::*;
pub use info::*;
pub use runtime::{PlutusVersion, SemanticsVariant};
pub use value::Value;

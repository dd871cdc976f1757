mod default_function;

pub use default_function::*;

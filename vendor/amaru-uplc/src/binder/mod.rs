mod debruijn;

pub use debruijn::*;

pub trait Eval<'a>: std::fmt::Debug {
    fn index(&self) -> usize;
}

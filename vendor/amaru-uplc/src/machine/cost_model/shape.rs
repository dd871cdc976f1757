//! Shapes of cost functions, in the ledger's saturating arithmetic.

use super::value::Size;

/// `intercept + slope * size`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Linear {
    pub intercept: i64,
    pub slope: i64,
}

impl Linear {
    fn at(self, size: i64) -> i64 {
        plus(self.intercept, times(self.slope, size))
    }

    /// A size from which on the cost is more than `left`; sizes that change nothing need no measuring.
    fn cap(self, left: i64) -> i64 {
        match self.slope {
            0 => 0,
            slope if slope < 0 => i64::MAX,
            slope => plus(left.saturating_sub(self.intercept).max(0) / slope, 1),
        }
    }
}

/// What is paid on one side of the diagonal, or on both.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Area {
    Multiplied(Linear),
    Linear { intercept: i64, x: i64, y: i64 },
    Quadratic { minimum: i64, c00: i64, c01: i64, c02: i64, c10: i64, c11: i64, c20: i64 },
}

impl Area {
    fn at(self, x: i64, y: i64) -> i64 {
        match self {
            Self::Multiplied(linear) => linear.at(times(x, y)),
            Self::Linear { intercept, x: of_x, y: of_y } => {
                plus(intercept, plus(times(of_x, x), times(of_y, y)))
            }
            Self::Quadratic { minimum, c00, c01, c02, c10, c11, c20 } => {
                let parts = [
                    times(c10, x),
                    times(c01, y),
                    times(times(c20, x), x),
                    times(times(c11, x), y),
                    times(times(c02, y), y),
                ];
                parts.into_iter().fold(c00, plus).max(minimum)
            }
        }
    }
}

/// A cost function. Arguments are x, y, z, u.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    Constant(i64),
    /// Of one argument, by its place.
    In(usize, Linear),
    QuadraticIn(usize, [i64; 3]),
    Added(Linear),
    Multiplied(Linear),
    Min(Linear),
    Max(Linear),
    MaxOfYAndZ(Linear),
    Subtracted(Linear, i64),
    /// Constant off the diagonal.
    OnDiagonal(i64, Linear),
    /// Constant where x is less than y.
    ConstantAbove(i64, Area),
    /// The greater size is x.
    BothSides(Area),
    YAndZ {
        intercept: i64,
        y: i64,
        z: i64,
    },
    /// y itself unless that is zero.
    LiteralYOrInZ(Linear),
    Interaction {
        c00: i64,
        c10: i64,
        c01: i64,
        c11: i64,
    },
    ExpMod {
        c00: i64,
        c11: i64,
        c12: i64,
    },
}

impl Shape {
    /// The exact cost, or some cost of more than `left`.
    pub fn cost(self, sizes: &[Size<'_>], left: i64) -> i64 {
        let capped = |place: usize, cap| sizes.get(place).map_or(0, |size| size.measure(cap));
        let size = |place| capped(place, i64::MAX);
        match self {
            Self::Constant(cost) => cost,
            Self::In(place, linear) => linear.at(capped(place, linear.cap(left))),
            Self::QuadraticIn(place, [c0, c1, c2]) => {
                // The square only adds to the line, so the line's cap holds.
                let line = Linear { intercept: c0, slope: c1 };
                let cap = if c1 > 0 && c2 >= 0 { line.cap(left) } else { i64::MAX };
                let size = capped(place, cap);
                plus(line.at(size), times(times(c2, size), size))
            }
            Self::Added(linear) => linear.at(plus(size(0), size(1))),
            Self::Multiplied(linear) => linear.at(times(size(0), size(1))),
            Self::Min(linear) => {
                let x = capped(0, linear.cap(left));
                linear.at(x.min(capped(1, x)))
            }
            Self::Max(linear) => linear.at(size(0).max(size(1))),
            Self::MaxOfYAndZ(linear) => linear.at(size(1).max(size(2))),
            Self::Subtracted(linear, minimum) => {
                linear.at(size(0).saturating_sub(size(1)).max(minimum))
            }
            Self::OnDiagonal(constant, linear) => {
                let x = size(0);
                if x == size(1) { linear.at(x) } else { constant }
            }
            Self::ConstantAbove(constant, area) => {
                let (x, y) = (size(0), size(1));
                if x < y { constant } else { area.at(x, y) }
            }
            Self::BothSides(area) => {
                let (x, y) = (size(0), size(1));
                area.at(x.max(y), x.min(y))
            }
            Self::YAndZ { intercept, y, z } => {
                plus(intercept, plus(times(y, size(1)), times(z, size(2))))
            }
            Self::LiteralYOrInZ(linear) => match size(1) {
                0 => linear.at(size(2)),
                y => y,
            },
            Self::Interaction { c00, c10, c01, c11 } => {
                let (x, y) = (size(0), size(1));
                let parts = [times(c10, x), times(c01, y), times(times(c11, x), y)];
                parts.into_iter().fold(c00, plus)
            }
            Self::ExpMod { c00, c11, c12 } => {
                let (base, exponent, modulus) = (size(0), size(1), size(2));
                let first = times(times(c11, exponent), modulus);
                let second = times(times(times(c12, exponent), modulus), modulus);
                let cost = plus(plus(c00, first), second);
                if base <= modulus { cost } else { plus(cost, cost / 2) }
            }
        }
    }
}

fn plus(a: i64, b: i64) -> i64 {
    a.saturating_add(b)
}

fn times(a: i64, b: i64) -> i64 {
    a.saturating_mul(b)
}

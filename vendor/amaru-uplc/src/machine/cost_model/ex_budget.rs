#[derive(Debug, Copy, Clone, PartialEq)]
pub struct ExBudget {
    pub mem: i64,
    pub cpu: i64,
}

impl ExBudget {
    pub fn new(mem: i64, cpu: i64) -> Self {
        ExBudget { mem, cpu }
    }

    pub fn occurrences(&mut self, n: i64) {
        self.mem = self.mem.saturating_mul(n);
        self.cpu = self.cpu.saturating_mul(n);
    }
}

impl std::ops::Sub for ExBudget {
    type Output = ExBudget;

    fn sub(self, rhs: Self) -> Self::Output {
        ExBudget { mem: self.mem.saturating_sub(rhs.mem), cpu: self.cpu.saturating_sub(rhs.cpu) }
    }
}

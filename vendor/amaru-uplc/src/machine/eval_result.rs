use crate::binder::Eval;

use super::{MachineError, info::MachineInfo, value::Value};

#[derive(Debug)]
pub struct EvalResult<'a, V>
where
    V: Eval<'a>,
{
    pub value: Result<&'a Value<'a, V>, MachineError<'a, V>>,
    pub info: MachineInfo,
}

//! Faults on demand: `/faults` of a node that was started for it.

use std::time::Duration;

use serde_json::Value;

use crate::node::{NodeProcess, NodeSpec};
use crate::poll::poll_until;
use crate::{HarnessError, failed};

impl NodeSpec {
    /// The same node, which takes `/faults` and rebuilds without a bound.
    #[must_use]
    pub fn for_faults(&self) -> Self {
        self.with_arguments(&["--enable-fault-injection"])
            .with_environment("RYDRA_SUPERVISION_RESTARTS_AT_MOST", "100000")
    }
}

impl NodeProcess {
    /// One request to `/faults`, which must be taken.
    ///
    /// # Errors
    /// When there is no answer, or another than 200.
    pub fn faults(&self, method: &str, below: &str) -> Result<Value, HarnessError> {
        self.try_faults(method, below)?
            .map_err(|answer| failed(format!("{method} /faults{below}: {answer}\n{}", self.tail())))
    }

    /// The same; an answer that it cannot be done now (503) comes as an error of its own.
    ///
    /// # Errors
    /// When there is no answer, or one that blames the request.
    pub fn try_faults(
        &self,
        method: &str,
        below: &str,
    ) -> Result<Result<Value, String>, HarnessError> {
        let path = format!("/faults{below}");
        let response = self.request(method, &path, None)?;
        let text = response.text();
        match response.status {
            200 => serde_json::from_slice(&response.body).map(Ok).map_err(failed),
            503 => Ok(Err(text)),
            status => Err(failed(format!("{method} {path}: {status} {text}"))),
        }
    }

    /// Asks for a fault until it is taken.
    ///
    /// # Errors
    /// When it is not in time.
    pub fn inject(&self, below: &str, deadline: Duration) -> Result<Value, HarnessError> {
        poll_until(deadline, || match self.try_faults("POST", below) {
            Ok(Ok(done)) => Ok(Ok(done)),
            Ok(Err(not_now)) => Err(not_now),
            Err(error) => Ok(Err(error)),
        })?
    }

    /// The session of a client at this address; `None` while it has none.
    ///
    /// # Errors
    /// When there is no report.
    pub fn session_at(&self, peer: &str) -> Result<Option<u64>, HarnessError> {
        let report = self.faults("GET", "")?;
        let rows = report["actors"].as_array().into_iter().flatten();
        let sessions = rows.filter_map(|row| row["sessions"].as_array()).flatten();
        let session = sessions.into_iter().find(|session| session["peer"] == peer);
        Ok(session.and_then(|session| session["session"].as_u64()))
    }
}

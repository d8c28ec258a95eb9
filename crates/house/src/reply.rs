//! What a command is answered with, and how the answer finds its way.

use model::Seq;
use room::{Entry, Refusal};
use std::sync::Arc;
use thiserror::Error;

/// The command was carried out and is on disk.
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    /// The entry it led to; for a repeated command, that of the first time. `None` where nothing had to change.
    pub entry: Option<Arc<Entry>>,
    /// The entry's number. Present without the entry where the log has it, but it has been deleted since.
    pub seq: Option<Seq>,
}

/// The command was not carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SendError {
    /// The room said no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The room has more waiting than it takes.
    #[error("the room has as much to do as it can; try again in a moment")]
    Busy,
    /// The log could not be written. The command may have happened: say it again with the same key.
    #[error("the room cannot write at the moment; try again in a moment")]
    Unavailable,
    /// The server is stopping.
    #[error("the server is stopping; come back in a moment")]
    Closed,
}

/// Somebody who waits for an answer. It comes exactly once: whoever drops a reply unanswered has answered
/// [`SendError::Unavailable`]: what was asked may or may not have happened.
pub struct Reply<T = Done>(Option<Answer<T>>);

type Answer<T> = Box<dyn FnOnce(Result<T, SendError>) + Send>;

impl<T> Reply<T> {
    /// Calls `answer` with what came of it, from the room's task: it may not wait.
    pub fn call(answer: impl FnOnce(Result<T, SendError>) + Send + 'static) -> Reply<T> {
        Reply(Some(Box::new(answer)))
    }

    /// For who does not want to know.
    pub fn none() -> Reply<T> {
        Reply(None)
    }

    /// Answers.
    pub fn send(mut self, result: Result<T, SendError>) {
        if let Some(answer) = self.0.take() {
            answer(result);
        }
    }
}

impl<T> Drop for Reply<T> {
    fn drop(&mut self) {
        if let Some(answer) = self.0.take() {
            answer(Err(SendError::Unavailable));
        }
    }
}

impl<T> std::fmt::Debug for Reply<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Reply")
    }
}

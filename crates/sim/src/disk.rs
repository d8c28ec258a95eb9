//! The log on a disk that fails.

use room::Entry;

/// The append did not say that it succeeded. It may have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Failed;

/// How the next append ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Fate {
    Written,
    Lost,
    /// Written, but the caller hears of a failure: a time-out, a broken connection to a database.
    WrittenUnheard,
}

/// Everything written so far.
#[derive(Debug, Default)]
pub(crate) struct Disk {
    pub(crate) log: Vec<Entry>,
    /// How many appends did not say yes.
    pub(crate) failures: u32,
}

impl Disk {
    pub(crate) fn append(&mut self, entries: &[Entry], fate: Fate) -> Result<(), Failed> {
        if entries.is_empty() {
            return Ok(());
        }
        if fate != Fate::Lost {
            self.log.extend_from_slice(entries);
        }
        if fate == Fate::Written {
            return Ok(());
        }
        self.failures += 1;
        Err(Failed)
    }
}

//! What a check of a log finds, in words for whoever must act on it.

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The log's name.
    pub origin: String,
    /// Entries read.
    pub entries: i64,
    /// Checkpoints that hold.
    pub checkpoints: usize,
    /// States of things compared with the entry that left them.
    pub states: usize,
    /// What does not hold.
    pub faults: Vec<Fault>,
}

/// One thing that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// An entry is not what was written.
    #[error("entry {seq} is not what was written: {what}")]
    Entry {
        /// Its place in the log.
        seq: i64,
        /// What was noticed.
        what: String,
    },
    /// The thing an entry left is not what it left.
    #[error("entry {seq} left {table} {subject} in another state than it is in now")]
    State {
        /// The latest entry that wrote it.
        seq: i64,
        /// Its table.
        table: String,
        /// Its id.
        subject: String,
    },
    /// The thing an entry left is not there any more.
    #[error("entry {seq} left {table} {subject}, which is gone: its row was deleted outside the history")]
    Gone {
        /// The latest entry that wrote it.
        seq: i64,
        /// Its table.
        table: String,
        /// Its id.
        subject: String,
    },
    /// A thing that an entry destroyed is there again.
    #[error("entry {seq} destroyed {table} {subject}, which is there again")]
    Returned {
        /// The entry that destroyed it.
        seq: i64,
        /// Its table.
        table: String,
        /// Its id.
        subject: String,
    },
    /// A row that no entry ever named.
    #[error("{table} {subject} is in no entry: its row was written outside the history")]
    Unnamed {
        /// Its table.
        table: String,
        /// Its id.
        subject: String,
    },
    /// A table that should hold states cannot be read.
    #[error("the table {table} cannot be read: {what}")]
    Table {
        /// Its name.
        table: String,
        /// What was noticed.
        what: String,
    },
    /// A checkpoint does not hold: some entry up to `size`, after the one before, was replaced.
    #[error("the checkpoint at {size} does not hold (entries {from} to {size}): {what}")]
    Checkpoint {
        /// The size of the last checkpoint that held.
        from: i64,
        /// The size it was taken at.
        size: i64,
        /// What was noticed.
        what: String,
    },
    /// Entries that no checkpoint covers, although a process signs one within moments of writing.
    #[error(
        "entries {from} to {to} are under no checkpoint, and the oldest was written {minutes} minutes ago: checkpoints \
         were removed, or the process ended before it signed (start it, and it does)"
    )]
    Unsigned {
        /// The first of them.
        from: i64,
        /// The last of them.
        to: i64,
        /// The age of the first.
        minutes: i64,
    },
    /// The log is shorter than its head says.
    #[error("entries {from} to {to} are missing from the end of the log: its head says it had them")]
    Truncated {
        /// The first that is missing.
        from: i64,
        /// The last that is missing.
        to: i64,
    },
    /// The log's head does not fit its entries.
    #[error("the head of the log does not fit its entries")]
    Head,
}

impl Report {
    pub(super) fn new(origin: &str) -> Self {
        Self { origin: origin.to_owned(), entries: 0, checkpoints: 0, states: 0, faults: Vec::new() }
    }

    pub(super) fn entry(&mut self, seq: i64, what: &str) {
        self.faults.push(Fault::Entry { seq, what: what.to_owned() });
    }

    pub(super) fn checkpoint(&mut self, from: i64, size: i64, what: &str) {
        self.faults.push(Fault::Checkpoint { from, size, what: what.to_owned() });
    }
}

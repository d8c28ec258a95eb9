//! A client: it sends with a key until it is answered, reads as fast as it can, and resumes where it stood.

use std::collections::{BTreeMap, BTreeSet};
use std::io::IoSlice;

use fanout::Outbox;
use model::{ClientKey, ConnectionId, ParticipantId, Seq};
use room::{Command, Entry};

use crate::server::lane;

/// How long a client waits for an answer before it sends the same again.
const PATIENCE_MS: u64 = 1_000;

pub(crate) struct Person {
    pub(crate) id: ParticipantId,
    pub(crate) tabs: Vec<Tab>,
    /// Sent and not answered, with the time of the last sending.
    pub(crate) pending: BTreeMap<ClientKey, (Command, u64)>,
    /// In how many steps of a hundred they read at all: a page in the background, a phone in a tunnel.
    pub(crate) reads_percent: u64,
}

impl Person {
    /// What is sent again now.
    pub(crate) fn impatient(&mut self, now: u64) -> Vec<(ClientKey, Command)> {
        let late = self.pending.iter_mut().filter(|(_, (_, sent))| now >= *sent + PATIENCE_MS);
        late.map(|(key, (command, sent))| {
            *sent = now;
            (*key, command.clone())
        })
        .collect()
    }
}

/// One page: what it has seen, and what it knows it has not.
#[derive(Default)]
pub(crate) struct Tab {
    pub(crate) line: Option<ConnectionId>,
    /// Everything up to here was read or is known to be missing.
    pub(crate) position: Seq,
    checked: Seq,
    seen: BTreeSet<Seq>,
    newest: BTreeMap<char, Seq>,
    gaps: Vec<(Seq, Seq)>,
    half_read: Vec<u8>,
    pub(crate) gaps_told: u32,
    pub(crate) started_anew: u32,
}

impl Tab {
    /// Half a message is lost with its line.
    pub(crate) fn line_lost(&mut self) {
        self.line = None;
        self.half_read.clear();
    }

    /// Reads at most `bytes_max` of what it is owed, so that it may stop within a message.
    pub(crate) fn read(&mut self, outbox: &mut Outbox, bytes_max: usize) {
        let mut slices = [IoSlice::new(&[])];
        let mut budget = bytes_max;
        while budget > 0 && outbox.fill(&mut slices) > 0 {
            let count = slices[0].len().min(budget);
            self.half_read.extend_from_slice(&slices[0][..count]);
            slices = [IoSlice::new(&[])];
            outbox.advance(count);
            budget -= count;
        }
        while let Some(end) = self.half_read.iter().position(|byte| *byte == b'\n') {
            let message: Vec<u8> = self.half_read.drain(..=end).collect();
            self.take(String::from_utf8_lossy(&message).trim_end());
        }
    }

    fn take(&mut self, message: &str) {
        let (kind, rest) = message.split_at(1);
        let number = |text: &str| Seq(text.parse().expect("the server writes numbers"));
        match kind {
            "P" => self.position = self.position.max(number(rest)),
            "N" => {
                self.position = number(rest);
                self.checked = self.position;
                self.started_anew += 1;
            }
            "G" => {
                let (from, to) = rest.split_once('-').expect("a gap has two ends");
                self.gaps.push((number(from), number(to)));
                self.gaps_told += 1;
            }
            class => self.see(class.chars().next().expect("a message has a kind"), number(rest)),
        }
    }

    /// A number that was seen before is a repetition and is passed over; a new one is newer than all of its class.
    fn see(&mut self, class: char, seq: Seq) {
        if seq > self.checked && self.seen.insert(seq) {
            let newest = self.newest.insert(class, seq);
            assert!(newest.is_none_or(|newest| newest < seq), "{class}{seq:?} came after {newest:?}");
        }
    }

    /// Panics if there is a hole: something up to `position` that was neither seen nor told to be missing.
    pub(crate) fn check(&mut self, log: &[Entry]) {
        let known = |seq: Seq| usize::try_from(seq.0).unwrap_or(usize::MAX).min(log.len());
        for entry in &log[known(self.checked)..known(self.position)] {
            let (_, class) = lane(entry);
            let told = self.gaps.iter().any(|(from, to)| (*from..=*to).contains(&entry.seq));
            let excused = class == 'C' || (class == 'B' && told);
            assert!(
                excused || self.seen.contains(&entry.seq),
                "a hole at {:?}: {:?}",
                entry.seq,
                entry.event
            );
        }
        self.checked = self.checked.max(self.position);
        self.seen = self.seen.split_off(&self.checked.next());
        self.gaps.retain(|(_, to)| *to > self.position);
    }
}

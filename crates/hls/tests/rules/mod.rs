//! A checker of what RFC 8216bis says a server of live playlists must do: a function of the playlists that were
//! served, one after the other. The stories here use it, and so does the check of a running server.
#![allow(dead_code)]

mod media;
mod next;
mod one;
mod set;

pub use media::Media;

use std::collections::BTreeMap;

/// Everything that was seen of one presentation, and what was wrong with it.
#[derive(Debug, Default)]
pub struct Checker {
    /// The newest playlist of each rendition.
    last: BTreeMap<String, (Media, i64)>,
    /// When each rendition last got a segment, and a part.
    grown: BTreeMap<String, (i64, i64)>,
    findings: Vec<String>,
    /// How many playlists were looked at.
    pub seen: usize,
}

impl Checker {
    /// A rendition's playlist, as it was served at `at_ms`. `name` is its address.
    pub fn playlist(&mut self, name: &str, text: &str, at_ms: i64) {
        self.seen += 1;
        let media = match Media::parse(text) {
            Ok(media) => media,
            Err(why) => return self.findings.push(format!("{name}: {why}")),
        };
        let mut findings = one::check(&media);
        if media.skipped > 0 {
            if let Some((before, _)) = self.last.get(name) {
                findings.extend(next::check_delta(before, &media));
            }
            return self.report(name, findings);
        }
        if let Some((before, _)) = self.last.get(name) {
            findings.extend(next::check(before, &media));
        }
        for (other, (theirs, _)) in self.last.iter().filter(|(other, _)| *other != name) {
            findings.extend(set::check(&media, other, theirs));
        }
        self.report(name, findings);
        self.last.insert(name.to_owned(), (media, at_ms));
    }

    fn report(&mut self, name: &str, findings: Vec<String>) {
        self.findings.extend(findings.into_iter().map(|finding| format!("{name}: {finding}")));
    }

    /// The same, with the rules of when something new must come. For a live server; `slack_ms` is the network's.
    pub fn playlist_in_time(&mut self, name: &str, text: &str, at_ms: i64, slack_ms: i64) {
        let size = |media: &Media| (media.msn + media.segments.len() as u64, media.parts_total());
        let before = self.last.get(name).map(|(media, _)| size(media));
        self.playlist(name, text, at_ms);
        let Some((media, _)) = self.last.get(name) else { return };
        let now = size(media);
        let (target_ms, ended) = (media.target_s * 1_000, media.ended);
        let (segment_ms, _) = *self.grown.entry(name.to_owned()).or_insert((at_ms, at_ms));
        let segment_came = before.is_none_or(|before| now.0 > before.0);
        let most = target_ms * 3 / 2 + slack_ms;
        if !ended && at_ms - segment_ms > most {
            self.findings.push(format!("{name}: no new segment for {} ms", at_ms - segment_ms));
        }
        if segment_came {
            self.grown.insert(name.to_owned(), (at_ms, at_ms));
        }
    }

    /// What was wrong, each once and in the order in which it was found.
    pub fn findings(&self) -> Vec<String> {
        let mut told = Vec::new();
        for finding in &self.findings {
            if !told.contains(finding) {
                told.push(finding.clone());
            }
        }
        told
    }
}

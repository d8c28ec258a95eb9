//! What may change from one playlist to the next.

use super::media::{Media, Part, SECOND, Segment};

pub fn check(before: &Media, after: &Media) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut need = |holds: bool, what: String| {
        if !holds {
            wrong.push(what);
        }
    };
    need(after.target_s == before.target_s, "the target duration changed".into());
    need(after.part_target == before.part_target, "the part target changed".into());
    need(after.control == before.control, "EXT-X-SERVER-CONTROL changed".into());
    need(after.msn >= before.msn, "the media sequence went back".into());
    need(after.discontinuities >= before.discontinuities, "the discontinuity sequence went back".into());
    need(!before.ended || after == before, "it changed after its end".into());
    let end = |media: &Media| media.msn + media.segments.len() as u64;
    need(end(after) >= end(before), "segments were taken from the end".into());
    if after.msn > before.msn && !after.ended {
        let least = 3 * after.target_s * SECOND;
        need(after.length() >= least, format!("{} left after a removal", after.length()));
    }
    for msn in after.msn..end(before).min(end(after)) {
        if let (Some(was), Some(is)) = (before.segment(msn), after.segment(msn)) {
            wrong.extend(same(was, is));
        }
    }
    wrong.extend(growing(before, after));
    let lost = lost_parts(before, after);
    if let Some(uri) = lost {
        wrong.push(format!("{uri}: its part left the playlist too early"));
    }
    wrong
}

/// A finished segment stays as it is, but for parts that are no longer listed.
fn same(was: &Segment, is: &Segment) -> Vec<String> {
    let bare = |segment: &Segment| Segment { parts: Vec::new(), ..segment.clone() };
    let mut wrong = Vec::new();
    if bare(was) != bare(is) {
        wrong.push(format!("{}: it changed", was.uri));
    }
    if !is.parts.is_empty() && is.parts != was.parts {
        wrong.push(format!("{}: its parts changed", was.uri));
    }
    wrong
}

/// What grew has only grown.
fn growing(before: &Media, after: &Media) -> Vec<String> {
    let mut wrong = Vec::new();
    let was: &[Part] = &before.open.parts;
    let place = before.msn + before.segments.len() as u64;
    let is = after.segment(place).unwrap_or(&after.open);
    let unlisted = is.parts.is_empty() && after.segment(place).is_some();
    if !unlisted && !is.parts.starts_with(was) {
        wrong.push("the parts of the growing segment changed".into());
    }
    if !was.is_empty() && !unlisted {
        let head =
            |segment: &Segment| (segment.discontinuity, segment.era, segment.map.clone(), segment.date_ms);
        if head(&before.open) != head(is) {
            wrong.push("the beginning of the growing segment changed".into());
        }
    }
    // What was promised comes next, or never.
    if let Some(hint) = before.hints.first() {
        let listed = |part: &Part| part.uri == *hint;
        let come =
            after.segments.iter().flat_map(|segment| &segment.parts).chain(&after.open.parts).any(listed);
        if after.parts_total() > 0 && !come && after.hints.first() != Some(hint) && !after.ended && !unlisted
        {
            wrong.push(format!("{hint}: promised, and did not come"));
        }
    }
    wrong
}

/// A part is listed until it is three target durations from the end.
fn lost_parts(before: &Media, after: &Media) -> Option<String> {
    for (place, segment) in after.segments.iter().enumerate() {
        let near = after.until_end(place) < 3 * after.target_s * SECOND;
        let was = before.segment(after.msn + after.skipped + place as u64);
        let had = was.is_some_and(|was| !was.parts.is_empty());
        if near && had && segment.parts.is_empty() {
            return Some(segment.uri.clone());
        }
    }
    None
}

/// A delta update leaves out only what is further from the end than it may, and all else is as it was.
pub fn check_delta(before: &Media, delta: &Media) -> Vec<String> {
    let mut wrong = Vec::new();
    let boundary = 6 * delta.target_s * SECOND;
    for (place, segment) in before.segments.iter().enumerate() {
        let msn = before.msn + place as u64;
        let skipped = msn < delta.msn + delta.skipped;
        if skipped && before.until_end(place) < boundary && delta.length() < boundary {
            wrong.push(format!("{}: skipped too early", segment.uri));
        }
        if let Some(is) = delta.segment(msn) {
            let bare = |segment: &Segment| {
                (segment.uri.clone(), segment.duration, segment.gap, segment.discontinuity, segment.date_ms)
            };
            if bare(segment) != bare(is) {
                wrong.push(format!("{}: another one in the delta", segment.uri));
            }
        }
    }
    wrong
}

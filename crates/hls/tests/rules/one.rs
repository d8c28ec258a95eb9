//! What must hold of every playlist by itself.

use super::media::{Media, SECOND, Segment, Units, units};

pub fn check(media: &Media) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut need = |holds: bool, what: String| {
        if !holds {
            wrong.push(what);
        }
    };
    need(media.target_s > 0, "no target duration".into());
    let needed = match () {
        () if media.skipped > 0 => 9,
        () if media.segments.iter().any(|segment| segment.gap) => 8,
        () => 6,
    };
    need(media.version >= needed, format!("version {} where {needed} is needed", media.version));
    for segment in &media.segments {
        let whole = (segment.duration + SECOND / 2) / SECOND;
        need(whole <= media.target_s, format!("{}: longer than the target", segment.uri));
        let gaps = segment.parts.iter().all(|part| part.gap);
        need(!segment.gap || gaps, format!("{}: a gap with a part that is none", segment.uri));
    }
    let all = || media.segments.iter().chain((!media.open.parts.is_empty()).then_some(&media.open));
    for segment in all() {
        need(segment.map.is_some() || media.skipped > 0, format!("{}: no EXT-X-MAP", segment.uri));
        need(segment.date_ms.is_some(), format!("{}: no date", segment.uri));
    }
    let mut uris: Vec<&str> = all().flat_map(uris_of).collect();
    uris.sort_unstable();
    need(uris.windows(2).all(|pair| pair[0] != pair[1]), "an address stands twice".into());
    if let Some(target) = media.part_target {
        wrong.extend(low_latency(media, target));
    } else {
        need(media.parts_total() == 0, "parts without EXT-X-PART-INF".into());
    }
    wrong.extend(dates(media));
    wrong
}

fn uris_of(segment: &Segment) -> Vec<&str> {
    let parts = segment.parts.iter().map(|part| part.uri.as_str());
    parts.chain((!segment.uri.is_empty()).then_some(segment.uri.as_str())).collect()
}

fn low_latency(media: &Media, target: Units) -> Vec<String> {
    let mut wrong = Vec::new();
    for segment in &media.segments {
        parts(segment, target, true, &mut wrong);
    }
    parts(&media.open, target, false, &mut wrong);
    let control = |name: &str| media.control.get(name).and_then(|value| units(value.clone()).ok());
    let target_duration = media.target_s * SECOND;
    for (name, least) in [
        ("PART-HOLD-BACK", 3 * target),
        ("CAN-SKIP-UNTIL", 6 * target_duration),
        ("HOLD-BACK", 3 * target_duration),
    ] {
        if control(name).is_none_or(|value| value < least) {
            wrong.push(format!("{name} is less than {least}"));
        }
    }
    if media.control.get("CAN-BLOCK-RELOAD").map(String::as_str) != Some("YES") {
        wrong.push("no blocking reload".into());
    }
    match (media.ended, media.hints.len()) {
        (true, 0) | (false, 1) => {}
        (ended, hints) => wrong.push(format!("{hints} preload hints, ended: {ended}")),
    }
    wrong
}

/// A part lasts as long as was said or less, and not much less; but for the last one of a segment, and about a gap.
fn parts(segment: &Segment, target: Units, finished: bool, wrong: &mut Vec<String>) {
    for (place, part) in segment.parts.iter().enumerate() {
        if part.duration > target {
            wrong.push(format!("{}: longer than the part target", part.uri));
        }
        let next = segment.parts.get(place + 1);
        let last = next.is_none() && finished;
        let about_gap = part.gap || next.is_some_and(|next| next.gap);
        if part.duration * 100 < target * 85 && !last && !about_gap {
            wrong.push(format!("{}: {} of {target}, under 85 percent", part.uri, part.duration));
        }
    }
}

/// Dates go on; where they overlap, by less than a second.
fn dates(media: &Media) -> Vec<String> {
    let mut wrong = Vec::new();
    for pair in media.segments.windows(2) {
        if let (Some(before), Some(after)) = (pair[0].date_ms, pair[1].date_ms) {
            let ends = before + pair[0].duration * 1_000 / SECOND;
            if after < ends - 1_000 || after < before {
                wrong.push(format!("{}: its date is before the end of {}", pair[1].uri, pair[0].uri));
            }
            if !pair[1].discontinuity && after > ends + 1_000 {
                wrong.push(format!("{}: its date leaps without a discontinuity", pair[1].uri));
            }
        }
    }
    wrong
}

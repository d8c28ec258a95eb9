//! What must hold between the renditions of one presentation.

use super::media::Media;

pub fn check(media: &Media, other: &str, theirs: &Media) -> Vec<String> {
    let mut wrong = Vec::new();
    if media.target_s != theirs.target_s {
        wrong.push(format!("another target duration than {other}"));
    }
    if media.control != theirs.control {
        wrong.push(format!("another EXT-X-SERVER-CONTROL than {other}"));
    }
    for msn in media.msn..media.msn + media.segments.len() as u64 {
        let (Some(ours), Some(their)) = (media.segment(msn), theirs.segment(msn)) else { continue };
        if ours.era != their.era {
            wrong.push(format!("{}: another discontinuity sequence number than in {other}", ours.uri));
        }
        if let (Some(a), Some(b)) = (ours.date_ms, their.date_ms)
            && (a - b).abs() > media.target_s * 1_000
        {
            wrong.push(format!("{}: {} ms from its date in {other}", ours.uri, a - b));
        }
    }
    if media.part_target.is_some() && !media.ended {
        let report =
            media.reports.iter().find(|report| report.get("URI").is_some_and(|uri| other.ends_with(uri)));
        let last = report.and_then(|report| report.get("LAST-MSN")?.parse::<u64>().ok());
        match last {
            None => wrong.push(format!("no rendition report of {other}")),
            Some(last) if last > theirs.msn + theirs.segments.len() as u64 + 1 => {
                wrong.push(format!("its report of {other} is ahead: {last}"));
            }
            Some(_) => {}
        }
    }
    wrong
}

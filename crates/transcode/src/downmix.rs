//! Many channels into two, or one.

use syom::Channel;

/// How loud centre and surrounds are beside the front, and everything beside what it was: 3 dB less (ITU-R BS.775), so
/// that what is loud on all sides at once seldom clips.
const LESS: f32 = std::f32::consts::FRAC_1_SQRT_2;

/// Mixes `planes`, labelled by `labels`, into as many planes as `out` has, one or two. What is no number is silence.
pub(crate) fn downmix(planes: &[&[f32]], labels: &[Option<Channel>], out: &mut [Vec<f32>]) {
    let length = planes.first().map_or(0, |plane| plane.len());
    let pairs = planes.len() > 2;
    for plane in out.iter_mut() {
        plane.clear();
        plane.resize(length, 0.0);
    }
    for (place, plane) in planes.iter().enumerate() {
        let label = labels.get(place).copied().flatten().unwrap_or_default();
        let (left, right) = if pairs { shares(label) } else { plain(place, planes.len()) };
        match out {
            [mono] => add(mono, plane, (left + right) / 2.0),
            [first, second] => {
                add(first, plane, left);
                add(second, plane, right);
            }
            _ => {}
        }
    }
    for sample in out.iter_mut().flatten() {
        *sample = if sample.is_finite() { sample.clamp(-1.0, 1.0) } else { 0.0 };
    }
}

/// Mono goes to both sides, stereo each to its own.
fn plain(place: usize, planes: usize) -> (f32, f32) {
    match (planes, place) {
        (1, _) => (1.0, 1.0),
        (_, 0) => (1.0, 0.0),
        _ => (0.0, 1.0),
    }
}

/// How much of a channel goes left and right. The one for low tones is left out, as small speakers do not play it.
fn shares(label: Channel) -> (f32, f32) {
    let half = LESS * LESS;
    match label {
        Channel::FrontLeft => (LESS, 0.0),
        Channel::FrontRight => (0.0, LESS),
        Channel::BackLeft | Channel::SideLeft => (half, 0.0),
        Channel::BackRight | Channel::SideRight => (0.0, half),
        Channel::Lfe => (0.0, 0.0),
        // The centre, and what has no side.
        Channel::FrontCenter | Channel::BackCenter | Channel::Other | _ => (half, half),
    }
}

fn add(out: &mut [f32], plane: &[f32], share: f32) {
    if share != 0.0 {
        out.iter_mut().zip(plane).for_each(|(out, sample)| *out += sample * share);
    }
}

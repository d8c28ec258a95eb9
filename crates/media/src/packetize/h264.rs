//! H.264 in RTP (RFC 6184, packetization mode 1): units alone, small ones together, large ones in fragments.

const AGGREGATE: u8 = 24;
const FRAGMENT: u8 = 28;

pub(super) fn payloads(units: &[Vec<u8>], mtu: usize) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    let mut rest = units;
    while let Some(unit) = rest.first() {
        let together = fitting(rest, mtu);
        if together > 1 {
            out.push(aggregate(&rest[..together]));
        } else if unit.len() <= mtu {
            out.push(unit.clone());
        } else {
            fragments(unit, mtu, &mut out);
        }
        rest = &rest[together.max(1)..];
    }
    out
}

/// How many units from the front fit into one payload together.
fn fitting(units: &[Vec<u8>], mtu: usize) -> usize {
    let mut bytes = 1;
    let fits = |unit: &&Vec<u8>| {
        bytes += 2 + unit.len();
        bytes <= mtu && unit.len() <= usize::from(u16::MAX)
    };
    units.iter().take_while(fits).count()
}

fn aggregate(units: &[Vec<u8>]) -> Vec<u8> {
    // As important as the most important of them.
    let importance = units.iter().map(|unit| unit[0] & 0x60).max().unwrap_or(0);
    let mut out = vec![importance | AGGREGATE];
    for unit in units {
        out.extend((unit.len() as u16).to_be_bytes());
        out.extend(unit);
    }
    out
}

fn fragments(unit: &[u8], mtu: usize, out: &mut Vec<Vec<u8>>) {
    let (header, body) = (unit[0], &unit[1..]);
    let count = body.len().div_ceil(mtu - 2);
    for (place, part) in body.chunks(mtu - 2).enumerate() {
        let edges = u8::from(place == 0) << 7 | u8::from(place + 1 == count) << 6;
        let mut bytes = vec![header & 0xe0 | FRAGMENT, edges | header & 0x1f];
        bytes.extend(part);
        out.push(bytes);
    }
}

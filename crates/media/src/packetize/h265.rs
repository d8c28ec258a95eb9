//! H.265 in RTP (RFC 7798): units alone, small ones together, large ones in fragments.

const AGGREGATE: u8 = 48;
const FRAGMENT: u8 = 49;

pub(super) fn payloads(units: &[Vec<u8>], mtu: usize) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    // A unit has a header of two bytes; what is shorter is none.
    let units: Vec<&[u8]> = units.iter().map(Vec::as_slice).filter(|unit| unit.len() > 2).collect();
    let mut rest = units.as_slice();
    while let Some(unit) = rest.first() {
        let together = fitting(rest, mtu);
        if together > 1 {
            out.push(aggregate(&rest[..together]));
        } else if unit.len() <= mtu {
            out.push(unit.to_vec());
        } else {
            fragments(unit, mtu, &mut out);
        }
        rest = &rest[together.max(1)..];
    }
    out
}

/// How many units from the front fit into one payload together.
fn fitting(units: &[&[u8]], mtu: usize) -> usize {
    let mut bytes = 2;
    let fits = |unit: &&&[u8]| {
        bytes += 2 + unit.len();
        bytes <= mtu && unit.len() <= usize::from(u16::MAX)
    };
    units.iter().take_while(fits).count()
}

/// Layer and temporal id of the aggregate are the lowest of its units.
fn aggregate(units: &[&[u8]]) -> Vec<u8> {
    let layer = units.iter().map(|unit| (unit[0] & 0x01) << 5 | unit[1] >> 3).min().unwrap_or(0);
    let temporal = units.iter().map(|unit| unit[1] & 0x07).min().unwrap_or(1);
    let mut out = vec![AGGREGATE << 1 | layer >> 5, layer << 3 | temporal];
    for unit in units {
        out.extend((unit.len() as u16).to_be_bytes());
        out.extend(*unit);
    }
    out
}

fn fragments(unit: &[u8], mtu: usize, out: &mut Vec<Vec<u8>>) {
    let (first, second, body) = (unit[0], unit[1], &unit[2..]);
    let kind = first >> 1 & 0x3f;
    let count = body.len().div_ceil(mtu - 3);
    for (place, part) in body.chunks(mtu - 3).enumerate() {
        let edges = u8::from(place == 0) << 7 | u8::from(place + 1 == count) << 6;
        let mut bytes = vec![first & 0x81 | FRAGMENT << 1, second, edges | kind];
        bytes.extend(part);
        out.push(bytes);
    }
}

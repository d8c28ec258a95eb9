//! AV1's sequence header (AV1 specification, 5.5), and the record made of it: the content of `av1C`.

use super::obu::{OBU_SEQUENCE_HEADER, Obu, obus};
use crate::bits::Bits;

/// What a sequence header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sequence {
    profile: u8,
    level: u8,
    high_tier: bool,
    colours: Colours,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Colours {
    high: bool,
    twelve: bool,
    grey: bool,
    /// Whether colours are sampled at half the rate across and down.
    across: bool,
    down: bool,
    position: u8,
}

impl Sequence {
    /// The first sequence header among a frame's or a record's units.
    pub(crate) fn find(units: &[u8]) -> Option<(Sequence, Obu<'_>)> {
        let unit = obus(units).find(|unit| unit.kind() == OBU_SEQUENCE_HEADER)?;
        Some((Sequence::parse(unit.payload)?, unit))
    }

    fn parse(payload: &[u8]) -> Option<Sequence> {
        let mut bits = Bits::new(payload);
        let profile = bits.small(3)?;
        bits.skip(1)?;
        let reduced = bits.flag()?;
        let (level, high_tier) = if reduced { (bits.small(5)?, false) } else { points(&mut bits)? };
        let width_bits = bits.number(4)? + 1;
        let height_bits = bits.number(4)? + 1;
        let width = bits.number(width_bits)? + 1;
        let height = bits.number(height_bits)? + 1;
        if !reduced && bits.flag()? {
            bits.skip(7)?;
        }
        // 128x128 blocks, filtered intra, intra edges.
        bits.skip(3)?;
        if !reduced {
            tools(&mut bits)?;
        }
        // Super-resolution, CDEF, restoration.
        bits.skip(3)?;
        let colours = colours(&mut bits, profile)?;
        Some(Sequence { profile, level, high_tier, colours, width, height })
    }

    /// The record, with the header's unit in it.
    pub(crate) fn record(&self, unit: &Obu<'_>) -> Vec<u8> {
        let Colours { high, twelve, grey, across, down, position } = self.colours;
        let flag = |set: bool, place: u8| u8::from(set) << place;
        let form = flag(self.high_tier, 7) | flag(high, 6) | flag(twelve, 5) | flag(grey, 4);
        let form = form | flag(across, 3) | flag(down, 2) | position;
        let mut out = vec![0x81, self.profile << 5 | self.level, form, 0];
        unit.put_sized(&mut out);
        out
    }
}

/// The operating points; the level and tier of the first.
fn points(bits: &mut Bits<'_>) -> Option<(u8, bool)> {
    let mut decoder_model = None;
    if bits.flag()? {
        // Timing: ticks and time scale, and whether pictures are evenly spaced.
        bits.skip(64)?;
        if bits.flag()? {
            variable_length(bits)?;
        }
        if bits.flag()? {
            decoder_model = Some(bits.number(5)? as usize + 1);
            bits.skip(42)?;
        }
    }
    let display_delay = bits.flag()?;
    let mut first = None;
    for _ in 0..=bits.small(5)? {
        bits.skip(12)?;
        let level = bits.small(5)?;
        let high_tier = level > 7 && bits.flag()?;
        if let Some(delay) = decoder_model
            && bits.flag()?
        {
            bits.skip(2 * delay + 1)?;
        }
        if display_delay && bits.flag()? {
            bits.skip(4)?;
        }
        first.get_or_insert((level, high_tier));
    }
    first
}

/// A number whose length is said by the zeros before it.
fn variable_length(bits: &mut Bits<'_>) -> Option<()> {
    let mut zeros = 0;
    while !bits.flag()? {
        zeros += 1;
    }
    bits.skip(if zeros < 32 { zeros } else { 0 })
}

fn tools(bits: &mut Bits<'_>) -> Option<()> {
    // Inter-intra, masks, warped motion, dual filters.
    bits.skip(4)?;
    let hints = bits.flag()?;
    if hints {
        bits.skip(2)?;
    }
    let chosen = bits.flag()?;
    let screen = if chosen { true } else { bits.flag()? };
    // What may be chosen per frame is not said here.
    if screen && !bits.flag()? {
        bits.skip(1)?;
    }
    if hints {
        bits.skip(3)?;
    }
    Some(())
}

fn colours(bits: &mut Bits<'_>, profile: u8) -> Option<Colours> {
    let high = bits.flag()?;
    let twelve = profile == 2 && high && bits.flag()?;
    let grey = profile != 1 && bits.flag()?;
    let description =
        if bits.flag()? { Some((bits.small(8)?, bits.small(8)?, bits.small(8)?)) } else { None };
    let form = |across, down, position| Colours { high, twelve, grey, across, down, position };
    if grey {
        bits.skip(1)?;
        return Some(form(true, true, 0));
    }
    // sRGB, which has its own form.
    if description == Some((1, 13, 0)) {
        return Some(form(false, false, 0));
    }
    bits.skip(1)?;
    let (across, down) = match profile {
        0 => (true, true),
        1 => (false, false),
        _ if twelve => {
            let across = bits.flag()?;
            (across, across && bits.flag()?)
        }
        _ => (true, false),
    };
    let position = if across && down { bits.small(2)? } else { 0 };
    Some(form(across, down, position))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As libaom writes it; the record is the one that ffmpeg makes of it.
    #[test]
    fn a_header_of_libaom() {
        let unit = [0x0a, 0x0d, 0x00, 0x00, 0x00, 0x03, 0xb5, 0xff, 0xf3, 0x6b, 0xe4, 0x41, 0x80, 0x41, 0x81];
        let (sequence, obu) = Sequence::find(&unit).expect("whole");
        assert_eq!((sequence.width, sequence.height), (192, 128));
        assert_eq!(sequence.record(&obu), [&[0x81, 0x00, 0x0c, 0x00], &unit[..]].concat());
        assert!((0..unit.len()).all(|end| Sequence::find(&unit[..end]).is_none()));
    }
}

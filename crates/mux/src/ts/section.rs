//! Tables: which programs there are, and which streams a program has.

/// The longest section that tables of programs and streams have.
const SECTION_BYTES_MAX: usize = 1_024;

/// The most streams of a program that are looked at.
const STREAMS_MAX: usize = 32;

/// Puts sections together out of packets.
#[derive(Debug, Clone, Default)]
pub(super) struct Sections {
    bytes: Vec<u8>,
}

impl Sections {
    /// Takes a packet's content; a section that is whole and undamaged with it, from its table id on, without its CRC.
    pub(super) fn take(&mut self, begins: bool, payload: &[u8]) -> Option<Vec<u8>> {
        let mut payload = payload;
        if begins {
            // How many bytes of the section before come first.
            let (&pointer, after) = payload.split_first()?;
            self.bytes.clear();
            payload = after.get(usize::from(pointer)..)?;
        } else if self.bytes.is_empty() {
            return None;
        }
        self.bytes.extend(payload);
        self.bytes.truncate(SECTION_BYTES_MAX);
        let length = usize::from(u16::from_be_bytes([self.bytes.get(1)? & 0x0f, *self.bytes.get(2)?])) + 3;
        let section = self.bytes.get(..length)?.to_vec();
        self.bytes.clear();
        (crc(&section) == 0).then(|| section[..length.saturating_sub(4)].to_vec())
    }
}

/// The remainder that every undamaged section leaves at 0.
fn crc(bytes: &[u8]) -> u32 {
    bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte) << 24, |crc, _| {
            if crc & 0x8000_0000 == 0 { crc << 1 } else { crc << 1 ^ 0x04c1_1db7 }
        })
    })
}

/// Where the first program's table of streams is found.
pub(super) fn program(section: &[u8]) -> Option<u16> {
    if section.first() != Some(&0x00) {
        return None;
    }
    let programs = section.get(8..)?.chunks_exact(4);
    let mut real = programs.filter(|program| program[0] != 0 || program[1] != 0);
    real.next().map(|program| u16::from_be_bytes([program[2] & 0x1f, program[3]]))
}

/// One stream of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) pid: u16,
    /// Its type by the standard's number.
    pub(super) kind: u8,
    /// Whether its descriptors say that it is Opus.
    pub(super) opus: bool,
    /// The channels that Opus' own descriptor says.
    pub(super) channels: u8,
}

/// The streams of a program.
pub(super) fn streams(section: &[u8]) -> Option<Vec<Listed>> {
    if section.first() != Some(&0x02) {
        return None;
    }
    let length =
        |bytes: &[u8]| Some(usize::from(u16::from_be_bytes([bytes.first()? & 0x0f, *bytes.get(1)?])));
    let about = length(section.get(10..)?)?;
    let mut rest = section.get(12 + about..)?;
    let mut streams = Vec::new();
    while let Some((&[kind, high, low, l0, l1], after)) = rest.split_first_chunk::<5>()
        && streams.len() < STREAMS_MAX
    {
        let (descriptors, next) = after.split_at_checked(length(&[l0, l1])?)?;
        let (opus, channels) = about_opus(descriptors);
        streams.push(Listed { pid: u16::from_be_bytes([high & 0x1f, low]), kind, opus, channels });
        rest = next;
    }
    Some(streams)
}

/// Looks for the registration of Opus, and for how many channels it says.
fn about_opus(descriptors: &[u8]) -> (bool, u8) {
    let (mut opus, mut channels) = (false, 2);
    let mut rest = descriptors;
    while let Some((&[tag, length], after)) = rest.split_first_chunk::<2>()
        && let Some((body, next)) = after.split_at_checked(usize::from(length))
    {
        opus |= tag == 0x05 && body.starts_with(b"Opus");
        if tag == 0x7f && body.first() == Some(&0x80) {
            channels = body.get(1).copied().unwrap_or(2);
        }
        rest = next;
    }
    (opus, channels)
}

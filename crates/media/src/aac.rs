//! AAC's own configuration: the AudioSpecificConfig of ISO/IEC 14496-3, 1.6.2.1.

use crate::bits::Bits;

/// What an AudioSpecificConfig says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aac {
    /// How the core is coded: 2 is LC, 1 Main, 4 LTP; 5 and 29 never stand here, they are `extension`.
    pub object_type: u8,
    /// The core's samples a second.
    pub core_hz: u32,
    /// What is coded on top of the core, as far as the configuration says it.
    pub extension: Extension,
    /// Samples a second that come out.
    pub rate_hz: u32,
    /// Channels that the core codes.
    pub core_channels: u8,
    /// Channels that come out.
    pub channels: u8,
    /// Samples of the core in a packet, of each channel.
    pub core_samples: u16,
}

/// What is coded on top of AAC's core.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Extension {
    /// Nothing, or nothing that the configuration says.
    None,
    /// The upper half of the spectrum (SBR): HE-AAC.
    Bands,
    /// And the second channel (PS): HE-AAC v2.
    BandsAndStereo,
}

const RATES: [u32; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];

/// Rates outside of this are no sound that anybody plays.
const RATE_HZ: std::ops::RangeInclusive<u32> = 7_000..=96_000;

impl Aac {
    /// Reads a configuration; `None` if it is empty, broken, or says what nobody can play.
    pub fn parse(record: &[u8]) -> Option<Aac> {
        let mut bits = Bits::new(record);
        let mut object_type = object(&mut bits)?;
        let core_hz = rate(&mut bits)?;
        let channel_config = bits.small(4)?;
        let mut extension = Extension::None;
        let mut rate_hz = core_hz;
        if object_type == 5 || object_type == 29 {
            extension = if object_type == 29 { Extension::BandsAndStereo } else { Extension::Bands };
            rate_hz = rate(&mut bits)?;
            object_type = object(&mut bits)?;
        }
        // Main, LC, SSR, LTP, scalable and those of error-prone lines share one form.
        if !matches!(object_type, 1..=4 | 6 | 7 | 17 | 19..=23) {
            return None;
        }
        let short = bits.flag()?;
        if bits.flag()? {
            bits.skip(14)?;
        }
        let extended = bits.flag()?;
        let core_channels = match channel_config {
            0 => program(&mut bits)?,
            1..=6 => channel_config,
            7 | 12 | 14 => 8,
            11 => 7,
            _ => return None,
        };
        if extension == Extension::None && !extended {
            (extension, rate_hz) = later(&mut bits, core_hz);
        }
        let stereo = extension == Extension::BandsAndStereo && core_channels == 1;
        Some(Aac {
            object_type,
            core_hz,
            extension,
            rate_hz,
            core_channels,
            channels: if stereo { 2 } else { core_channels },
            core_samples: if short { 960 } else { 1_024 },
        })
    }

    /// Samples of a packet, of each channel, at the rate that comes out.
    pub fn packet_samples(&self) -> u32 {
        let samples = u64::from(self.core_samples) * u64::from(self.rate_hz) / u64::from(self.core_hz);
        u32::try_from(samples).unwrap_or(u32::from(self.core_samples))
    }

    /// The configuration that an ADTS header of MPEG transport streams says: profile, index of the rate and channels.
    pub fn record_of_adts(header: &[u8]) -> Option<[u8; 2]> {
        let &[first, second, third, fourth, ..] = header else { return None };
        if first != 0xff || second & 0xf6 != 0xf0 {
            return None;
        }
        let object_type = (third >> 6) + 1;
        let rate = third >> 2 & 0x0f;
        let channels = (third & 0x01) << 2 | fourth >> 6;
        let record = [object_type << 3 | rate >> 1, rate << 7 | channels << 3];
        Aac::parse(&record).map(|_| record)
    }
}

fn object(bits: &mut Bits<'_>) -> Option<u8> {
    match bits.small(5)? {
        31 => Some(32 + bits.small(6)?),
        plain => Some(plain),
    }
}

fn rate(bits: &mut Bits<'_>) -> Option<u32> {
    let rate_hz = match bits.number(4)? {
        15 => bits.number(24)?,
        index => *RATES.get(index as usize)?,
    };
    RATE_HZ.contains(&rate_hz).then_some(rate_hz)
}

/// What is said behind the core's configuration, where older decoders do not look.
fn later(bits: &mut Bits<'_>, core_hz: u32) -> (Extension, u32) {
    let read = |bits: &mut Bits<'_>| {
        if bits.left() < 16 || bits.number(11)? != 0x2b7 || object(bits)? != 5 || !bits.flag()? {
            return None;
        }
        let rate_hz = rate(bits)?;
        let stereo = bits.left() >= 12 && bits.number(11)? == 0x548 && bits.flag()?;
        Some((if stereo { Extension::BandsAndStereo } else { Extension::Bands }, rate_hz))
    };
    read(bits).unwrap_or((Extension::None, core_hz))
}

/// Counts the channels of a program that the configuration spells out element by element.
fn program(bits: &mut Bits<'_>) -> Option<u8> {
    bits.skip(4 + 2 + 4)?;
    let (front, side, back) = (bits.small(4)?, bits.small(4)?, bits.small(4)?);
    let low = bits.small(2)?;
    let (data, coupled) = (bits.small(3)?, bits.small(4)?);
    for _ in 0..2 {
        if bits.flag()? {
            bits.skip(4)?;
        }
    }
    if bits.flag()? {
        bits.skip(3)?;
    }
    let mut channels = low;
    for _ in 0..front + side + back {
        channels = channels.checked_add(if bits.flag()? { 2 } else { 1 })?;
        bits.skip(4)?;
    }
    bits.skip(4 * usize::from(low) + 4 * usize::from(data) + 5 * usize::from(coupled))?;
    bits.align();
    let comment = bits.small(8)?;
    bits.skip(8 * usize::from(comment))?;
    (1..=8).contains(&channels).then_some(channels)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn configurations_of_encoders() {
        let said = |record: &[u8]| {
            Aac::parse(record).map(|aac| {
                (aac.object_type, aac.core_hz, aac.rate_hz, aac.channels, aac.extension, aac.packet_samples())
            })
        };
        let none = Extension::None;
        assert_eq!(said(&[0x12, 0x10]), Some((2, 44_100, 44_100, 2, none, 1_024)));
        assert_eq!(said(&[0x11, 0x90]), Some((2, 48_000, 48_000, 2, none, 1_024)));
        assert_eq!(said(&[0x12, 0x08]), Some((2, 44_100, 44_100, 1, none, 1_024)));
        assert_eq!(said(&[0x11, 0xb0]), Some((2, 48_000, 48_000, 6, none, 1_024)));
        assert_eq!(said(&[0x12, 0x14]), Some((2, 44_100, 44_100, 2, none, 960)));
        // HE-AAC said first: 22.05 kHz core, 44.1 kHz out.
        assert_eq!(said(&[0x2b, 0x92, 0x08, 0x00]), Some((2, 22_050, 44_100, 2, Extension::Bands, 2_048)));
        // HE-AAC said behind: LC at 24 kHz, 0x2b7, SBR, 48 kHz.
        assert_eq!(
            said(&[0x13, 0x10, 0x56, 0xe5, 0x98]),
            Some((2, 24_000, 48_000, 2, Extension::Bands, 2_048))
        );
        // HE-AAC v2 said behind: mono core, stereo out.
        let v2 = said(&[0x13, 0x08, 0x56, 0xe5, 0x9d, 0x48, 0x80]);
        assert_eq!(v2, Some((2, 24_000, 48_000, 2, Extension::BandsAndStereo, 2_048)));
    }

    #[test]
    fn empty_broken_and_absurd_ones_are_none() {
        let broken: [&[u8]; 7] = [
            &[],
            &[0x12],
            &[0x00, 0x10],
            &[0x17, 0x10],
            &[0x12, 0x78],
            &[0xff, 0xff],
            &[0x17, 0x80, 0, 0, 0x10],
        ];
        for record in broken {
            assert_eq!(Aac::parse(record), None, "{record:02x?}");
        }
    }

    #[test]
    fn an_adts_header_says_as_much() {
        assert_eq!(Aac::record_of_adts(&[0xff, 0xf1, 0x50, 0x80, 0x2e, 0x7f, 0xfc]), Some([0x12, 0x10]));
        assert_eq!(Aac::record_of_adts(&[0xff, 0xe1, 0x50, 0x80]), None);
        assert_eq!(Aac::record_of_adts(&[0xff]), None);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(record in proptest::collection::vec(any::<u8>(), 0..24)) {
            if let Some(aac) = Aac::parse(&record) {
                prop_assert!(aac.channels > 0 && aac.packet_samples() > 0);
            }
        }
    }
}

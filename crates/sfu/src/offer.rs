//! What of an SDP offer this house must read itself, before str0m reads the whole: the codecs and their
//! descriptions, by payload type, and the media sections' names.

use media::{Codec, Description, Kind};
use thiserror::Error;

/// The most media sections of an offer; a browser's has two.
const SECTIONS_MAX: usize = 16;

/// Repair packets as browsers name them: draft-ietf-payload-flexible-fec-scheme-03.
const REPAIR: &str = "flexfec-03/90000";

/// The most payload types of an offer. RTP has 128.
const FORMATS_MAX: usize = 128;

/// An offer's media sections.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Offer {
    /// In the order of the offer.
    pub sections: Vec<Section>,
}

/// One `m=` section of sound or picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its `a=mid`.
    pub mid: String,
    /// Sound or picture.
    pub kind: Kind,
    /// The codecs known here, in the peer's order of preference.
    pub formats: Vec<Format>,
    /// The payload type of repair packets (FlexFEC-03), if the peer takes them.
    pub repair: Option<u8>,
}

/// One payload type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Format {
    /// Its number.
    pub pt: u8,
    /// The payload type of its retransmissions.
    pub rtx: Option<u8>,
    /// What it carries.
    pub description: Description,
    /// The `a=fmtp` parameters as they came.
    pub parameters: String,
}

/// Why a text is no offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum OfferError {
    /// It does not begin as SDP does.
    #[error("it does not begin with `v=0`")]
    NotSdp,
    /// It has more sections or formats than any real one.
    #[error("it has too many media sections or formats")]
    TooMany,
}

impl Offer {
    /// Reads an offer. What is not understood is passed over: str0m reads the text once more, strictly.
    pub fn parse(text: &str) -> Result<Offer, OfferError> {
        if !text.starts_with("v=0") {
            return Err(OfferError::NotSdp);
        }
        let mut sections = Vec::new();
        let mut lines: Vec<&str> = Vec::new();
        let mut inside = false;
        for line in text.lines().map(str::trim_end) {
            if line.starts_with("m=") {
                if inside {
                    sections.extend(Section::parse(&lines)?);
                }
                lines.clear();
                inside = true;
                if sections.len() >= SECTIONS_MAX {
                    return Err(OfferError::TooMany);
                }
            }
            lines.push(line);
        }
        if inside {
            sections.extend(Section::parse(&lines)?);
        }
        Ok(Offer { sections })
    }

    /// Every format of every section.
    pub fn formats(&self) -> impl Iterator<Item = &Format> {
        self.sections.iter().flat_map(|section| &section.formats)
    }

    /// The first section of a kind.
    pub fn section(&self, kind: Kind) -> Option<&Section> {
        self.sections.iter().find(|section| section.kind == kind)
    }

    /// What a payload type carries.
    pub fn description(&self, pt: u8) -> Option<Description> {
        self.formats().find(|format| format.pt == pt).map(|format| format.description)
    }
}

impl Section {
    fn parse(lines: &[&str]) -> Result<Option<Section>, OfferError> {
        let Some(header) = lines.first().and_then(|line| line.strip_prefix("m=")) else { return Ok(None) };
        let mut words = header.split_ascii_whitespace();
        let kind = match words.next() {
            Some("audio") => Kind::Audio,
            Some("video") => Kind::Video,
            _ => return Ok(None),
        };
        let order: Vec<u8> =
            words.skip(2).filter_map(|word| word.parse().ok()).take(FORMATS_MAX + 1).collect();
        if order.len() > FORMATS_MAX {
            return Err(OfferError::TooMany);
        }
        let parameters = |pt: u8| {
            attributes(lines, "fmtp").find_map(|(of, rest)| (of == pt).then_some(rest)).unwrap_or("")
        };
        let names: Vec<(u8, &str)> = attributes(lines, "rtpmap").take(FORMATS_MAX).collect();
        let name = |pt: u8| names.iter().find_map(|(of, name)| (*of == pt).then_some(*name));
        let mut formats: Vec<Format> = Vec::new();
        for &pt in &order {
            let Some(codec) = name(pt).and_then(|name| known(name, kind)) else { continue };
            if formats.iter().any(|format| format.pt == pt) {
                continue;
            }
            let rtx = order.iter().copied().find(|&rtx| {
                name(rtx).is_some_and(|name| name.to_ascii_lowercase().starts_with("rtx/"))
                    && parameters(rtx)
                        .split(';')
                        .any(|p| p.trim().strip_prefix("apt=").and_then(|apt| apt.parse().ok()) == Some(pt))
            });
            let text = parameters(pt);
            let description = Description::parse(codec, text);
            formats.push(Format { pt, rtx, description, parameters: text.to_owned() });
        }
        let mid = lines.iter().find_map(|line| line.strip_prefix("a=mid:")).unwrap_or("").trim().to_owned();
        let repair = order
            .iter()
            .copied()
            .find(|&pt| kind == Kind::Video && name(pt).is_some_and(|it| it.eq_ignore_ascii_case(REPAIR)));
        Ok(Some(Section { mid, kind, formats, repair }))
    }
}

/// The values of `a=<name>:<pt> <value>`.
fn attributes<'a>(lines: &'a [&'a str], name: &'a str) -> impl Iterator<Item = (u8, &'a str)> {
    lines.iter().filter_map(move |line| {
        let rest = line.strip_prefix("a=")?.strip_prefix(name)?.strip_prefix(':')?;
        let (pt, value) = rest.split_once(' ')?;
        Some((pt.parse().ok()?, value.trim()))
    })
}

/// The codec of an `a=rtpmap` value, if it is one that is forwarded, with the clock it must have.
fn known(name: &str, kind: Kind) -> Option<Codec> {
    let mut parts = name.split('/');
    let codec = Codec::parse(parts.next()?)?;
    let clock: u32 = parts.next()?.parse().ok()?;
    (codec.kind() == kind && clock == codec.clock_hz()).then_some(codec)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BROWSER: &str = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n\
        m=audio 9 UDP/TLS/RTP/SAVPF 111 63\r\na=mid:0\r\na=rtpmap:111 opus/48000/2\r\n\
        a=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\n\
        m=video 9 UDP/TLS/RTP/SAVPF 96 97 103 104 49\r\na=mid:1\r\na=rtpmap:96 VP8/90000\r\n\
        a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\na=rtpmap:103 H264/90000\r\n\
        a=fmtp:103 packetization-mode=1;profile-level-id=42001f\r\na=rtpmap:104 rtx/90000\r\n\
        a=fmtp:104 apt=103\r\na=rtpmap:49 flexfec-03/90000\r\na=fmtp:49 repair-window=10000000\r\n\
        m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:2\r\n";

    #[test]
    fn a_browsers_offer() {
        let offer = Offer::parse(BROWSER).expect("an offer");
        let told: Vec<String> = offer
            .sections
            .iter()
            .map(|section| {
                let formats: Vec<String> = section
                    .formats
                    .iter()
                    .map(|f| format!("{} {} rtx {:?}", f.pt, f.description.codec.name(), f.rtx))
                    .collect();
                format!("{}: {}", section.mid, formats.join(", "))
            })
            .collect();
        assert_eq!(told, ["0: 111 opus rtx None", "1: 96 VP8 rtx Some(97), 103 H264 rtx Some(104)"]);
        assert_eq!(offer.description(103).map(|d| d.profile), Some(0x4200));
        assert_eq!(offer.sections.iter().map(|section| section.repair).collect::<Vec<_>>(), [None, Some(49)]);
    }

    #[test]
    fn what_is_no_offer_is_refused() {
        assert_eq!(Offer::parse("hello"), Err(OfferError::NotSdp));
        let many = format!("v=0\n{}", "m=audio 9 X 0\n".repeat(40));
        assert_eq!(Offer::parse(&many), Err(OfferError::TooMany));
    }

    proptest! {
        #[test]
        fn no_offer_panics(cut in 0usize..700, noise in ".{0,80}") {
            let text = format!("{}{noise}", BROWSER.get(..cut.min(BROWSER.len())).unwrap_or("v=0"));
            let _ = Offer::parse(&text);
        }
    }
}

//! What offer and answer agreed on that the way out needs: streams, their names, and the numbers of extensions.

use super::RepairAgreed;

/// The extension by which a viewer tells packets of all its streams apart.
const TRANSPORT_NUMBER: &str = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";

/// One stream to a viewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stream {
    pub(crate) ssrc: u32,
    /// The stream of its resends.
    pub(crate) rtx: Option<u32>,
    /// The extension's number for transport-wide sequence numbers, if the viewer wants them on this stream.
    pub(crate) transport: Option<u8>,
}

/// What was agreed on with one viewer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Agreed {
    pub(crate) audio: Option<Stream>,
    pub(crate) video: Option<Stream>,
    /// Whether losses are mended before they are told of.
    pub(crate) ahead: bool,
    /// The stream of repair packets for the picture.
    pub(crate) repair: Option<RepairAgreed>,
    /// Payload types and those of their resends.
    pub(crate) resends: Vec<(u8, u8)>,
    /// The name that says that both streams are of one source.
    pub(crate) name: String,
}

impl Agreed {
    pub(crate) fn resend_type(&self, pt: u8) -> Option<u8> {
        self.resends.iter().find(|(of, _)| *of == pt).map(|(_, resend)| *resend)
    }
}

/// The canonical name that an answer gives its streams.
pub(crate) fn name(answer: &str) -> &str {
    let named = |line: &'_ str| line.strip_prefix("a=ssrc:").is_some();
    answer
        .lines()
        .filter(|line| named(line))
        .find_map(|line| line.trim_end().split_once(" cname:"))
        .map_or("livehouse", |(_, name)| name)
}

/// The number of the transport-wide sequence number's extension in the section of `mid`. One that needs the longer
/// form of extensions is not used.
pub(crate) fn transport_extension(answer: &str, mid: &str) -> Option<u8> {
    let of_mid =
        |section: &&str| section.lines().any(|line| line.trim_end().strip_prefix("a=mid:") == Some(mid));
    let section = answer.split("\nm=").skip(1).find(of_mid)?;
    section
        .lines()
        .filter_map(|line| line.trim_end().strip_prefix("a=extmap:")?.split_once(' '))
        .find(|(_, uri)| uri.split(' ').next() == Some(TRANSPORT_NUMBER))
        .and_then(|(id, _)| id.split('/').next()?.parse().ok())
        .filter(|id| (1..=14).contains(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read() {
        let answer = format!(
            "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\nm=audio 9 X 111\r\na=mid:0\r\na=ssrc:5 cname:abc\r\n\
             m=video 9 X 96\r\na=mid:1\r\na=extmap:2 urn:other\r\na=extmap:5/sendonly {TRANSPORT_NUMBER}\r\n\
             a=ssrc:6 cname:abc\r\nm=video 9 X 96\r\na=mid:2\r\na=extmap:15 {TRANSPORT_NUMBER}\r\n"
        );
        assert_eq!(name(&answer), "abc");
        let extensions = ["0", "1", "2", "3"].map(|mid| transport_extension(&answer, mid));
        assert_eq!(extensions, [None, Some(5), None, None]);
    }
}

//! The last touches to an SDP answer, where browsers read more into it than str0m writes.

/// Puts the payload type `red` first in the sound section: a browser sends with the first one, and so sends every
/// packet of sound twice.
pub(crate) fn prefer_red(answer: &str, red: Option<u8>) -> String {
    let Some(red) = red.map(|pt| pt.to_string()) else { return answer.to_owned() };
    let mut out = String::with_capacity(answer.len());
    for line in answer.split_inclusive('\n') {
        let end = line.len() - line.trim_end().len();
        let (text, tail) = line.split_at(line.len() - end);
        let words: Vec<&str> = text.split(' ').collect();
        let sound = text.starts_with("m=audio ") && words.len() > 3 && words[3..].contains(&red.as_str());
        if sound {
            let others = words[3..].iter().filter(|pt| **pt != red);
            let order: Vec<&str> = words[..3].iter().chain([&red.as_str()]).chain(others).copied().collect();
            out.push_str(&order.join(" "));
        } else {
            out.push_str(text);
        }
        out.push_str(tail);
    }
    out
}

/// A stream of repair packets that an answer is to name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RepairStream {
    pub(crate) pt: u8,
    pub(crate) media: u32,
    pub(crate) ssrc: u32,
}

impl RepairStream {
    /// A stream for a viewer who takes repair packets as `pt`, with a number that no other in the answer has.
    pub(crate) fn beside(media: u32, pt: u8, answer: &str) -> RepairStream {
        let taken = |ssrc: &u32| answer.contains(&format!("a=ssrc:{ssrc} "));
        let ssrc = (1..).map(|step: u32| media.wrapping_add(step.wrapping_mul(0x9e37_79b1)));
        let ssrc = ssrc.into_iter().find(|ssrc| !taken(ssrc)).unwrap_or(!media);
        RepairStream { pt, media, ssrc }
    }
}

/// Names repair packets for the stream of the section `mid`. A browser takes them only if this says which stream they
/// mend; str0m does not know them.
pub(crate) fn with_repair(answer: &str, mid: &str, repair: RepairStream) -> String {
    let RepairStream { pt, media, ssrc } = repair;
    let (mut out, mut section) = (String::with_capacity(answer.len() + 256), Vec::new());
    let flush = |section: &mut Vec<&str>, out: &mut String| {
        let ours = section.iter().any(|line| line.trim_end().strip_prefix("a=mid:") == Some(mid));
        for line in section.iter() {
            let text = line.trim_end();
            let end = &line[text.len()..];
            out.push_str(text);
            if ours && line.starts_with("m=") {
                out.push_str(&format!(" {pt}"));
            }
            out.push_str(end);
        }
        if ours {
            out.push_str(&format!(
                "a=rtpmap:{pt} flexfec-03/90000\r\na=fmtp:{pt} repair-window=10000000\r\n\
                 a=ssrc-group:FEC-FR {media} {ssrc}\r\n"
            ));
            let of_media = format!("a=ssrc:{media} ");
            for words in section.iter().filter_map(|line| line.trim_end().strip_prefix(of_media.as_str())) {
                out.push_str(&format!("a=ssrc:{ssrc} {words}\r\n"));
            }
        }
        section.clear();
    };
    for line in answer.split_inclusive('\n') {
        if line.starts_with("m=") {
            flush(&mut section, &mut out);
        }
        section.push(line);
    }
    flush(&mut section, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn red_comes_first() {
        let answer = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111 63\r\na=mid:0\r\nm=video 9 X 63\r\n";
        assert_eq!(
            prefer_red(answer, Some(63)),
            "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 63 111\r\na=mid:0\r\nm=video 9 X 63\r\n"
        );
        assert_eq!(prefer_red(answer, Some(64)), answer);
        assert_eq!(prefer_red(answer, None), answer);
    }

    #[test]
    fn repair_packets_are_named_beside_the_stream_they_mend() {
        let answer = "v=0\r\nm=audio 9 X 111\r\na=mid:0\r\na=ssrc:5 cname:abc\r\nm=video 9 X 96 97\r\na=mid:1\r\n\
                      a=ssrc-group:FID 6 7\r\na=ssrc:6 cname:abc\r\na=ssrc:6 msid:s v\r\na=ssrc:7 cname:abc\r\n";
        let repair = RepairStream::beside(6, 49, answer);
        let ssrc = repair.ssrc;
        assert!(![5, 6, 7].contains(&ssrc));
        assert_eq!(
            with_repair(answer, "1", repair),
            format!(
                "{}a=rtpmap:49 flexfec-03/90000\r\na=fmtp:49 repair-window=10000000\r\n\
                 a=ssrc-group:FEC-FR 6 {ssrc}\r\na=ssrc:{ssrc} cname:abc\r\na=ssrc:{ssrc} msid:s v\r\n",
                answer.replace("96 97", "96 97 49")
            )
        );
        assert_eq!(with_repair(answer, "9", repair), answer);
    }
}

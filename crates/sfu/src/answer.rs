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
}

//! Tags as they lie in an FLV file, and in RTMP's aggregate messages.

/// What an FLV file begins with: its name, version, that sound and picture may follow, and the size of an empty tag
/// before the first.
pub const FILE_HEADER: [u8; 13] = *b"FLV\x01\x05\x00\x00\x00\x09\x00\x00\x00\x00";

const AUDIO: u8 = 8;
const VIDEO: u8 = 9;
const SCRIPT: u8 = 18;

/// What is in a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagKind {
    /// Sound.
    Audio,
    /// A picture.
    Video,
    /// A name and values, in AMF0.
    Script,
}

/// One tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag<B = Vec<u8>> {
    /// What is in it.
    pub kind: TagKind,
    /// When, in milliseconds.
    pub timestamp_ms: u32,
    /// Its bytes.
    pub body: B,
}

impl TagKind {
    /// The kind of a number, which RTMP's message types share.
    pub fn of(number: u8) -> Option<TagKind> {
        match number {
            AUDIO => Some(TagKind::Audio),
            VIDEO => Some(TagKind::Video),
            SCRIPT => Some(TagKind::Script),
            _ => None,
        }
    }

    /// Its number.
    pub fn number(self) -> u8 {
        match self {
            TagKind::Audio => AUDIO,
            TagKind::Video => VIDEO,
            TagKind::Script => SCRIPT,
        }
    }
}

impl<B: AsRef<[u8]>> Tag<B> {
    /// Writes the tag as it lies in a file. One longer than 24 bits can say is left out.
    pub fn write(&self, out: &mut Vec<u8>) {
        let body = self.body.as_ref();
        let Some(size) = u32::try_from(body.len()).ok().filter(|size| *size < 1 << 24) else { return };
        let [_, s0, s1, s2] = size.to_be_bytes();
        let [t0, t1, t2, t3] = self.timestamp_ms.to_be_bytes();
        out.extend([self.kind.number(), s0, s1, s2, t1, t2, t3, t0, 0, 0, 0]);
        out.extend(body);
        out.extend((size + 11).to_be_bytes());
    }
}

/// Finds tags in bytes that hold nothing else.
#[derive(Debug, Clone)]
pub struct TagReader<'a> {
    rest: &'a [u8],
}

impl<'a> TagReader<'a> {
    /// Of a whole file; `None` if it is no FLV file.
    pub fn of_file(file: &'a [u8]) -> Option<TagReader<'a>> {
        let header = file.strip_prefix(b"FLV")?;
        let offset = u32::from_be_bytes(*header.get(2..)?.first_chunk()?);
        let rest = file.get(usize::try_from(offset).ok()?..)?;
        Some(TagReader { rest: rest.get(4..)? })
    }

    /// Of tags one after the other.
    pub fn new(tags: &'a [u8]) -> TagReader<'a> {
        TagReader { rest: tags }
    }
}

impl<'a> Iterator for TagReader<'a> {
    type Item = Tag<&'a [u8]>;

    /// The next tag. Those of a kind there is not are passed over; a tag whose end is missing ends it.
    fn next(&mut self) -> Option<Tag<&'a [u8]>> {
        loop {
            let ([kind, s0, s1, s2, t1, t2, t3, t0, _, _, _], rest) = self.rest.split_first_chunk()?;
            let size = u32::from_be_bytes([0, *s0, *s1, *s2]);
            let (body, rest) = rest.split_at_checked(usize::try_from(size).ok()?)?;
            // The tag's own size follows it. The last may lack it.
            self.rest = rest.get(4..).unwrap_or_default();
            if let Some(kind) = TagKind::of(kind & 0x1f) {
                return Some(Tag { kind, timestamp_ms: u32::from_be_bytes([*t0, *t1, *t2, *t3]), body });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn tags_survive_a_file(
            tags in proptest::collection::vec((0u8..3, any::<u32>(), proptest::collection::vec(any::<u8>(), 0..50)), 0..9),
        ) {
            let kinds = [TagKind::Audio, TagKind::Video, TagKind::Script];
            let mut file = FILE_HEADER.to_vec();
            for (kind, timestamp_ms, body) in &tags {
                Tag { kind: kinds[usize::from(*kind)], timestamp_ms: *timestamp_ms, body }.write(&mut file);
            }
            let read = TagReader::of_file(&file).expect("it is one");
            let read: Vec<_> = read.map(|tag| (tag.kind, tag.timestamp_ms, tag.body.to_vec())).collect();
            let sent: Vec<_> = tags.into_iter().map(|(kind, at, body)| (kinds[usize::from(kind)], at, body)).collect();
            prop_assert_eq!(read, sent);
        }

        #[test]
        fn no_bytes_panic(bytes: Vec<u8>) {
            let _ = TagReader::new(&bytes).count();
            let _ = TagReader::of_file(&[b"FLV", &bytes[..]].concat()).map(Iterator::count);
        }
    }
}

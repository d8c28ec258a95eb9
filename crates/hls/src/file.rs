//! The names of what is fetched. A name is never used twice within a programme, so a cache may keep it for ever.

use media::Kind;

/// One file of a programme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum File {
    /// A rendition's playlist.
    Playlist {
        /// Of which rendition.
        kind: Kind,
        /// Without parts, for players that know none.
        plain: bool,
    },
    /// What a decoder needs first.
    Init(Kind, u32),
    /// A segment by its media sequence number.
    Segment(Kind, u64),
    /// A part by its number, counted through all segments: so the next one's name is known before anybody knows in
    /// which segment it will be.
    Part(Kind, u64),
}

impl File {
    /// The name in addresses.
    pub fn name(self) -> String {
        match self {
            File::Playlist { kind, plain: false } => format!("{}.m3u8", word(kind)),
            File::Playlist { kind, plain: true } => format!("{}-plain.m3u8", word(kind)),
            File::Init(kind, number) => format!("{}-i{number}.mp4", letter(kind)),
            File::Segment(kind, number) => format!("{}-s{number}.m4s", letter(kind)),
            File::Part(kind, number) => format!("{}-p{number}.m4s", letter(kind)),
        }
    }

    /// Reads a name; `None` for what no programme has.
    pub fn parse(name: &str) -> Option<File> {
        for kind in [Kind::Video, Kind::Audio] {
            for plain in [false, true] {
                let playlist = File::Playlist { kind, plain };
                if playlist.name() == name {
                    return Some(playlist);
                }
            }
        }
        let (letter, rest) = name.split_once('-')?;
        let kind = match letter {
            "v" => Kind::Video,
            "a" => Kind::Audio,
            _ => return None,
        };
        let (stem, extension) = rest.split_once('.')?;
        let (what, digits) = stem.split_at_checked(1)?;
        match (what, extension) {
            ("i", "mp4") => Some(File::Init(kind, u32::try_from(number(digits)?).ok()?)),
            ("s", "m4s") => Some(File::Segment(kind, number(digits)?)),
            ("p", "m4s") => Some(File::Part(kind, number(digits)?)),
            _ => None,
        }
    }

    /// The rendition it is of.
    pub fn kind(self) -> Kind {
        match self {
            File::Playlist { kind, .. }
            | File::Init(kind, _)
            | File::Segment(kind, _)
            | File::Part(kind, _) => kind,
        }
    }
}

/// Digits alone, written in the one way: a second spelling of a name would be a second copy in every cache.
pub fn number(digits: &str) -> Option<u64> {
    let plain = !digits.is_empty() && digits.len() <= 18 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let shortest = digits == "0" || !digits.starts_with('0');
    (plain && shortest).then(|| digits.parse().ok()).flatten()
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Video => "video",
        Kind::Audio => "sound",
    }
}

fn letter(kind: Kind) -> &'static str {
    match kind {
        Kind::Video => "v",
        Kind::Audio => "a",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_name_has_one_spelling(name in "[va]-[isp][0-9]{1,4}\\.(mp4|m4s)") {
            if let Some(file) = File::parse(&name) {
                prop_assert_eq!(file.name(), name);
            }
        }

        #[test]
        fn no_name_is_too_strange(name in ".{0,40}") {
            if let Some(file) = File::parse(&name) {
                prop_assert_eq!(file.name(), name);
            }
        }
    }

    #[test]
    fn names_come_back() {
        for kind in [Kind::Video, Kind::Audio] {
            for file in [
                File::Playlist { kind, plain: false },
                File::Playlist { kind, plain: true },
                File::Init(kind, 7),
                File::Segment(kind, 0),
                File::Part(kind, 123_456),
            ] {
                assert_eq!(File::parse(&file.name()), Some(file));
            }
        }
        for bad in ["", "v-s", "v-s01.m4s", "v-s1.mp4", "v-s99999999999999999999.m4s", "x-s1.m4s", "v-é.m4s"]
        {
            assert_eq!(File::parse(bad), None, "{bad}");
        }
    }
}

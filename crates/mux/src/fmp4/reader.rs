//! Reading what was written: init segments and fragments, of ours and of others, for tests and for showing again.

use std::collections::BTreeMap;

use media::{AudioConfig, Codec, CodecConfig, Frame, MediaTime, VideoConfig};

use super::boxes::{Fields, Found, children};

/// The most samples read in one call: an hour of picture and sound. More is refused; read it in parts.
const PIECES_MAX: usize = 1 << 20;

/// The most tracks that are looked at.
const TRACKS_MAX: usize = 16;

/// What a file is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movie {
    /// Its tracks, without those whose codec is not known here.
    pub tracks: Vec<TrackInfo>,
}

/// One track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackInfo {
    /// Its number.
    pub id: u32,
    /// Ticks in a second.
    pub timescale: u32,
    /// What it holds.
    pub config: CodecConfig,
    defaults: Defaults,
}

/// What holds for a sample of which nothing else is said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Defaults {
    duration: u32,
    size: u32,
    flags: u32,
}

/// One sample, where it lies in the bytes that were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece<'a> {
    /// The number of its track.
    pub track: u32,
    /// When it is decoded, in ticks of the track.
    pub decode: u64,
    /// Ticks until the next one.
    pub duration: u32,
    /// Ticks from when it is decoded to when it is shown.
    pub composition: i32,
    /// Whether decoding can begin here.
    pub keyframe: bool,
    /// Its bytes.
    pub data: &'a [u8],
}

/// Why something cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// There is no description of tracks.
    #[error("there is no `moov` box with a track that can be read")]
    NoTracks,
    /// A box does not hold what it must.
    #[error("a `{0}` box is broken")]
    Broken(&'static str),
    /// More samples than one call reads.
    #[error("more than {PIECES_MAX} samples; read the file in parts")]
    TooMany,
}

impl Movie {
    /// Reads an init segment, or a file that begins with one.
    pub fn read(bytes: &[u8]) -> Result<Movie, ReadError> {
        let movie = children(bytes).find(|found| found.kind == *b"moov").ok_or(ReadError::NoTracks)?;
        let extends: BTreeMap<u32, Defaults> = movie
            .child(b"mvex")
            .map(|found| {
                children(found.body).filter(|f| f.kind == *b"trex").take(TRACKS_MAX).filter_map(extended)
            })
            .into_iter()
            .flatten()
            .collect();
        let tracks: Vec<TrackInfo> = children(movie.body)
            .filter(|found| found.kind == *b"trak")
            .take(TRACKS_MAX)
            .filter_map(|found| track(&found, &extends))
            .collect();
        if tracks.is_empty() { Err(ReadError::NoTracks) } else { Ok(Movie { tracks }) }
    }

    /// Reads the samples of all fragments, in the order in which they stand. A fragment cut short at the end is left
    /// out, as a program that was killed leaves one behind. Samples of unknown tracks are passed over.
    pub fn samples<'a>(&self, bytes: &'a [u8]) -> Result<Vec<Piece<'a>>, ReadError> {
        let mut pieces = Vec::new();
        let mut ends = BTreeMap::new();
        let mut at = 0;
        while let Some((found, after)) = bytes.get(at..).and_then(Found::parse) {
            let here = &bytes[at..];
            at = bytes.len() - after.len();
            if found.kind == *b"moof" && complete(after) {
                for run in children(found.body).filter(|found| found.kind == *b"traf").take(TRACKS_MAX) {
                    self.fragment(&run, here, &mut ends, &mut pieces)?;
                }
            }
        }
        Ok(pieces)
    }

    /// Reads the samples of one track in one fragment. `here` begins with the fragment's `moof`.
    fn fragment<'a>(
        &self,
        run: &Found<'_>,
        here: &'a [u8],
        ends: &mut BTreeMap<u32, u64>,
        pieces: &mut Vec<Piece<'a>>,
    ) -> Result<(), ReadError> {
        let header = run.child(b"tfhd").and_then(|found| header(&found)).ok_or(ReadError::Broken("tfhd"))?;
        let Some(track) = self.tracks.iter().find(|track| track.id == header.track) else { return Ok(()) };
        let defaults = header.over(track.defaults);
        let mut decode = match run.child(b"tfdt") {
            Some(found) => decode_time(&found).ok_or(ReadError::Broken("tfdt"))?,
            None => ends.get(&track.id).copied().unwrap_or(0),
        };
        let mut offset = 0;
        for found in children(run.body).filter(|found| found.kind == *b"trun") {
            let mut run = Run::read(&found, defaults).ok_or(ReadError::Broken("trun"))?;
            offset = match run.offset {
                Some(offset) => usize::try_from(offset).map_err(|_| ReadError::Broken("trun"))?,
                None => offset,
            };
            while let Some(row) = run.next().map_err(|()| ReadError::Broken("trun"))? {
                if pieces.len() == PIECES_MAX {
                    return Err(ReadError::TooMany);
                }
                let size = usize::try_from(row.size).map_err(|_| ReadError::Broken("trun"))?;
                let end = offset.checked_add(size).ok_or(ReadError::Broken("trun"))?;
                // A sample of nothing would let a few bytes claim any number of them.
                let data =
                    here.get(offset..end).filter(|data| !data.is_empty()).ok_or(ReadError::Broken("trun"))?;
                pieces.push(Piece {
                    track: track.id,
                    decode,
                    duration: row.duration,
                    composition: row.composition,
                    keyframe: row.flags & 0x0001_0000 == 0,
                    data,
                });
                decode = decode.saturating_add(u64::from(row.duration));
                offset = end;
            }
        }
        ends.insert(track.id, decode);
        Ok(())
    }
}

impl TrackInfo {
    /// The frame that a sample of this track is.
    pub fn frame(&self, piece: &Piece<'_>) -> Frame {
        let decode = i64::try_from(piece.decode).unwrap_or(i64::MAX);
        let show = decode.saturating_add(i64::from(piece.composition));
        Frame {
            kind: self.config.kind(),
            decode: MediaTime::from_ticks(decode, self.timescale),
            show: MediaTime::from_ticks(show, self.timescale),
            keyframe: piece.keyframe,
            data: piece.data.into(),
        }
    }
}

/// Whether the samples' bytes that follow a `moof` are all there.
fn complete(after: &[u8]) -> bool {
    children(after).take(2).any(|found| found.kind == *b"mdat")
}

fn extended(found: Found<'_>) -> Option<(u32, Defaults)> {
    let (_, _, mut fields) = found.full()?;
    let id = fields.u32()?;
    fields.skip(4)?;
    Some((id, Defaults { duration: fields.u32()?, size: fields.u32()?, flags: fields.u32()? }))
}

fn track(found: &Found<'_>, extends: &BTreeMap<u32, Defaults>) -> Option<TrackInfo> {
    let (version, _, mut fields) = found.child(b"tkhd")?.full()?;
    fields.skip(if version == 1 { 16 } else { 8 })?;
    let id = fields.u32()?;
    let media = found.child(b"mdia")?;
    let (version, _, mut fields) = media.child(b"mdhd")?.full()?;
    fields.skip(if version == 1 { 16 } else { 8 })?;
    let timescale = fields.u32().filter(|&timescale| timescale > 0)?;
    let (_, _, mut entries) = media.child(b"minf")?.child(b"stbl")?.child(b"stsd")?.full()?;
    entries.skip(4)?;
    let config = children(entries.0).find_map(|entry| configuration(&entry))?;
    Some(TrackInfo { id, timescale, config, defaults: extends.get(&id).copied().unwrap_or_default() })
}

/// Reads a sample entry.
fn configuration(entry: &Found<'_>) -> Option<CodecConfig> {
    let (codec, record) = match &entry.kind {
        b"avc1" | b"avc3" => (Codec::H264, b"avcC"),
        b"hvc1" | b"hev1" => (Codec::H265, b"hvcC"),
        b"av01" => (Codec::Av1, b"av1C"),
        b"vp08" => (Codec::Vp8, b"vpcC"),
        b"vp09" => (Codec::Vp9, b"vpcC"),
        b"mp4a" | b"Opus" => return sound(entry),
        _ => return None,
    };
    let mut fields = Fields(entry.body);
    fields.skip(24)?;
    let (width, height) = (u32::from(fields.u16()?), u32::from(fields.u16()?));
    let record = child_at(entry.body, 78, record)?;
    let config = VideoConfig::from_record(codec, record.body.into())?;
    let sized = config.width > 0;
    Some(CodecConfig::Video(if sized { config } else { VideoConfig { width, height, ..config } }))
}

fn sound(entry: &Found<'_>) -> Option<CodecConfig> {
    if entry.kind == *b"Opus" {
        let record = child_at(entry.body, 28, b"dOps")?;
        return AudioConfig::from_opus(record.body).map(CodecConfig::Audio);
    }
    let (_, _, fields) = child_at(entry.body, 28, b"esds")?.full()?;
    let stream = descriptor(fields.0, 0x03)?;
    let decoder = descriptor(stream.get(3..)?, 0x04)?;
    match decoder.first()? {
        0x40 | 0x66..=0x68 => {
            AudioConfig::from_aac(descriptor(decoder.get(13..)?, 0x05)?).map(CodecConfig::Audio)
        }
        _ => None,
    }
}

fn child_at<'a>(body: &'a [u8], at: usize, kind: &[u8; 4]) -> Option<Found<'a>> {
    children(body.get(at..)?).find(|found| found.kind == *kind)
}

/// The content of the descriptor at the front, if it has this tag.
fn descriptor(bytes: &[u8], tag: u8) -> Option<&[u8]> {
    let (&first, mut rest) = bytes.split_first()?;
    let mut length = 0usize;
    for _ in 0..4 {
        let (&byte, after) = rest.split_first()?;
        rest = after;
        length = length << 7 | usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            break;
        }
    }
    (first == tag).then(|| rest.get(..length)).flatten()
}

/// What a fragment says for all samples of its track.
struct Header {
    track: u32,
    duration: Option<u32>,
    size: Option<u32>,
    flags: Option<u32>,
}

impl Header {
    fn over(&self, usual: Defaults) -> Defaults {
        Defaults {
            duration: self.duration.unwrap_or(usual.duration),
            size: self.size.unwrap_or(usual.size),
            flags: self.flags.unwrap_or(usual.flags),
        }
    }
}

fn header(found: &Found<'_>) -> Option<Header> {
    let (_, said, mut fields) = found.full()?;
    let track = fields.u32()?;
    if said & 0x01 != 0 {
        fields.skip(8)?;
    }
    if said & 0x02 != 0 {
        fields.skip(4)?;
    }
    let mut field = |flag| if said & flag != 0 { fields.u32().map(Some) } else { Some(None) };
    Some(Header { track, duration: field(0x08)?, size: field(0x10)?, flags: field(0x20)? })
}

fn decode_time(found: &Found<'_>) -> Option<u64> {
    let (version, _, mut fields) = found.full()?;
    if version == 1 { fields.u64() } else { fields.u32().map(u64::from) }
}

/// A run of samples, read row by row.
struct Run<'a> {
    said: u32,
    left: u32,
    offset: Option<i32>,
    first_flags: Option<u32>,
    usual: Defaults,
    rows: Fields<'a>,
}

struct Row {
    duration: u32,
    size: u32,
    flags: u32,
    composition: i32,
}

impl<'a> Run<'a> {
    fn read(found: &Found<'a>, usual: Defaults) -> Option<Run<'a>> {
        let (_, said, mut fields) = found.full()?;
        let left = fields.u32()?;
        let offset = if said & 0x01 != 0 { Some(fields.u32()?.cast_signed()) } else { None };
        let first_flags = if said & 0x04 != 0 { Some(fields.u32()?) } else { None };
        Some(Run { said, left, offset, first_flags, usual, rows: fields })
    }

    /// The next row; an error if it is cut short.
    fn next(&mut self) -> Result<Option<Row>, ()> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let (said, rows) = (self.said, &mut self.rows);
        let mut field = |flag, usual| if said & flag != 0 { rows.u32().ok_or(()) } else { Ok(usual) };
        let duration = field(0x100, self.usual.duration)?;
        let size = field(0x200, self.usual.size)?;
        let flags = field(0x400, self.first_flags.take().unwrap_or(self.usual.flags))?;
        // Unsigned in version 0, where no file of sense has the highest bit set.
        let composition = field(0x800, 0)?.cast_signed();
        Ok(Some(Row { duration, size, flags, composition }))
    }
}

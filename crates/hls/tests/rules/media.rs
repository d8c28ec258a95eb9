//! A media playlist, read strictly.

use std::collections::BTreeMap;

/// Times are counted in hundred-thousandths of a second, as they are written.
pub type Units = i64;

/// Units in a second.
pub const SECOND: Units = 100_000;

/// A media playlist.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Media {
    pub version: i64,
    pub target_s: i64,
    pub msn: u64,
    pub discontinuities: u64,
    pub control: BTreeMap<String, String>,
    pub part_target: Option<Units>,
    pub skipped: u64,
    pub segments: Vec<Segment>,
    /// The segment that grows.
    pub open: Segment,
    pub hints: Vec<String>,
    pub reports: Vec<BTreeMap<String, String>>,
    pub ended: bool,
}

/// A segment, or the one that grows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Segment {
    pub uri: String,
    pub duration: Units,
    pub gap: bool,
    pub discontinuity: bool,
    /// Its discontinuity sequence number.
    pub era: u64,
    /// The initialization that holds for it.
    pub map: Option<String>,
    pub date_ms: Option<i64>,
    pub parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub uri: String,
    pub duration: Units,
    pub independent: bool,
    pub gap: bool,
}

impl Media {
    /// Reads a playlist, or says what no playlist may hold.
    pub fn parse(text: &str) -> Result<Media, String> {
        if text.contains(|c: char| c.is_control() && c != '\n') || text.starts_with('\u{feff}') {
            return Err("a control character or byte order mark".into());
        }
        let mut lines = text.lines();
        if lines.next() != Some("#EXTM3U") {
            return Err("it does not begin with #EXTM3U".into());
        }
        let mut media = Media::default();
        let mut now = Segment::default();
        let (mut era, mut map, mut once) = (0, None, Vec::new());
        for line in lines {
            let (tag, value) = line.split_once(':').unwrap_or((line, ""));
            if ONCE.contains(&tag) {
                if once.contains(&tag) {
                    return Err(format!("{tag} twice"));
                }
                once.push(tag);
                if HEAD.contains(&tag) && (era > 0 || !media.segments.is_empty()) {
                    return Err(format!("{tag} after a segment"));
                }
            }
            match tag {
                "#EXT-X-VERSION" => media.version = integer(value)?,
                "#EXT-X-TARGETDURATION" => media.target_s = integer(value)?,
                "#EXT-X-MEDIA-SEQUENCE" => media.msn = integer(value)?.unsigned_abs(),
                "#EXT-X-DISCONTINUITY-SEQUENCE" => media.discontinuities = integer(value)?.unsigned_abs(),
                "#EXT-X-SERVER-CONTROL" => media.control = attributes(value)?,
                "#EXT-X-PART-INF" => {
                    media.part_target = Some(units(need(&attributes(value)?, "PART-TARGET")?)?)
                }
                "#EXT-X-SKIP" => {
                    media.skipped = integer(&need(&attributes(value)?, "SKIPPED-SEGMENTS")?)?.unsigned_abs();
                }
                "#EXT-X-DISCONTINUITY" => {
                    era += 1;
                    now.discontinuity = true;
                }
                "#EXT-X-MAP" => map = Some(need(&attributes(value)?, "URI")?),
                "#EXT-X-PROGRAM-DATE-TIME" => now.date_ms = Some(date(value)?),
                "#EXT-X-GAP" => now.gap = true,
                "#EXT-X-PART" => now.parts.push(part(&attributes(value)?)?),
                "#EXTINF" => {
                    now.duration = units(value.strip_suffix(',').ok_or("EXTINF without a comma")?.into())?
                }
                "#EXT-X-PRELOAD-HINT" => {
                    let hint = attributes(value)?;
                    if need(&hint, "TYPE")? == "PART" {
                        media.hints.push(need(&hint, "URI")?);
                    }
                }
                "#EXT-X-RENDITION-REPORT" => media.reports.push(attributes(value)?),
                "#EXT-X-ENDLIST" => media.ended = true,
                uri if !uri.starts_with('#') && !line.is_empty() => {
                    let done = std::mem::take(&mut now);
                    let era = media.discontinuities + era;
                    media.segments.push(Segment { uri: line.into(), era, map: map.clone(), ..done });
                }
                other => return Err(format!("unknown: {other}")),
            }
        }
        media.open = Segment { era: media.discontinuities + era, map, ..now };
        Ok(media)
    }

    /// How many parts there are.
    pub fn parts_total(&self) -> usize {
        self.segments.iter().map(|segment| segment.parts.len()).sum::<usize>() + self.open.parts.len()
    }

    /// How long it is.
    pub fn length(&self) -> Units {
        self.segments.iter().map(|segment| segment.duration).sum()
    }

    /// The segment of a number.
    pub fn segment(&self, msn: u64) -> Option<&Segment> {
        self.segments.get(usize::try_from(msn.checked_sub(self.msn + self.skipped)?).ok()?)
    }

    /// Where a segment ends, from the playlist's end.
    pub fn until_end(&self, place: usize) -> Units {
        self.segments[place + 1..].iter().map(|segment| segment.duration).sum()
    }
}

const HEAD: [&str; 4] =
    ["#EXT-X-MEDIA-SEQUENCE", "#EXT-X-DISCONTINUITY-SEQUENCE", "#EXT-X-SKIP", "#EXT-X-PART-INF"];

const ONCE: [&str; 8] = [
    "#EXT-X-VERSION",
    "#EXT-X-TARGETDURATION",
    "#EXT-X-MEDIA-SEQUENCE",
    "#EXT-X-DISCONTINUITY-SEQUENCE",
    "#EXT-X-SERVER-CONTROL",
    "#EXT-X-PART-INF",
    "#EXT-X-SKIP",
    "#EXT-X-ENDLIST",
];

fn part(attributes: &BTreeMap<String, String>) -> Result<Part, String> {
    let yes = |name: &str| attributes.get(name).map(String::as_str) == Some("YES");
    Ok(Part {
        uri: need(attributes, "URI")?,
        duration: units(need(attributes, "DURATION")?)?,
        independent: yes("INDEPENDENT"),
        gap: yes("GAP"),
    })
}

fn need(attributes: &BTreeMap<String, String>, name: &str) -> Result<String, String> {
    attributes.get(name).cloned().ok_or_else(|| format!("{name} is missing"))
}

fn attributes(list: &str) -> Result<BTreeMap<String, String>, String> {
    let mut found = BTreeMap::new();
    let mut rest = list;
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=').ok_or_else(|| format!("no value: {rest}"))?;
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').ok_or_else(|| format!("no closing quote: {rest}"))?,
            None => after.split_at(after.find(',').unwrap_or(after.len())),
        };
        if found.insert(name.to_owned(), value.to_owned()).is_some() {
            return Err(format!("{name} twice"));
        }
        rest = match after.strip_prefix(',') {
            Some(more) if !more.is_empty() => more,
            Some(_) => return Err("a comma at the end".into()),
            None if after.is_empty() => after,
            None => return Err(format!("what is {after}")),
        };
    }
    Ok(found)
}

fn integer(text: &str) -> Result<i64, String> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().ok_or_else(|| format!("no number: {text}"))
}

/// A decimal number of seconds.
pub fn units(text: String) -> Result<Units, String> {
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    if fraction.len() > 5 {
        return Err(format!("finer than is read here: {text}"));
    }
    Ok(integer(whole)? * SECOND + integer(&format!("{fraction:0<5}"))?)
}

/// `2026-11-21T08:00:00.000Z` in milliseconds since 1970.
fn date(text: &str) -> Result<i64, String> {
    let wrong = || format!("no date: {text}");
    let digits: Vec<i64> = text
        .split(['-', 'T', ':', '.', 'Z'])
        .filter(|s| !s.is_empty())
        .map(integer)
        .collect::<Result<_, _>>()?;
    let [year, month, day, hour, minute, second, millis] = digits[..] else { return Err(wrong()) };
    let leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let years: i64 = (1970..year).map(|year| if leap(year) { 366 } else { 365 }).sum();
    let lengths = [31, if leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let months: i64 = lengths.iter().take(usize::try_from(month - 1).map_err(|_| wrong())?).sum();
    let days = years + months + day - 1;
    Ok((((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000 + millis)
}

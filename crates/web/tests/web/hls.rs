//! HLS as HTTP: what waits, what is kept by caches, and who may.

use hls::File;
use media::{AudioCodec, AudioConfig, Codec, CodecConfig, Frame, Kind, MediaTime, VideoConfig};
use model::{RoomId, RoomSlug};
use serde_json::json;

use crate::client::{Answer, ask, get};
use crate::evening::Evening;

/// A publisher that sends as fast as it is let: 30 pictures a second by their own times, a keyframe every 2 s.
struct Show<'a> {
    evening: &'a Evening,
    room: RoomId,
    sent_ms: i64,
}

impl Show<'_> {
    async fn in_the_room(evening: &Evening) -> Show<'_> {
        let slug = RoomSlug::parse("evening").unwrap();
        let room = evening.rooms.open(&slug).await.unwrap().unwrap().id();
        Show { evening, room, sent_ms: 0 }
    }

    fn configure(&self) {
        let programmes = self.evening.media.programmes().unwrap();
        let record = [1, 0x64, 0, 0x1f, 0xff, 0xe0, 0].as_slice().into();
        let video = VideoConfig { codec: Codec::H264, record, width: 640, height: 360 };
        programmes.config(self.room, CodecConfig::Video(video));
        let record = [0x11, 0x90].as_slice().into();
        let audio = AudioConfig { codec: AudioCodec::Aac, record, rate_hz: 48_000, channels: 2 };
        programmes.config(self.room, CodecConfig::Audio(audio));
    }

    fn send(&mut self, for_ms: i64) {
        let programmes = self.evening.media.programmes().unwrap();
        let end = self.sent_ms + for_ms;
        let frame = |kind, decode: MediaTime, keyframe| {
            let data = vec![7; 300].into();
            programmes.frame(self.room, Frame { kind, decode, show: decode, keyframe, data });
        };
        let tick = |n: i64, a: i64, b: i64| MediaTime(MediaTime::PER_SECOND * n * a / b);
        for ms in self.sent_ms..end {
            let (from, to) = (MediaTime::from_millis(ms), MediaTime::from_millis(ms + 1));
            let n = (ms * 30 + 999) / 1_000;
            if (from..to).contains(&tick(n, 1, 30)) {
                frame(Kind::Video, tick(n, 1, 30), n % 60 == 0);
            }
            let n = (ms * 48_000 / 1_000 + 1_023) / 1_024;
            if (from..to).contains(&tick(n, 1_024, 48_000)) {
                frame(Kind::Audio, tick(n, 1_024, 48_000), true);
            }
        }
        self.sent_ms = end;
    }
}

/// The address that the last line of a playlist names.
fn last_line(answer: &Answer) -> String {
    std::str::from_utf8(&answer.body).unwrap().lines().last().unwrap().to_owned()
}

async fn playing(evening: &Evening) -> (Show<'_>, String) {
    let mut show = Show::in_the_room(evening).await;
    show.configure();
    show.send(7_050);
    while evening.media.programmes().unwrap().shelf(show.room).is_none() {
        tokio::task::yield_now().await;
    }
    let index = evening.ask(get("/hls/evening/index.m3u8")).await.expect("200");
    let playlist = format!("/hls/evening/{}", last_line(&index));
    // What was sent is on the shelf once its last part is; only the next segment may be asked for ahead of time.
    for msn in 7..10 {
        evening.ask(get(&format!("{playlist}?_HLS_msn={msn}"))).await.expect("200");
    }
    evening.ask(get(&format!("{playlist}?_HLS_msn=10&_HLS_part=1"))).await.expect("200");
    (show, playlist)
}

#[tokio::test]
async fn from_the_first_playlist_to_the_bytes() {
    let (evening, _host) = Evening::hosted().await;
    let (_show, playlist) = playing(&evening).await;
    let answer = evening.ask(get(&playlist)).await.expect("200");
    assert_eq!(answer.header("content-type"), "application/vnd.apple.mpegurl");
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(answer.header("cache-control"), "public, max-age=1");
    let text = String::from_utf8(answer.body.to_vec()).unwrap();
    let folder = playlist.rsplit_once('/').unwrap().0;
    let uris = text.lines().filter_map(|line| match line.split_once("URI=\"") {
        Some((_, uri)) => uri.split('"').next(),
        None => (!line.starts_with('#')).then_some(line),
    });
    let mut files = 0;
    for uri in uris.filter(|uri| !matches!(File::parse(uri), Some(File::Playlist { .. }))) {
        // The last one is promised, and is another test's.
        if text.contains(&format!("PRELOAD-HINT:TYPE=PART,URI=\"{uri}\"")) {
            continue;
        }
        let file = evening.ask(get(&format!("{folder}/{uri}"))).await.expect("200");
        assert_eq!(file.header("cache-control"), "public, max-age=86400, immutable");
        assert_eq!(file.header("content-type"), "video/mp4");
        assert!(matches!(&file.body[4..8], b"ftyp" | b"moof" | b"styp"), "{uri}");
        files += 1;
    }
    assert!(files > 12, "{files}");
    let plain = evening.ask(get("/hls/evening/plain.m3u8")).await.expect("200");
    let plain = evening.ask(get(&format!("/hls/evening/{}", last_line(&plain)))).await.expect("200");
    assert!(!String::from_utf8_lossy(&plain.body).contains("EXT-X-PART"));
}

#[tokio::test]
async fn a_reload_waits_until_its_part_is_there() {
    let (evening, _host) = Evening::hosted().await;
    let (mut show, playlist) = playing(&evening).await;
    let waits = [
        format!("{playlist}?_HLS_msn=10&_HLS_part=2"),
        format!("{playlist}?_HLS_msn=10&_HLS_part=2&_HLS_skip=YES"),
        format!("{playlist}?_HLS_msn=10"),
        // The part that the playlist promises.
        format!("{}/v-p14.m4s", playlist.rsplit_once('/').unwrap().0),
    ];
    let asked: Vec<_> = waits
        .iter()
        .map(|path| {
            let (address, ask) = (evening.address, get(path));
            tokio::spawn(async move { ask.of(address).await })
        })
        .collect();
    let shelf = evening.media.programmes().unwrap().shelf(show.room).unwrap();
    while shelf.waiting() < 4 {
        tokio::task::yield_now().await;
    }
    assert!(asked.iter().all(|asked| !asked.is_finished()), "all of them wait");
    show.send(1_500);
    for (asked, path) in asked.into_iter().zip(&waits) {
        let answer = asked.await.unwrap().expect("200");
        let text = String::from_utf8_lossy(&answer.body);
        if path.contains("_HLS_msn=10&") {
            assert!(text.contains("v-p14.m4s\""), "{text}");
            assert_eq!(answer.header("cache-control"), "public, max-age=18");
        }
        if path.ends_with("_HLS_msn=10") {
            assert!(text.contains("v-s10.m4s"), "{text}");
        }
    }
    assert_eq!(shelf.waiting(), 0, "places are given back");
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_at_once() {
    let (evening, _host) = Evening::hosted().await;
    let (_show, playlist) = playing(&evening).await;
    let folder = playlist.rsplit_once('/').unwrap().0;
    for (path, said) in [
        (format!("{playlist}?_HLS_part=1"), "400 bad_request"),
        (format!("{playlist}?_HLS_msn=minus"), "400 bad_request"),
        (format!("{playlist}?_HLS_msn=12"), "400 bad_request"),
        (format!("{playlist}?_HLS_msn=10&_HLS_part=99"), "400 bad_request"),
        (format!("{folder}/v-p999.m4s"), "404 not_found"),
        (format!("{folder}/v-s10.m4s"), "404 not_found"),
        (format!("{folder}/v-s007.m4s"), "404 not_found"),
        (format!("{folder}/../../../etc/passwd"), "404 not_found"),
        ("/hls/evening/another/video.m3u8".to_owned(), "404 not_found"),
        ("/hls/evening/other.m3u8".to_owned(), "404 not_found"),
        ("/hls/nowhere/index.m3u8".to_owned(), "404 no_such_room"),
    ] {
        assert_eq!(evening.ask(get(&path)).await.said(), said, "{path}");
    }
}

#[tokio::test]
async fn an_empty_stage_has_no_playlist() {
    let (evening, _host) = Evening::hosted().await;
    evening.ask(get("/hls/evening/index.m3u8")).await.expect("404 not_live");
}

#[tokio::test]
async fn a_first_playlist_waits_for_the_first_segment() {
    let (evening, _host) = Evening::hosted().await;
    let mut show = Show::in_the_room(&evening).await;
    show.configure();
    show.send(500);
    let programmes = evening.media.programmes().unwrap();
    while programmes.shelf(show.room).is_none() {
        tokio::task::yield_now().await;
    }
    let address = evening.address;
    let index = tokio::spawn(async move { get("/hls/evening/index.m3u8").of(address).await });
    let shelf = programmes.shelf(show.room).unwrap();
    while shelf.waiting() == 0 {
        tokio::task::yield_now().await;
    }
    show.send(2_000);
    index.await.unwrap().expect("200");
}

#[tokio::test]
async fn a_show_that_ends_is_watched_to_its_end() {
    let (evening, _host) = Evening::hosted().await;
    let (show, playlist) = playing(&evening).await;
    let address = evening.address;
    let path = format!("{playlist}?_HLS_msn=11");
    let asked = tokio::spawn(async move { get(&path).of(address).await });
    let programmes = evening.media.programmes().unwrap();
    while programmes.shelf(show.room).unwrap().waiting() == 0 {
        tokio::task::yield_now().await;
    }
    programmes.end(show.room);
    let answer = asked.await.unwrap().expect("200");
    assert!(String::from_utf8_lossy(&answer.body).ends_with("#EXT-X-ENDLIST\n"));
}

#[tokio::test]
async fn tags_ranges_and_heads() {
    let (evening, _host) = Evening::hosted().await;
    let (_show, playlist) = playing(&evening).await;
    let segment = format!("{}/v-s7.m4s", playlist.rsplit_once('/').unwrap().0);
    let whole = evening.ask(get(&segment)).await.expect("200");
    let tag = whole.header("etag").to_owned();
    let again = evening.ask(get(&segment).header("if-none-match", &tag)).await.expect("304");
    assert!(again.body.is_empty());
    let piece = evening.ask(get(&segment).header("range", "bytes=4-7")).await.expect("206");
    assert_eq!(&piece.body[..], b"moof");
    assert_eq!(piece.header("content-range"), format!("bytes 4-7/{}", whole.body.len()));
    let stale = get(&segment).header("range", "bytes=4-7").header("if-range", "\"another\"");
    assert_eq!(evening.ask(stale).await.expect("200").body, whole.body);
    evening.ask(get(&segment).header("range", "bytes=99999999-")).await.expect("416");
    let head = evening.ask(ask("HEAD", &segment)).await.expect("200");
    assert_eq!((head.header("content-length"), head.body.len()), (whole.body.len().to_string().as_str(), 0));
    // Different playlists have different tags, whatever they were asked for with.
    let mut tags = Vec::new();
    for query in ["", "?_HLS_skip=YES", "?_HLS_msn=9"] {
        let answer = evening.ask(get(&format!("{playlist}{query}"))).await.expect("200");
        tags.push(answer.header("etag").to_owned());
    }
    assert_eq!(tags[0], tags[2], "the same playlist");
    assert_ne!(tags[0], tags[1]);
}

#[tokio::test]
async fn a_room_by_key_asks_for_it() {
    let (evening, host) = Evening::hosted().await;
    let (_show, playlist) = playing(&evening).await;
    let by_key = json!({"do": "configure", "access": "by_key"});
    assert_eq!(evening.order(&host.cookie, 1, by_key).await, "200");
    evening.ask(get(&playlist)).await.expect("403 key_needed");
    let answer = evening.ask(get(&playlist).by(&host.cookie)).await.expect("200");
    assert_eq!(answer.header("cache-control"), "private, max-age=1");
    assert!(!String::from_utf8_lossy(&answer.body).contains('?'), "no token in an address");
}

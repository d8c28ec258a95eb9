//! FLV tags from strangers: what comes out keeps its promises, and survives being written and read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use media::Kind;
use mux::flv::{Demuxer, Item, Muxer, TagReader};

fuzz_target!(|bytes: &[u8]| {
    let (mut demuxer, mut muxer) = (Demuxer::new(), Muxer::new());
    let mut configured = [false; 2];
    let mut newest = [i64::MIN; 2];
    let mut notes = 0;
    for tag in TagReader::new(bytes) {
        for item in demuxer.take(tag.kind, tag.timestamp_ms, tag.body) {
            match item {
                Item::Config(config) => {
                    configured[usize::from(config.kind() == Kind::Video)] = true;
                    let _ = muxer.config(&config);
                }
                Item::Frame(frame) => {
                    let place = usize::from(frame.kind == Kind::Video);
                    assert!(configured[place], "a frame comes after its configuration");
                    assert!(frame.decode.0 >= newest[place], "time does not go back");
                    newest[place] = frame.decode.0;
                    let written = muxer.frame(&frame).expect("what was taken can be sent on");
                    assert!(written.body.len() <= frame.data.len() + 16);
                }
                Item::Note(_) => notes += 1,
            }
        }
    }
    assert!(notes <= 12, "each is said once");
});

//! Shows told from end to end, in virtual time.

mod world;

use sfu::Config;
use str0m::format::Codec;
use world::World;

#[test]
fn who_joins_late_sees_the_picture_at_once_though_the_publisher_answers_no_pli() {
    let mut world = World::new(Config::default());
    let host = world.publisher(|c| c, Codec::Vp8);
    world.clients[host].answers_pli = false;
    world.clients[host].source.gop = 300;
    world.run(3_000);
    let joined = world.ms();
    let mei = world.viewer(|c| c);
    world.run(1_000);
    let first = world.clients[mei].video().next().expect("a picture").at_ms - joined;
    assert!(first < 150, "the picture came after {first} ms");
    let frames = world.clients[mei].decodable(4);
    assert_eq!(frames.first(), Some(&0), "it begins with the keyframe");
    assert_eq!(frames.len() as u32, frames.last().expect("frames") + 1, "every frame since then");
    // The past is shown in a moment: all frames before the join lie within 60 ms of picture time.
    let times: Vec<u64> = world.clients[mei].frames(4).iter().map(|(time, ..)| *time).collect();
    assert!(times[85] - times[0] < 90 * 60, "{}", times[85] - times[0]);
    assert_eq!(times[110] - times[109], 3_000, "and the present at its own pace");
    assert!(world.clients[host].keyframes_asked.is_empty(), "nobody had to ask the publisher");
    let seqs: Vec<u64> = world.clients[mei].video().map(|got| got.seq).collect();
    assert!(seqs.windows(2).all(|pair| pair[1] == pair[0] + 1), "numbers go on by one");
    assert_eq!(world.facts(), ["publisher connected", "1 watching"]);
}

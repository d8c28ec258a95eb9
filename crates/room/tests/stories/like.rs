//! Likes.

use insta::assert_snapshot;

use crate::script::tell;

#[test]
fn likes_within_a_tick_are_one_entry() {
    assert_snapshot!(tell("
        0s mei joins
        0s tom joins
        1s mei likes 3
        1.02s tom likes 4
        1.05s mei likes 1
        2s mei likes 2 key 5
        2.01s mei likes 2 key 5
        2.5s mei likes 2 key 5
        3s restart
        4s look
    "), @r#"
    0s mei joins
        #2 joined: mei as Viewer
    0s tom joins
        #3 joined: tom as Viewer
    1s mei likes 3
    1.02s tom likes 4
      1.05s #4 liked: 7 more, 7 in all
    1.05s mei likes 1
      1.1s #5 liked: 1 more, 8 in all
    2s mei likes 2 key 5
    2.01s mei likes 2 key 5
      2.05s #6 liked: 2 more, 10 in all
    2.5s mei likes 2 key 5
    3s restart
        #7 opened
    4s look
        "An evening" Public, slow 0ns, danmaku 60 a minute, 5s
        0 present, 10 likes, live: off
        here: nobody
    "#);
}

#[test]
fn nobody_likes_faster_than_fingers() {
    assert_snapshot!(tell("
        0s mei joins
        1s mei likes 0
        1s mei likes 5000
        1s mei likes 50
        1s mei likes 1
        1.05s mei likes 1
        1.05s mei likes 20
        2s ann likes 1
    "), @"
    0s mei joins
        #2 joined: mei as Viewer
    1s mei likes 0
        refused: this value is outside what is allowed
    1s mei likes 5000
    1s mei likes 50
    1s mei likes 1
        refused: too fast; wait a moment, until 1.05s
      1.05s #3 liked: 100 more, 100 in all
    1.05s mei likes 1
    1.05s mei likes 20
        refused: too fast; wait a moment, until 2.05s
      1.1s #4 liked: 1 more, 101 in all
    2s ann likes 1
        refused: enter the room with a name first
    ");
}

#[test]
fn the_total_is_said_again_before_it_falls_out_of_the_recent_entries() {
    let talk: String = (10..600).map(|n| format!("{n}s host says {n}\n")).collect();
    let transcript = tell(&format!("0s host joins\n1s host likes 9\n{talk} 600s look"));
    assert_eq!(transcript.matches("liked: 9 more, 9 in all").count(), 1);
    assert!(transcript.contains("#503 host: 509\n    #504 liked: 0 more, 9 in all\n"), "{transcript}");
}

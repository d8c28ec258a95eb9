//! The show.

use insta::assert_snapshot;

use crate::script::tell;

#[test]
fn a_show_survives_its_publisher_for_a_minute() {
    assert_snapshot!(tell("
        0s look
        1s encoder connects for 7
        2s encoder connects for 8
        10s encoder breaks
        11s encoder breaks
        20s look
        69.999s encoder connects for 9
        70s encoder breaks
        131s look
        132s encoder connects for 10
        133s encoder stops
        134s encoder stops
    "), @r#"
    0s look
        "An evening" Public, slow 0ns, danmaku 60 a minute, 5s
        0 present, 0 likes, live: off
        here: nobody
    1s encoder connects for 7
        #2 live: show 7 started
    2s encoder connects for 8
        nothing to do
    10s encoder breaks
        #3 live: show 7 interrupted
    11s encoder breaks
        nothing to do
    20s look
        "An evening" Public, slow 0ns, danmaku 60 a minute, 5s
        0 present, 0 likes, live: show 7 since 1s, waiting until 70s
        here: nobody
    69.999s encoder connects for 9
        #4 live: show 7 resumed
    70s encoder breaks
        #5 live: show 7 interrupted
      130s #6 live: show 7 ended
    131s look
        "An evening" Public, slow 0ns, danmaku 60 a minute, 5s
        0 present, 0 likes, live: off
        here: nobody
    132s encoder connects for 10
        #7 live: show 10 started
    133s encoder stops
        #8 live: show 10 ended
    134s encoder stops
        nothing to do
    "#);
}

#[test]
fn only_the_host_ends_the_show() {
    assert_snapshot!(tell("
        0s host joins
        0s mei joins
        1s host ends the show
        2s encoder connects for 1
        3s mei ends the show
        4s host ends the show
        5s encoder connects for 2
        6s encoder breaks
        7s host ends the show
    "), @"
    0s host joins
        #2 joined: host as Host
    0s mei joins
        #3 joined: mei as Viewer
    1s host ends the show
        refused: the room is not live
    2s encoder connects for 1
        #4 live: show 1 started
    3s mei ends the show
        refused: your role does not allow this (Publish)
    4s host ends the show
        #5 live: show 1 ended
    5s encoder connects for 2
        #6 live: show 2 started
    6s encoder breaks
        #7 live: show 2 interrupted
    7s host ends the show
        #8 live: show 2 ended
    ");
}

#[test]
fn a_new_process_waits_for_the_publisher() {
    assert_snapshot!(tell("
        0s encoder connects for 1
        10s restart
        11s look
        30s encoder connects for 2
        40s encoder breaks
        50s restart
        51s look
        200s look
    "), @r#"
    0s encoder connects for 1
        #2 live: show 1 started
    10s restart
        #3 opened
        #4 live: show 1 interrupted
    11s look
        "An evening" Public, slow 0ns, danmaku 60 a minute, 5s
        0 present, 0 likes, live: show 1 since 0s, waiting until 70s
        here: nobody
    30s encoder connects for 2
        #5 live: show 1 resumed
    40s encoder breaks
        #6 live: show 1 interrupted
    50s restart
        #7 opened
    51s look
        "An evening" Public, slow 0ns, danmaku 60 a minute, 5s
        0 present, 0 likes, live: show 1 since 0s, waiting until 100s
        here: nobody
      100s #8 live: show 1 ended
    200s look
        "An evening" Public, slow 0ns, danmaku 60 a minute, 5s
        0 present, 0 likes, live: off
        here: nobody
    "#);
}

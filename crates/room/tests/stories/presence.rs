//! Who is here.

use insta::assert_snapshot;

use crate::script::tell;

#[test]
fn a_person_counts_once_however_many_lines_they_have() {
    assert_snapshot!(tell("
        0s host joins
        1s mei joins
        2s mei joins on 2
        3s somebody joins on 1
        3s somebody joins on 2
        4s look
        5s mei leaves
        20s look
        21s mei leaves on 2
        21s somebody leaves on 2
        32s look
    "), @r#"
    0s host joins
        #2 joined: host as Host
    1s mei joins
        #3 joined: mei as Viewer
    2s mei joins on 2
    3s somebody joins on 1
    3s somebody joins on 2
    4s look
        "An evening" Public, slow 0ns, danmaku 60 a minute, 5s
        4 present, 0 likes, live: off
        here: host Host, mei Viewer
    5s mei leaves
    20s look
        "An evening" Public, slow 0ns, danmaku 60 a minute, 5s
        4 present, 0 likes, live: off
        here: host Host, mei Viewer
    21s mei leaves on 2
    21s somebody leaves on 2
      31s #4 left: mei
    32s look
        "An evening" Public, slow 0ns, danmaku 60 a minute, 5s
        2 present, 0 likes, live: off
        here: host Host
    "#);
}

#[test]
fn a_reload_is_no_departure() {
    assert_snapshot!(tell("
        0s mei joins
        1s mei leaves
        10.9s mei joins on 2
        60s mei leaves on 2
        70s look
        71s look
    "), @r#"
    0s mei joins
        #2 joined: mei as Viewer
    1s mei leaves
    10.9s mei joins on 2
    60s mei leaves on 2
      70s #3 left: mei
    70s look
        "An evening" Public, slow 0ns, danmaku 60 a minute, 5s
        0 present, 0 likes, live: off
        here: nobody
    71s look
        "An evening" Public, slow 0ns, danmaku 60 a minute, 5s
        0 present, 0 likes, live: off
        here: nobody
    "#);
}

#[test]
fn a_line_takes_a_name_changes_it_and_lays_it_down() {
    assert_snapshot!(tell("
        0s somebody joins on 7
        1s tom joins as guest
        2s tom joins as guest called tommy
        3s tom joins as guest called tommy
        4s tom joins called tommy
        5s look
    "), @r#"
    0s somebody joins on 7
    1s tom joins as guest
        #2 joined: tom as Guest
    2s tom joins as guest called tommy
        #3 renamed: tom is tommy
    3s tom joins as guest called tommy
    4s tom joins called tommy
    5s look
        "An evening" Public, slow 0ns, danmaku 60 a minute, 5s
        2 present, 0 likes, live: off
        here: tommy Guest
    "#);
}

#[test]
fn names_change_but_not_like_messages() {
    assert_snapshot!(tell("
        0s host joins
        0s mei joins
        1s mei renames to mary
        2s mei renames to mary
        3s mei renames to marie
        6s mei renames to marie
        7s tom renames to thomas
        8s host mutes mei for 10s
        12s mei renames to shouting
        18s mei renames to mei
    "), @"
    0s host joins
        #2 joined: host as Host
    0s mei joins
        #3 joined: mei as Viewer
    1s mei renames to mary
        #4 renamed: mei is mary
    2s mei renames to mary
        nothing to do
    3s mei renames to marie
        refused: too fast; wait a moment, until 6s
    6s mei renames to marie
        #5 renamed: mei is marie
    7s tom renames to thomas
        refused: enter the room with a name first
    8s host mutes mei for 10s
        #6 muted: marie by host until 18s
    12s mei renames to shouting
        refused: you are muted, until 18s
    18s mei renames to mei
        #7 renamed: mei is mei
    ");
}

#[test]
fn one_person_has_at_most_twenty_lines() {
    let tabs: String = (1..=21).map(|n| format!("{n}s mei joins on {n}\n")).collect();
    let transcript = tell(&format!("{tabs} 22s look"));
    assert!(transcript.contains("20s mei joins on 20\n21s mei joins on 21\n    refused: the room is full\n"));
    assert!(transcript.contains("1 present"), "{transcript}");
}

#[test]
fn a_new_process_finds_nobody_here() {
    assert_snapshot!(tell("
        0s host joins
        1s mei joins
        2s somebody joins on 1
        3s restart
        4s look
        5s mei joins
        6s look
    "), @r#"
    0s host joins
        #2 joined: host as Host
    1s mei joins
        #3 joined: mei as Viewer
    2s somebody joins on 1
    3s restart
        #4 opened
    4s look
        "An evening" Public, slow 0ns, danmaku 60 a minute, 5s
        0 present, 0 likes, live: off
        here: nobody
    5s mei joins
        #5 joined: mei as Viewer
    6s look
        "An evening" Public, slow 0ns, danmaku 60 a minute, 5s
        1 present, 0 likes, live: off
        here: mei Viewer
    "#);
}

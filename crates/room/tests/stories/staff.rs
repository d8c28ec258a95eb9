//! Moderators.

use insta::assert_snapshot;

use crate::script::tell;

#[test]
fn the_host_appoints_and_dismisses() {
    assert_snapshot!(tell("
        0s host joins
        0s mei joins
        0s tom joins as guest
        1s host appoints mei
        2s host appoints mei
        3s mei appoints tom
        4s host appoints host
        5s host appoints stranger
        6s mei slows to 5s
        7s restart
        8s mei joins
        9s look
        10s host dismisses mei
        11s mei slows to 6s
        12s look
    "), @r#"
    0s host joins
        #2 joined: host as Host
    0s mei joins
        #3 joined: mei as Viewer
    0s tom joins as guest
        #4 joined: tom as Guest
    1s host appoints mei
        #5 appointed: mei
    2s host appoints mei
        nothing to do
    3s mei appoints tom
        refused: your role does not allow this (Appoint)
    4s host appoints host
        refused: they stand as high as you in this room
    5s host appoints stranger
        refused: there is no such person in this room
    6s mei slows to 5s
        #6 slow mode: 5s by mei
    7s restart
        #7 opened
    8s mei joins
        #8 joined: mei as Moderator
    9s look
        "An evening" Public, slow 5s, danmaku 60 a minute, 5s
        1 present, 0 likes, live: off
        here: mei Moderator
    10s host dismisses mei
        #9 dismissed: mei
    11s mei slows to 6s
        refused: your role does not allow this (SlowMode)
    12s look
        "An evening" Public, slow 5s, danmaku 60 a minute, 5s
        1 present, 0 likes, live: off
        here: mei Viewer
    "#);
}

#[test]
fn a_banned_moderator_is_none_any_more() {
    assert_snapshot!(tell("
        0s host joins
        0s mei joins
        1s host appoints mei
        2s host bans mei for 10s
        3s mei slows to 5s
        20s mei joins
        21s mei slows to 5s
    "), @"
    0s host joins
        #2 joined: host as Host
    0s mei joins
        #3 joined: mei as Viewer
    1s host appoints mei
        #4 appointed: mei
    2s host bans mei for 10s
        #5 banned: mei by host until 12s
        #6 left: mei
    3s mei slows to 5s
        refused: your role does not allow this (SlowMode)
    20s mei joins
        #7 joined: mei as Viewer
    21s mei slows to 5s
        refused: your role does not allow this (SlowMode)
    ");
}

#[test]
fn a_room_has_at_most_two_hundred_moderators() {
    let appoint = |n: usize| format!("{n}s p{n} joins\n{n}s host appoints p{n}\n");
    let transcript = tell(&(1..=201).map(appoint).collect::<String>());
    assert_eq!(transcript.matches("appointed: ").count(), 200);
    assert!(transcript.ends_with("host appoints p201\n    refused: this value is outside what is allowed\n"));
}

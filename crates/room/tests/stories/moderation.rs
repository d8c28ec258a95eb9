//! Mutes and bans.

use insta::assert_snapshot;

use crate::script::tell;

#[test]
fn a_muted_person_reads_and_likes_but_does_not_speak() {
    assert_snapshot!(tell("
        0s host joins
        0s mei joins
        1s host mutes mei for 60s
        2s mei says hm
        3s mei flies hm
        4s mei likes 1
        5s look
        6s host mutes mei for 10s
        15.999s mei says still?
        16s mei says free
        17s host unmutes mei
        18s host mutes mei for 60s
        19s host unmutes mei
        20s mei says thanks
    "), @r#"
    0s host joins
        #2 joined: host as Host
    0s mei joins
        #3 joined: mei as Viewer
    1s host mutes mei for 60s
        #4 muted: mei by host until 61s
    2s mei says hm
        refused: you are muted, until 61s
    3s mei flies hm
        refused: you are muted, until 61s
    4s mei likes 1
      4.05s #5 liked: 1 more, 1 in all
    5s look
        "An evening" Public, slow 0ns, danmaku 60 a minute, 5s
        2 present, 1 likes, live: off
        here: host Host, mei Viewer
        held: mei muted by host until 61s
    6s host mutes mei for 10s
        #6 muted: mei by host until 16s
    15.999s mei says still?
        refused: you are muted, until 16s
    16s mei says free
        #7 mei: free
    17s host unmutes mei
        nothing to do
    18s host mutes mei for 60s
        #8 muted: mei by host until 78s
    19s host unmutes mei
        #9 unmuted: mei by host
    20s mei says thanks
        #10 mei: thanks
    "#);
}

#[test]
fn a_banned_person_is_out_at_once_and_stays_out() {
    assert_snapshot!(tell("
        0s host joins
        0s mei joins
        0s mei joins on 2
        1s host bans mei
        2s look
        3s mei leaves
        4s mei joins
        5s mei says let me in
        6s restart
        7s mei joins
        8s host unbans mei
        9s host unbans mei
        10s mei joins
        11s host bans mei for 60s
        70.999s mei joins
        71s mei joins
    "), @r#"
    0s host joins
        #2 joined: host as Host
    0s mei joins
        #3 joined: mei as Viewer
    0s mei joins on 2
    1s host bans mei
        #4 banned: mei by host until lifted
        #5 left: mei
    2s look
        "An evening" Public, slow 0ns, danmaku 60 a minute, 5s
        1 present, 0 likes, live: off
        here: host Host
        held: mei banned by host until lifted
    3s mei leaves
    4s mei joins
        refused: you are banned from this room, until lifted
    5s mei says let me in
        refused: you are banned from this room, until lifted
    6s restart
        #6 opened
    7s mei joins
        refused: you are banned from this room, until lifted
    8s host unbans mei
        #7 unbanned: mei by host
    9s host unbans mei
        nothing to do
    10s mei joins
        #8 joined: mei as Viewer
    11s host bans mei for 60s
        #9 banned: mei by host until 71s
        #10 left: mei
    70.999s mei joins
        refused: you are banned from this room, until 71s
    71s mei joins
        #11 joined: mei as Viewer
    "#);
}

#[test]
fn one_who_spoke_and_left_can_still_be_banned() {
    assert_snapshot!(tell("
        0s host joins
        0s mei joins
        1s mei says an insult
        2s mei leaves
        13s host bans mei for 1d
        14s host bans nobody-here
        15s host mutes nobody-here for 10s
    "), @"
    0s host joins
        #2 joined: host as Host
    0s mei joins
        #3 joined: mei as Viewer
    1s mei says an insult
        #4 mei: an insult
    2s mei leaves
      12s #5 left: mei
    13s host bans mei for 1d
        #6 banned: mei by host until 86413s
    14s host bans nobody-here
        refused: there is no such person in this room
    15s host mutes nobody-here for 10s
        refused: there is no such person in this room
    ");
}

#[test]
fn nobody_sanctions_who_stands_as_high() {
    assert_snapshot!(tell("
        0s host joins
        0s ann joins
        0s bob joins
        0s mei joins
        0s tom joins as guest
        1s host appoints ann
        1s host appoints bob
        2s ann mutes bob for 10s
        2s ann bans bob
        2s ann bans ann
        2s ann mutes host for 10s
        2s ann bans host
        2s host bans host
        2s mei mutes tom for 10s
        2s tom bans mei
        3s host mutes bob for 10s
        4s ann unmutes bob
        4s bob unmutes bob
        5s host bans bob
        6s ann unbans bob
        7s bob unbans bob
        8s look
    "), @r#"
    0s host joins
        #2 joined: host as Host
    0s ann joins
        #3 joined: ann as Viewer
    0s bob joins
        #4 joined: bob as Viewer
    0s mei joins
        #5 joined: mei as Viewer
    0s tom joins as guest
        #6 joined: tom as Guest
    1s host appoints ann
        #7 appointed: ann
    1s host appoints bob
        #8 appointed: bob
    2s ann mutes bob for 10s
        refused: they stand as high as you in this room
    2s ann bans bob
        refused: they stand as high as you in this room
    2s ann bans ann
        refused: they stand as high as you in this room
    2s ann mutes host for 10s
        refused: they stand as high as you in this room
    2s ann bans host
        refused: they stand as high as you in this room
    2s host bans host
        refused: they stand as high as you in this room
    2s mei mutes tom for 10s
        refused: your role does not allow this (Mute)
    2s tom bans mei
        refused: your role does not allow this (Ban)
    3s host mutes bob for 10s
        #9 muted: bob by host until 13s
    4s ann unmutes bob
        refused: they stand as high as you in this room
    4s bob unmutes bob
        refused: they stand as high as you in this room
    5s host bans bob
        #10 banned: bob by host until lifted
        #11 left: bob
    6s ann unbans bob
        #12 unbanned: bob by ann
    7s bob unbans bob
        refused: your role does not allow this (Ban)
    8s look
        "An evening" Public, slow 0ns, danmaku 60 a minute, 5s
        4 present, 0 likes, live: off
        here: host Host, ann Moderator, mei Viewer, tom Guest
        held: bob muted by host until 13s
    "#);
}

#[test]
fn sanctions_last_within_reason() {
    assert_snapshot!(tell("
        0s host joins
        0s mei joins
        1s host mutes mei for 0.5s
        1s host mutes mei for 31d
        1s host bans mei for 0.5s
        1s host bans mei for 3651d
        1s host mutes mei for 30d
        1s host bans mei for 3650d
    "), @"
    0s host joins
        #2 joined: host as Host
    0s mei joins
        #3 joined: mei as Viewer
    1s host mutes mei for 0.5s
        refused: this value is outside what is allowed
    1s host mutes mei for 31d
        refused: this value is outside what is allowed
    1s host bans mei for 0.5s
        refused: this value is outside what is allowed
    1s host bans mei for 3651d
        refused: this value is outside what is allowed
    1s host mutes mei for 30d
        #4 muted: mei by host until 2592001s
    1s host bans mei for 3650d
        #5 banned: mei by host until 315360001s
        #6 left: mei
    ");
}

//! Danmaku, and the curve by which they may be sent.

use insta::assert_snapshot;

use crate::script::tell;

#[test]
fn three_at_once_then_as_the_curve_refills() {
    assert_snapshot!(tell("
        0s host joins
        0s mei joins
        1s mei flies ha
        1s mei flies haha
        1s mei flies hahaha
        1s mei flies hahahaha
        2.832s mei flies hahahaha
        2.833s mei flies hahahaha
        3s mei flies more
        3s host flies I
        3s host flies may
        3s host flies at
        3s host flies will
        60s mei flies rested
        60s mei flies rested
        60s mei flies rested
        60s mei flies rested
    "), @"
    0s host joins
        #2 joined: host as Host
    0s mei joins
        #3 joined: mei as Viewer
    1s mei flies ha
        #4 mei ~ ha
    1s mei flies haha
        #5 mei ~ haha
    1s mei flies hahaha
        #6 mei ~ hahaha
    1s mei flies hahahaha
        refused: too fast; wait a moment, until 2.833s
    2.832s mei flies hahahaha
        refused: too fast; wait a moment, until 2.833s
    2.833s mei flies hahahaha
        #7 mei ~ hahahaha
    3s mei flies more
        refused: too fast; wait a moment, until 4.666s
    3s host flies I
        #8 host ~ I
    3s host flies may
        #9 host ~ may
    3s host flies at
        #10 host ~ at
    3s host flies will
        #11 host ~ will
    60s mei flies rested
        #12 mei ~ rested
    60s mei flies rested
        #13 mei ~ rested
    60s mei flies rested
        #14 mei ~ rested
    60s mei flies rested
        refused: too fast; wait a moment, until 61.833s
    ");
}

#[test]
fn the_host_sets_the_curve() {
    assert_snapshot!(tell("
        0s host joins
        0s mei joins
        1s host sets danmaku 600 a minute, 0.1s
        2s mei flies 1
        2s mei flies 2
        2s mei flies 3
        2s mei flies 4
        3s host sets danmaku 1 a minute, 600s
        4s mei flies 4
        5s host sets danmaku 0 a minute, 5s
        6s host sets danmaku 601 a minute, 5s
        7s host sets danmaku 60 a minute, 0.099s
    "), @r#"
    0s host joins
        #2 joined: host as Host
    0s mei joins
        #3 joined: mei as Viewer
    1s host sets danmaku 600 a minute, 0.1s
        #4 configured: "An evening" Public, danmaku 600 a minute, 100ms
    2s mei flies 1
        #5 mei ~ 1
    2s mei flies 2
        #6 mei ~ 2
    2s mei flies 3
        #7 mei ~ 3
    2s mei flies 4
        refused: too fast; wait a moment, until 2.149s
    3s host sets danmaku 1 a minute, 600s
        #8 configured: "An evening" Public, danmaku 1 a minute, 600s
    4s mei flies 4
        refused: too fast; wait a moment, until 116.542s
    5s host sets danmaku 0 a minute, 5s
        refused: this value is outside what is allowed
    6s host sets danmaku 601 a minute, 5s
        refused: this value is outside what is allowed
    7s host sets danmaku 60 a minute, 0.099s
        refused: this value is outside what is allowed
    "#);
}

#[test]
fn a_danmaku_is_one_short_line() {
    assert_snapshot!(tell("
        0s mei joins
        1s mei flies two\\nlines
        2s mei flies \u{3164}
    "), @r#"
    0s mei joins
        #2 joined: mei as Viewer
    1s mei flies two\nlines
        refused: the text holds characters that cannot be shown
    2s mei flies \u{3164}
        refused: there is nothing to send
    "#);
    let longest = "弹".repeat(100);
    let transcript = tell(&format!("0s mei joins\n1s mei flies {longest}\n2s mei flies {longest}幕"));
    assert!(transcript.ends_with("    refused: at most 100 characters\n"), "{transcript}");
    assert!(transcript.contains("#3 mei ~ "));
}

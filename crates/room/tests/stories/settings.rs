//! What the host sets.

use insta::assert_snapshot;

use crate::script::tell;

#[test]
fn what_is_not_named_stays() {
    assert_snapshot!(tell("
        0s host joins
        0s mei joins
        1s host sets title A late evening
        2s host sets door by-key
        3s host sets door by-key
        4s host sets nothing
        5s mei sets title Mine
        6s restart
        7s look
    "), @r#"
    0s host joins
        #2 joined: host as Host
    0s mei joins
        #3 joined: mei as Viewer
    1s host sets title A late evening
        #4 configured: "A late evening" Public, danmaku 60 a minute, 5s
    2s host sets door by-key
        #5 configured: "A late evening" ByKey, danmaku 60 a minute, 5s
    3s host sets door by-key
        nothing to do
    4s host sets nothing
        nothing to do
    5s mei sets title Mine
        refused: your role does not allow this (Configure)
    6s restart
        #6 opened
    7s look
        "A late evening" ByKey, slow 0ns, danmaku 60 a minute, 5s
        0 present, 0 likes, live: off
        here: nobody
    "#);
}

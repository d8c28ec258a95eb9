//! Chat, and slow mode.

use insta::assert_snapshot;

use crate::script::tell;

#[test]
fn people_talk_and_answer_each_other() {
    assert_snapshot!(tell("
        0s host joins
        1s mei joins
        2s host says hello  all
        3s mei says re #4 to host,mei,host,stranger good evening\\nhost
        4s mei says re #2 hm
        5s mei says re #99 hm
        6s host deletes #4
        7s mei says re #4 too late
    "), @r#"
    0s host joins
        #2 joined: host as Host
    1s mei joins
        #3 joined: mei as Viewer
    2s host says hello  all
        #4 host: hello  all
    3s mei says re #4 to host,mei,host,stranger good evening\nhost
        #5 mei (re #4) @host @mei: good evening\nhost
    4s mei says re #2 hm
        refused: there is no such message
    5s mei says re #99 hm
        refused: there is no such message
    6s host deletes #4
        #6 deleted: #4 of host by host
    7s mei says re #4 too late
        refused: there is no such message
    "#);
}

#[test]
fn who_is_not_here_or_says_nothing_is_refused() {
    assert_snapshot!(tell("
        0s mei says hello
        1s mei joins
        2s mei says \u{200B} \u{200B}
        3s mei says \u{202E}olleh
        4s mei says 1\\n2\\n3\\n4\\n5\\n6\\n7\\n8\\n9\\n10
        5s mei says 1\\n2\\n3\\n4\\n5\\n6\\n7\\n8\\n9\\n10\\n11
        6s mei says to a,b,c,d,e,f,g,h,i,j,k too many
    "), @r#"
    0s mei says hello
        refused: enter the room with a name first
    1s mei joins
        #2 joined: mei as Viewer
    2s mei says \u{200b} \u{200b}
        refused: there is nothing to send
    3s mei says \u{202e}olleh
        refused: the text holds characters that cannot be shown
    4s mei says 1\n2\n3\n4\n5\n6\n7\n8\n9\n10
        #3 mei: 1\n2\n3\n4\n5\n6\n7\n8\n9\n10
    5s mei says 1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11
        refused: the text holds characters that cannot be shown
    6s mei says to a,b,c,d,e,f,g,h,i,j,k too many
        refused: this value is outside what is allowed
    "#);
    let longest = "字".repeat(500);
    let transcript = tell(&format!("0s mei joins\n1s mei says {longest}\n2s mei says {longest}字"));
    assert!(transcript.ends_with("    refused: at most 500 characters\n"), "{transcript}");
    assert_eq!(transcript.matches("#3 mei: ").count(), 1);
}

#[test]
fn the_same_key_is_the_same_message_even_after_a_restart() {
    assert_snapshot!(tell("
        0s mei joins
        0s tom joins
        1s mei says key 7 once
        2s mei says key 7 once
        3s tom says key 7 a key is one person's
        4s restart
        5s mei says key 7 once
        6s mei joins
        7s host mutes mei for 60s
        8s mei says key 7 once
        9s mei says key 8 twice
    "), @"
    0s mei joins
        #2 joined: mei as Viewer
    0s tom joins
        #3 joined: tom as Viewer
    1s mei says key 7 once
        #4 mei: once
    2s mei says key 7 once
        already #4
    3s tom says key 7 a key is one person's
        #5 tom: a key is one person's
    4s restart
        #6 opened
    5s mei says key 7 once
        already #4
    6s mei joins
        #7 joined: mei as Viewer
    7s host mutes mei for 60s
        #8 muted: mei by host until 67s
    8s mei says key 7 once
        already #4
    9s mei says key 8 twice
        refused: you are muted, until 67s
    ");
}

#[test]
fn a_flood_is_refused_without_slow_mode_too() {
    assert_snapshot!(tell("
        0s mei joins
        0s host joins
        1s mei says 1
        1s mei says 2
        1s mei says 3
        1s mei says 4
        1s mei says 5
        1s mei says 6
        1.999s mei says 6
        2s mei says 6
        2s mei says 7
        2s host says 1
        2s host says 2
        2s host says 3
        2s host says 4
        2s host says 5
        2s host says 6
    "), @"
    0s mei joins
        #2 joined: mei as Viewer
    0s host joins
        #3 joined: host as Host
    1s mei says 1
        #4 mei: 1
    1s mei says 2
        #5 mei: 2
    1s mei says 3
        #6 mei: 3
    1s mei says 4
        #7 mei: 4
    1s mei says 5
        #8 mei: 5
    1s mei says 6
        refused: too fast; wait a moment, until 2s
    1.999s mei says 6
        refused: too fast; wait a moment, until 2s
    2s mei says 6
        #9 mei: 6
    2s mei says 7
        refused: too fast; wait a moment, until 3s
    2s host says 1
        #10 host: 1
    2s host says 2
        #11 host: 2
    2s host says 3
        #12 host: 3
    2s host says 4
        #13 host: 4
    2s host says 5
        #14 host: 5
    2s host says 6
        #15 host: 6
    ");
}

#[test]
fn slow_mode_holds_for_all_below_staff_and_for_danmaku_too() {
    assert_snapshot!(tell("
        0s host joins
        0s mei joins
        0s host slows to 30s
        1s host slows to 30s
        2s mei says one
        3s mei says two
        4s mei flies two
        5s host says I may
        6s host says always
        20s mei leaves
        30.5s mei joins
        31.999s mei says two
        32s mei flies two
        33s host slows to 0s
        34s mei says three
        35s host slows to 601s
        36s mei slows to 1s
    "), @"
    0s host joins
        #2 joined: host as Host
    0s mei joins
        #3 joined: mei as Viewer
    0s host slows to 30s
        #4 slow mode: 30s by host
    1s host slows to 30s
        nothing to do
    2s mei says one
        #5 mei: one
    3s mei says two
        refused: too fast; wait a moment, until 32s
    4s mei flies two
        refused: too fast; wait a moment, until 32s
    5s host says I may
        #6 host: I may
    6s host says always
        #7 host: always
    20s mei leaves
      30s #8 left: mei
    30.5s mei joins
        #9 joined: mei as Viewer
    31.999s mei says two
        refused: too fast; wait a moment, until 32s
    32s mei flies two
        #10 mei ~ two
    33s host slows to 0s
        #11 slow mode: 0ns by host
    34s mei says three
        #12 mei: three
    35s host slows to 601s
        refused: this value is outside what is allowed
    36s mei slows to 1s
        refused: your role does not allow this (SlowMode)
    ");
}

#[test]
fn own_messages_are_deleted_by_anybody_and_others_by_staff() {
    assert_snapshot!(tell("
        0s host joins
        0s mei joins
        0s tom joins as guest
        0s ann joins
        0s host appoints ann
        1s mei says mine
        1s host flies ours
        2s tom deletes #7
        3s mei deletes #7
        4s mei deletes #7
        5s ann deletes #7
        6s tom deletes #7
        7s ann deletes #8
        8s ann deletes #1
        9s ann deletes #99
    "), @"
    0s host joins
        #2 joined: host as Host
    0s mei joins
        #3 joined: mei as Viewer
    0s tom joins as guest
        #4 joined: tom as Guest
    0s ann joins
        #5 joined: ann as Viewer
    0s host appoints ann
        #6 appointed: ann
    1s mei says mine
        #7 mei: mine
    1s host flies ours
        #8 host ~ ours
    2s tom deletes #7
        refused: your role does not allow this (DeleteAny)
    3s mei deletes #7
        #9 deleted: #7 of mei by mei
    4s mei deletes #7
        already #9
    5s ann deletes #7
        already #9
    6s tom deletes #7
        refused: your role does not allow this (DeleteAny)
    7s ann deletes #8
        #10 deleted: #8 of host by ann
    8s ann deletes #1
        refused: there is no such message
    9s ann deletes #99
        refused: there is no such message
    ");
}

#[test]
fn a_message_is_forgotten_after_a_thousand_others() {
    let talk: String = (0..1_001).map(|n| format!("{n}s host says {n}\n")).collect();
    let transcript = tell(&format!("0s host joins\n{talk} 2000s host deletes #3\n 2000s host deletes #4"));
    let end =
        "host deletes #3\n    refused: there is no such message\n2000s host deletes #4\n    #1004 deleted";
    assert!(transcript.contains(end), "{}", &transcript[transcript.len() - 300..]);
}

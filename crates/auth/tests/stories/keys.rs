//! Room keys, stream keys and the setup link, told as stories.

use crate::house::{at, from, here, house, line, name, secret, slug, visit};
use auth::{Accounts, RoomWish, Secret};
use model::RoomId;
use store::SetupState;

fn wish(raw: &str) -> RoomWish {
    RoomWish { slug: slug(raw), title: "晚上好".to_owned() }
}

/// A room with a host, its id and its first stream key.
async fn founded(accounts: &Accounts, raw: &str) -> (RoomId, Secret) {
    let (name, password) = (name(&format!("host {raw}")), secret("correct horse"));
    let host = accounts.register(None, &name, &password, here(), at(0)).await.expect("an account");
    let founded = accounts.found_room(host.person.id, wish(raw), at(0)).await.expect("a room");
    (founded.room.id, founded.stream_key)
}

/// The setup link works once, for the first host; then there is none any more.
#[tokio::test]
async fn the_setup_link_works_once() {
    let house = house().await;
    let accounts = &house.accounts;
    assert_eq!(accounts.setup_state().await.expect("an answer"), SetupState::Needed);
    let old = accounts.offer_setup(at(0)).await.expect("an answer").expect("a token");
    let token = accounts.offer_setup(at(1)).await.expect("an answer").expect("a token");
    let password = secret("correct horse");
    let complete = async |token: &Secret, wish| {
        accounts.complete_setup(None, token, &name("Ada"), &password, wish, at(2)).await
    };
    let mut blank = wish("evening");
    blank.title = "  ".to_owned();
    let transcript = [
        line(complete(&old, wish("evening")).await),
        line(complete(&secret(""), wish("evening")).await),
        line(complete(&token, blank).await),
    ];
    let invalid = "this setup link is not valid; use the link livehouse printed when it started last";
    assert_eq!(transcript, [invalid, invalid, "a room's title has 1 to 80 characters on one line"]);

    let (host, founded) = complete(&token, wish("evening")).await.expect("set up");
    assert_eq!(founded.room.host, host.person.id);
    assert_eq!(visit(accounts, &host.token, at(3)).await.person, Some(host.person));
    assert!(accounts.is_stream_key(founded.room.id, founded.stream_key.expose()).await.expect("an answer"));
    assert_eq!(line(complete(&token, wish("morning")).await), invalid);
    assert!(accounts.offer_setup(at(4)).await.expect("an answer").is_none());
    assert_eq!(accounts.setup_state().await.expect("an answer"), SetupState::Done);
}

/// A stream key is its own room's only, and only until the next.
#[tokio::test]
async fn stream_keys() {
    let house = house().await;
    let accounts = &house.accounts;
    let (one, first) = founded(accounts, "one").await;
    let (two, _) = founded(accounts, "two").await;
    let opens = async |room, key: &str| accounts.is_stream_key(room, key).await.expect("an answer");
    assert!(opens(one, first.expose()).await);
    assert!(!opens(two, first.expose()).await);
    assert!(!opens(RoomId(999), first.expose()).await);
    assert!(!opens(one, "").await);
    assert_eq!(accounts.room_of_stream_key(first.expose()).await.expect("an answer"), Some(one));
    let second = accounts.new_stream_key(one).await.expect("a key");
    assert!(opens(one, second.expose()).await);
    assert!(!opens(one, first.expose()).await);
    assert_eq!(accounts.room_of_stream_key(first.expose()).await.expect("an answer"), None);
}

/// A door opens to its password and to its link, stays open to who has passed it, also when they sign in, and closes
/// to those whose key was changed.
#[tokio::test]
async fn doors() {
    let house = house().await;
    let accounts = &house.accounts;
    let (den, _) = founded(accounts, "den").await;
    let (other, _) = founded(accounts, "other").await;
    let knock = async |key: &Secret| accounts.knock(den, None, key, here(), at(1)).await;
    assert_eq!(line(knock(&secret("")).await), "this is not the key to this room", "a door without keys");

    accounts.set_door_password(den, Some(&secret("芝麻开门"))).await.expect("set");
    let link = accounts.new_door_link(den).await.expect("a link");
    let by_password = knock(&secret("芝麻开门")).await.expect("right").token.expect("a session");
    let by_link = knock(&link).await.expect("right").token.expect("a session");
    assert_eq!(line(knock(&secret("芝麻关门")).await), "this is not the key to this room");
    assert_eq!(
        line(accounts.set_door_password(den, Some(&secret("123"))).await),
        "a password has at least 4 characters"
    );

    let entered = async |token: &Secret, room| {
        let session = visit(accounts, token, at(2)).await;
        accounts.has_entry(room, &session).await.expect("an answer")
    };
    assert!(entered(&by_password, den).await && entered(&by_link, den).await);
    assert!(!entered(&by_link, other).await);

    // Who has passed says who they are, and is still inside.
    let anonymous = visit(accounts, &by_link, at(2)).await;
    assert_eq!(anonymous.person, None);
    let mei = accounts.guest(Some(&anonymous), &name("梅"), at(3)).await.expect("a guest");
    assert!(entered(&mei.token, den).await);
    // And who has a session already gets no other.
    let session = visit(accounts, &mei.token, at(3)).await;
    let again = accounts.knock(den, Some(&session), &secret("芝麻开门"), here(), at(3)).await.expect("right");
    assert!(again.token.is_none());

    accounts.set_door_password(den, None).await.expect("taken away");
    assert!(!entered(&by_password, den).await);
    assert!(entered(&mei.token, den).await, "the link still holds");
    accounts.new_door_link(den).await.expect("a link");
    assert!(!entered(&mei.token, den).await);
    assert!(!accounts.is_door_key(den, &link, here(), at(4)).await.expect("an answer"));
}

/// Guesses at a door's password are slowed down, for the guesser; the link's owner and others are not.
#[tokio::test]
async fn guesses_at_a_door() {
    let house = house().await;
    let accounts = &house.accounts;
    let (den, _) = founded(accounts, "den").await;
    accounts.set_door_password(den, Some(&secret("1234"))).await.expect("set");
    let link = accounts.new_door_link(den).await.expect("a link");
    for n in 0..20 {
        let guess = secret(&format!("guess {n}"));
        assert!(!accounts.is_door_key(den, &guess, here(), at(0)).await.expect("an answer"));
    }
    let elsewhere = from("198.51.100.7");
    let transcript = [
        line(accounts.is_door_key(den, &secret("1234"), here(), at(0)).await),
        line(accounts.knock(den, None, &secret("1234"), here(), at(0)).await),
        line(accounts.knock(den, None, &link, here(), at(0)).await),
        line(accounts.knock(den, None, &secret("1234"), elsewhere, at(0)).await),
        line(accounts.knock(den, None, &secret("1234"), here(), at(1)).await),
    ];
    assert_eq!(transcript, ["wait until 1s", "wait until 1s", "ok", "ok", "ok"]);
}

/// Whoever reads the database's files finds no secret that opens anything.
#[tokio::test]
async fn no_secret_is_kept() {
    let house = house().await;
    let accounts = &house.accounts;
    let token = accounts.offer_setup(at(0)).await.expect("an answer").expect("a token");
    let password = secret("correct horse battery");
    let set_up = accounts.complete_setup(None, &token, &name("Ada"), &password, wish("den"), at(0)).await;
    let (host, founded) = set_up.expect("set up");
    let den = founded.room.id;
    accounts.set_door_password(den, Some(&secret("open sesame now"))).await.expect("set");
    let link = accounts.new_door_link(den).await.expect("a link");
    let second = accounts.new_stream_key(den).await.expect("a key");
    let entry =
        accounts.knock(den, None, &link, here(), at(1)).await.expect("right").token.expect("a session");
    house.store.close().await;

    let mut kept = Vec::new();
    for file in house.database.parent().expect("a folder").read_dir().expect("it can be listed") {
        kept.extend(std::fs::read(file.expect("a file").path()).expect("it can be read"));
    }
    let holds = |needle: &str| kept.windows(needle.len()).any(|window| window == needle.as_bytes());
    assert!(holds("Ada") && holds("$argon2id$"), "the files that were read are the database");
    for secret in [&token, &password, &host.token, &founded.stream_key, &second, &link, &entry] {
        assert!(!holds(secret.expose()), "kept in the clear: {}", secret.expose());
    }
    assert!(!holds("open sesame now"));
}

//! Words that would be commands if any of them ever reached the database as SQL.

use ::room::{Entry, Event, Speech, Title};
use model::{ClientKey, Nickname, Role, Seq};

use super::{Bench, account, at, host_and_room, new_room, token};
use crate::{NewAccount, NewSession, PasswordHash};

/// Shapes that scanners try: each ends a string, a statement or a comment in some dialect.
const CORPUS: [&str; 26] = [
    "'",
    "''",
    "\"",
    "`",
    "\\",
    "\\'",
    ";",
    "--",
    "/*",
    "' OR '1'='1",
    "' OR 1=1 --",
    "\" OR \"\"=\"",
    "') OR ('1'='1",
    "'; DROP TABLE people;--",
    "1; DELETE FROM log",
    "' UNION SELECT 1,2,3--",
    "'||(SELECT 1)||'",
    "$1",
    "?1",
    "{0} %s %27 %00",
    "$$; SELECT 1; $$",
    "E'\\x27'",
    "x' AND sleep(9)='",
    "';SELECT pg_sleep(9)--",
    "ʼ OR 1=1",
    "＇ OR １=１",
];

/// Every text field keeps such words as the words they are, and nothing else changes.
pub async fn words_stay_words(bench: &dyn Bench) {
    let store = bench.open().await.unwrap();
    let (host, room) = host_and_room(&*store, "evening", 1).await;
    let mut seq = Seq(0);
    for (n, words) in CORPUS.iter().enumerate() {
        let n = u8::try_from(n).unwrap();
        let guest_name = Nickname::parse(words).unwrap();
        let guest = store.add_guest(&guest_name, at(0)).await.unwrap();
        assert_eq!(store.person(guest.id).await.unwrap().unwrap().name, guest_name);

        let password = PasswordHash((*words).to_owned());
        let new = NewAccount { name: guest_name.clone(), password: password.clone() };
        let member = store.register(None, &new, at(0)).await.unwrap();
        let found = store.account_by_name(&guest_name).await.unwrap().unwrap();
        assert_eq!((found.person.id, found.password), (member.id, password.clone()));
        assert_eq!(store.rename(member.id, &guest_name).await.unwrap().name, guest_name);
        let session = NewSession { token: token(n), who: Some(member.id), created: at(0), expires: at(9) };
        assert!(store.open_session(&session, Some(&password), None).await.unwrap());
        let wrong = PasswordHash("' OR '1'='1".to_owned() + words);
        let other = NewSession { token: token(100 + n), ..session };
        assert!(!store.open_session(&other, Some(&wrong), None).await.unwrap());
        assert!(!store.change_password(member.id, &wrong, &password, None).await.unwrap());

        let mut wanted = new_room(&format!("room-{n}"), 200 + n);
        wanted.title = Title::parse(words).unwrap();
        let made = store.found_room(host, &wanted, at(0)).await.unwrap();
        assert_eq!(store.room(made.id).await.unwrap().unwrap().title, wanted.title);
        store.set_door_password(made.id, Some(&password)).await.unwrap();
        assert_eq!(store.door(made.id).await.unwrap().password, Some(password));

        let text = format!("{words}\0{words}\u{1F600}");
        let entry = said(seq.next(), guest_name, text);
        store.append(room.id, std::slice::from_ref(&entry)).await.unwrap();
        assert_eq!(store.range(room.id, seq, 9).await.unwrap(), [entry]);
        seq = seq.next();
    }
    assert_eq!(store.last(room.id).await.unwrap(), seq);
    let messages = store.messages_before(room.id, seq.next(), 1_000).await.unwrap();
    assert_eq!(messages.entries.len(), CORPUS.len());
    assert_eq!(store.rooms_of(host).await.unwrap().len(), CORPUS.len() + 1);
    // Nobody else's account was touched.
    let intact = store.register(None, &account("host of evening", "x"), at(9)).await.unwrap_err();
    assert_eq!(intact.conflict(), Some(crate::Conflict::NameTaken));
    assert_eq!(store.account(host).await.unwrap().unwrap().password, PasswordHash("hash".to_owned()));
}

fn said(seq: Seq, name: Nickname, text: String) -> Entry {
    let speech = Speech::Chat { text, reply_to: None, mentions: Vec::new() };
    let by = model::ParticipantId(1);
    let event = Event::Said { by, name, role: Role::Guest, key: ClientKey(seq.0), speech };
    Entry { seq, at: at(seq.0), event }
}

//! Sessions.

use model::ParticipantId;

use super::{Bench, account, at, hash, host_and_room, line, name, token};
use crate::{Conflict, DoorKey, NewSession};

fn session(n: u8, who: Option<ParticipantId>) -> NewSession {
    NewSession { token: token(n), who, created: at(0), expires: at(100) }
}

/// A session holds until its end, or until it is prolonged, closed or forgotten.
pub async fn sessions_live_and_end(bench: &dyn Bench) {
    let store = bench.open().await.unwrap();
    let mei = store.add_guest(&name("梅"), at(0)).await.unwrap();
    assert!(store.open_session(&session(1, Some(mei.id)), None, None).await.unwrap());
    assert!(store.open_session(&session(2, None), None, None).await.unwrap());

    let found = store.session(&token(1), at(99)).await.unwrap().unwrap();
    assert_eq!(
        (found.person, found.created, found.seen, found.expires),
        (Some(mei.clone()), at(0), at(0), at(100))
    );
    assert_eq!(store.session(&token(2), at(99)).await.unwrap().unwrap().person, None);
    assert_eq!(store.session(&token(1), at(100)).await.unwrap(), None);
    assert_eq!(store.session(&token(9), at(0)).await.unwrap(), None);

    store.touch_session(&token(1), at(50), at(150)).await.unwrap();
    store.touch_session(&token(9), at(50), at(150)).await.unwrap();
    let found = store.session(&token(1), at(149)).await.unwrap().unwrap();
    assert_eq!((found.seen, found.expires), (at(50), at(150)));

    assert_eq!(store.expire_sessions(at(99)).await.unwrap(), 0);
    assert_eq!(store.expire_sessions(at(100)).await.unwrap(), 1);
    assert_eq!(store.session(&token(2), at(0)).await.unwrap(), None);

    store.open_session(&session(3, Some(mei.id)), None, None).await.unwrap();
    store.open_session(&session(4, Some(mei.id)), None, None).await.unwrap();
    assert_eq!(store.close_sessions_of(mei.id, Some(&token(3))).await.unwrap(), 2);
    store.close_session(&token(3)).await.unwrap();
    store.close_session(&token(3)).await.unwrap();
    assert_eq!(store.close_sessions_of(mei.id, None).await.unwrap(), 0);

    store.open_session(&session(5, None), None, None).await.unwrap();
    let transcript = [
        line(store.open_session(&session(5, None), None, None).await),
        line(store.open_session(&session(6, Some(ParticipantId(999))), None, None).await),
        line(store.session(&token(6), at(0)).await),
    ];
    assert_eq!(
        transcript,
        ["refused: this secret is in use; draw another", "refused: there is no such person", "None"]
    );
}

/// Signing in replaces the browser's session, and the new one has passed the doors of the old one.
pub async fn a_session_hands_on_its_doors(bench: &dyn Bench) {
    let store = bench.open().await.unwrap();
    let (_, room) = host_and_room(&*store, "den", 200).await;
    let mei = store.add_guest(&name("梅"), at(0)).await.unwrap();
    store.open_session(&session(1, None), None, None).await.unwrap();
    store.set_door_link(room.id, Some(&token(50))).await.unwrap();
    assert!(store.grant_entry(room.id, &token(1), &DoorKey::Link(token(50)), at(1)).await.unwrap());
    store.open_session(&session(2, Some(mei.id)), None, Some(&token(1))).await.unwrap();
    assert_eq!(store.session(&token(1), at(2)).await.unwrap(), None);
    assert!(!store.has_entry(room.id, &token(1)).await.unwrap());
    assert!(store.has_entry(room.id, &token(2)).await.unwrap());
    // An old session that is gone already is no reason to refuse.
    assert!(store.open_session(&session(3, None), None, Some(&token(9))).await.unwrap());
}

/// Whoever proved themselves with a password that was changed in the meantime gets no session.
pub async fn an_old_password_opens_nothing(bench: &dyn Bench) {
    let store = bench.open().await.unwrap();
    let ada = store.register(None, &account("Ada", "old"), at(0)).await.unwrap();
    let who = Some(ada.id);
    store.open_session(&session(1, None), None, None).await.unwrap();
    assert!(store.open_session(&session(2, who), Some(&hash("old")), None).await.unwrap());
    store.change_password(ada.id, &hash("old"), &hash("new"), None).await.unwrap();
    assert!(!store.open_session(&session(3, who), Some(&hash("old")), Some(&token(1))).await.unwrap());
    assert_eq!(store.session(&token(3), at(1)).await.unwrap(), None);
    assert!(store.session(&token(1), at(1)).await.unwrap().is_some(), "what was refused closed nothing");
    assert!(store.open_session(&session(3, who), Some(&hash("new")), None).await.unwrap());
    let again = store.open_session(&session(3, who), Some(&hash("new")), None).await.unwrap_err();
    assert_eq!(again.conflict(), Some(Conflict::SecretInUse));
}

//! Doors.

use model::RoomId;

use super::{Bench, at, hash, host_and_room, line, token};
use crate::{Door, DoorKey, NewSession};

/// A door has a password, a link, both or neither; changing one sends out those who came in with it.
pub async fn doors_and_who_passed(bench: &dyn Bench) {
    let store = bench.open().await.unwrap();
    let (_, den) = host_and_room(&*store, "den", 200).await;
    let (_, attic) = host_and_room(&*store, "attic", 201).await;
    assert_eq!(store.door(den.id).await.unwrap(), Door::default());
    store.set_door_password(den.id, Some(&hash("$argon2id$"))).await.unwrap();
    store.set_door_link(den.id, Some(&token(50))).await.unwrap();
    let door = store.door(den.id).await.unwrap();
    assert_eq!(door, Door { password: Some(hash("$argon2id$")), link: Some(token(50)) });
    assert_eq!(store.door(attic.id).await.unwrap(), Door::default());

    for n in 1..=4 {
        let session = NewSession { token: token(n), who: None, created: at(0), expires: at(100) };
        store.open_session(&session, None, None).await.unwrap();
    }
    store.set_door_password(attic.id, Some(&hash("another"))).await.unwrap();
    let password = |raw| DoorKey::Password(hash(raw));
    for (room, session, with, granted) in [
        (den.id, 1, password("$argon2id$"), true),
        (den.id, 1, password("$argon2id$"), true),
        (den.id, 2, DoorKey::Link(token(50)), true),
        (den.id, 3, password("$argon2id$"), true),
        (den.id, 3, DoorKey::Link(token(50)), true),
        (den.id, 4, password("another"), false),
        (den.id, 4, DoorKey::Link(token(51)), false),
        (attic.id, 4, DoorKey::Link(token(50)), false),
        (RoomId(999), 4, password("$argon2id$"), false),
        (attic.id, 1, password("another"), true),
    ] {
        assert_eq!(store.grant_entry(room, &token(session), &with, at(1)).await.unwrap(), granted);
    }
    let inside = async || {
        let mut inside = Vec::new();
        for n in 1..=4 {
            if store.has_entry(den.id, &token(n)).await.unwrap() {
                inside.push(n);
            }
        }
        inside
    };
    assert_eq!(inside().await, [1, 2, 3]);
    store.set_door_password(den.id, None).await.unwrap();
    assert_eq!(inside().await, [2, 3]);
    store.set_door_link(den.id, Some(&token(51))).await.unwrap();
    assert_eq!(inside().await, [0u8; 0]);
    assert!(store.has_entry(attic.id, &token(1)).await.unwrap(), "another room's door is another door");
    store.close_session(&token(1)).await.unwrap();
    assert!(!store.has_entry(attic.id, &token(1)).await.unwrap());

    let transcript = [
        line(store.grant_entry(den.id, &token(9), &DoorKey::Link(token(51)), at(3)).await),
        line(store.set_door_password(RoomId(999), None).await),
        line(store.set_door_link(RoomId(999), None).await),
    ];
    assert_eq!(
        transcript,
        [
            "refused: there is no such session; sign in again",
            "refused: there is no such room",
            "refused: there is no such room",
        ]
    );
}

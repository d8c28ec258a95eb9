//! Rooms.

use ::room::{Access, DanmakuCurve, Entry, Event};
use model::{ParticipantId, Role, RoomId, Seq};

use super::{Bench, account, at, host_and_room, line, name, new_room, slug, title};

/// A room is found by its id, its address and its people.
pub async fn rooms_are_founded_and_found(bench: &dyn Bench) {
    let store = bench.open().await.unwrap();
    let ada = store.register(None, &account("Ada", "h"), at(0)).await.unwrap();
    let wanted = new_room("evening", 1);
    let room = store.found_room(ada.id, &wanted, at(7)).await.unwrap();
    assert_eq!((room.slug.clone(), room.epoch, room.host), (wanted.slug, wanted.epoch, ada.id));
    assert_eq!((room.host_name.clone(), room.founded), (name("Ada"), at(7)));
    assert_eq!((room.founding_title.clone(), room.founding_access), (wanted.title.clone(), wanted.access));
    assert_eq!(room.founding_danmaku, wanted.danmaku);
    assert_eq!((room.title.clone(), room.access), (wanted.title, wanted.access));
    assert_eq!(store.room(room.id).await.unwrap(), Some(room.clone()));
    assert_eq!(store.room_by_slug(&slug("evening")).await.unwrap(), Some(room.clone()));
    assert_eq!(store.rooms_of(ada.id).await.unwrap(), [(room.clone(), Role::Host)]);

    let mut other = new_room("morning", 2);
    other.access = Access::ByKey;
    let other = store.found_room(ada.id, &other, at(8)).await.unwrap();
    assert_eq!(other.access, Access::ByKey);
    assert_eq!(store.public_rooms(10).await.unwrap(), std::slice::from_ref(&room));
    let noon = store.found_room(ada.id, &new_room("noon", 3), at(9)).await.unwrap();
    assert_eq!(store.public_rooms(10).await.unwrap(), [noon.clone(), room.clone()]);
    assert_eq!(store.public_rooms(1).await.unwrap(), [noon]);

    store.rename(ada.id, &name("Ada L")).await.unwrap();
    assert_eq!(store.room(room.id).await.unwrap().unwrap().host_name, name("Ada L"));
    let transcript = [
        line(store.found_room(ada.id, &new_room("evening", 4), at(9)).await),
        line(store.found_room(ada.id, &new_room("night", 1), at(9)).await),
        line(store.found_room(ParticipantId(999), &new_room("night", 5), at(9)).await),
        line(store.room_by_slug(&slug("night")).await),
        line(store.room(RoomId(999)).await),
    ];
    assert_eq!(
        transcript,
        [
            "refused: a room with this address exists; choose another address",
            "refused: this secret is in use; draw another",
            "refused: there is no such person",
            "None",
            "None",
        ]
    );
}

/// Title, door and moderators are what the log says, and change with it or not at all.
pub async fn rooms_follow_their_logs(bench: &dyn Bench) {
    let store = bench.open().await.unwrap();
    let (host, room) = host_and_room(&*store, "evening", 1).await;
    let mei = store.add_guest(&name("梅"), at(0)).await.unwrap();
    let appoint = |seq, whom, moderator| Entry {
        seq: Seq(seq),
        at: at(seq),
        event: Event::Appointed { by: host, whom, name: name("梅"), moderator },
    };
    let configure = |seq, text, access| Entry {
        seq: Seq(seq),
        at: at(seq),
        event: Event::Configured { by: host, title: title(text), access, danmaku: DanmakuCurve::default() },
    };
    let roles = async |who| {
        let rooms = store.rooms_of(who).await.unwrap();
        rooms.into_iter().map(|(room, role)| (room.id, role)).collect::<Vec<_>>()
    };

    store.append(room.id, &[appoint(1, mei.id, true)]).await.unwrap();
    assert_eq!(roles(mei.id).await, [(room.id, Role::Moderator)]);
    store.append(room.id, &[appoint(2, mei.id, true)]).await.unwrap();
    store.append(room.id, &[appoint(3, mei.id, false), appoint(4, mei.id, true)]).await.unwrap();
    assert_eq!(roles(mei.id).await, [(room.id, Role::Moderator)]);
    store.append(room.id, &[appoint(5, mei.id, true), appoint(6, mei.id, false)]).await.unwrap();
    assert_eq!(roles(mei.id).await, []);
    assert_eq!(roles(host).await, [(room.id, Role::Host)]);

    let both = [configure(7, "one", Access::Public), configure(8, "two", Access::Unlisted)];
    store.append(room.id, &both).await.unwrap();
    let now = store.room(room.id).await.unwrap().unwrap();
    assert_eq!((now.title, now.access), (title("two"), Access::Unlisted));
    assert_eq!((now.founding_title, now.founding_access), (title("晚上好"), Access::Public));
    assert_eq!(store.public_rooms(10).await.unwrap(), []);

    // What is refused changes nothing beside the log either.
    let gap = [configure(10, "three", Access::Public), appoint(11, mei.id, true)];
    store.append(room.id, &gap).await.unwrap_err();
    assert_eq!(store.room(room.id).await.unwrap().unwrap().title, title("two"));
    assert_eq!(roles(mei.id).await, []);
}

//! The first run.

use tokio::task::JoinSet;

use super::{Bench, account, at, line, name, new_room, slug, token};
use crate::{Conflict, FirstRun, SetupState};

/// The link that was offered last works once, however many use it at the same moment.
pub async fn set_up_once(bench: &dyn Bench) {
    const MANY: u8 = 12;
    let store = bench.open().await.unwrap();
    assert_eq!(store.setup_state().await.unwrap(), SetupState::Needed);
    assert_eq!(store.setup_token().await.unwrap(), None);
    assert_eq!(store.offer_setup(&token(1), at(0)).await.unwrap(), SetupState::Needed);
    assert_eq!(store.offer_setup(&token(2), at(1)).await.unwrap(), SetupState::Needed);
    assert_eq!(store.setup_token().await.unwrap(), Some(token(2)));

    let first = |n: u8| FirstRun {
        account: account(&format!("Host {n}"), "h"),
        room: new_room(&format!("room-{n}"), 100 + n),
    };
    let early = store.complete_setup(&token(1), &first(0), at(2)).await.unwrap_err();
    assert_eq!(early.conflict(), Some(Conflict::SetupRefused));

    let mut tries = JoinSet::new();
    for n in 0..MANY {
        let (store, first) = (store.clone(), first(n));
        tries.spawn(async move { store.complete_setup(&token(2), &first, at(3)).await });
    }
    let outcomes = tries.join_all().await;
    let won: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()).collect();
    assert_eq!(won.len(), 1);
    let refused = |error: &crate::StoreError| error.conflict() == Some(Conflict::SetupRefused);
    assert_eq!(outcomes.iter().filter(|o| o.as_ref().is_err_and(refused)).count(), usize::from(MANY) - 1);

    let (host, room) = (&won[0].host, &won[0].room);
    assert!(host.registered);
    assert_eq!((room.host, room.host_name.clone()), (host.id, host.name.clone()));
    assert_eq!(store.public_rooms(10).await.unwrap(), std::slice::from_ref(room));
    assert_eq!(store.setup_state().await.unwrap(), SetupState::Done);
    assert_eq!(store.setup_token().await.unwrap(), None);
    assert_eq!(store.offer_setup(&token(3), at(4)).await.unwrap(), SetupState::Done);
    let transcript = [
        line(store.complete_setup(&token(2), &first(50), at(5)).await),
        line(store.complete_setup(&token(3), &first(51), at(5)).await),
    ];
    let used = "refused: this setup link has been used or replaced; start livehouse again for a new one";
    assert_eq!(transcript, [used, used]);
}

/// A setup that cannot be finished leaves neither a host nor a used link behind.
pub async fn a_failed_setup_leaves_nothing(bench: &dyn Bench) {
    let store = bench.open().await.unwrap();
    let ada = store.register(None, &account("Ada", "h"), at(0)).await.unwrap();
    store.found_room(ada.id, &new_room("evening", 1), at(0)).await.unwrap();
    store.offer_setup(&token(9), at(0)).await.unwrap();
    let taken_slug = FirstRun { account: account("Bo", "h"), room: new_room("evening", 2) };
    let taken_name = FirstRun { account: account("ADA", "h"), room: new_room("noon", 2) };
    let slug_error = store.complete_setup(&token(9), &taken_slug, at(1)).await.unwrap_err();
    let name_error = store.complete_setup(&token(9), &taken_name, at(1)).await.unwrap_err();
    assert_eq!(slug_error.conflict(), Some(Conflict::SlugTaken));
    assert_eq!(name_error.conflict(), Some(Conflict::NameTaken));
    assert_eq!(store.account_by_name(&name("Bo")).await.unwrap(), None);
    assert_eq!(store.room_by_slug(&slug("noon")).await.unwrap(), None);
    assert_eq!(store.setup_state().await.unwrap(), SetupState::Needed);
    let good = FirstRun { account: account("Bo", "h"), room: new_room("noon", 2) };
    store.complete_setup(&token(9), &good, at(2)).await.unwrap();
}

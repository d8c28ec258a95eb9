//! People.

use model::ParticipantId;
use tokio::task::JoinSet;

use super::{Bench, account, at, hash, line, name, token};
use crate::{Conflict, NewSession};

/// Guests share names, accounts do not; a guest who registers stays who they are.
pub async fn guests_and_accounts(bench: &dyn Bench) {
    let store = bench.open().await.unwrap();
    let mei = store.add_guest(&name("梅"), at(0)).await.unwrap();
    let other = store.add_guest(&name("梅"), at(1)).await.unwrap();
    assert_ne!(mei.id, other.id);
    assert_eq!(store.person(mei.id).await.unwrap(), Some(mei.clone()));
    assert_eq!(store.account(mei.id).await.unwrap(), None);
    assert_eq!(store.account_by_name(&name("梅")).await.unwrap(), None);

    let registered = store.register(Some(mei.id), &account("Mei Ada", "hash 1"), at(2)).await.unwrap();
    assert_eq!((registered.id, registered.registered), (mei.id, true));
    let found = store.account_by_name(&name("ＭＥＩ ada")).await.unwrap().unwrap();
    assert_eq!((found.person.clone(), found.password), (registered.clone(), hash("hash 1")));
    assert_eq!(store.account(mei.id).await.unwrap().unwrap().person, registered);

    let renamed = store.rename(other.id, &name("mei ada")).await.unwrap();
    assert!(!renamed.registered, "a guest may be called like an account");
    let transcript = [
        line(store.register(Some(mei.id), &account("Mei Again", "h"), at(3)).await),
        line(store.register(None, &account("MEI ADA", "h"), at(3)).await),
        line(store.register(Some(other.id), &account("mei ada", "h"), at(3)).await),
        line(store.register(Some(ParticipantId(999)), &account("Nobody", "h"), at(3)).await),
        line(store.rename(ParticipantId(999), &name("Nobody")).await),
        line(store.person(ParticipantId(999)).await),
        line(store.person(ParticipantId(u64::MAX)).await),
    ];
    assert_eq!(
        transcript,
        [
            "refused: this person has an account already; sign in with it",
            "refused: an account with this name exists; choose another name",
            "refused: an account with this name exists; choose another name",
            "refused: there is no such person",
            "refused: there is no such person",
            "None",
            "refused: a person's id is too large to be stored",
        ]
    );

    let bo = store.register(None, &account("Bo", "h"), at(4)).await.unwrap();
    let taken = store.rename(bo.id, &name("MEI ADA")).await.unwrap_err();
    assert_eq!(taken.conflict(), Some(Conflict::NameTaken));
    store.rename(bo.id, &name("BO")).await.unwrap();
    store.rename(mei.id, &name("May")).await.unwrap();
    assert_eq!(store.account_by_name(&name("mei ada")).await.unwrap(), None);
    assert_eq!(store.account_by_name(&name("may")).await.unwrap().unwrap().person.id, mei.id);
    store.rename(bo.id, &name("Mei Ada")).await.unwrap();
}

/// However many register one name at once, one gets it.
pub async fn one_name_one_account(bench: &dyn Bench) {
    const MANY: usize = 24;
    let store = bench.open().await.unwrap();
    let mut tries = JoinSet::new();
    for n in 0..MANY {
        let store = store.clone();
        let spelling = if n % 2 == 0 { "Ada" } else { "ADA" };
        tries.spawn(async move { store.register(None, &account(spelling, "h"), at(0)).await });
    }
    let outcomes = tries.join_all().await;
    let taken = outcomes
        .iter()
        .filter(|outcome| outcome.as_ref().is_err_and(|error| error.conflict() == Some(Conflict::NameTaken)))
        .count();
    let won: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()).collect();
    assert_eq!((won.len(), taken), (1, MANY - 1));
    assert_eq!(store.account_by_name(&name("ada")).await.unwrap().unwrap().person, *won[0]);
}

/// Changing a password ends every session but the one it was changed in; hashing it anew ends none.
pub async fn a_changed_password_ends_the_others(bench: &dyn Bench) {
    let store = bench.open().await.unwrap();
    let ada = store.register(None, &account("Ada", "old"), at(0)).await.unwrap();
    let bo = store.register(None, &account("Bo", "old"), at(0)).await.unwrap();
    for (n, who) in [(1, ada.id), (2, ada.id), (3, ada.id), (4, bo.id)] {
        let session = NewSession { token: token(n), who: Some(who), created: at(0), expires: at(1_000) };
        assert!(store.open_session(&session, None, None).await.unwrap());
    }
    let open = async || {
        let mut open = Vec::new();
        for n in 1..=4 {
            if store.session(&token(n), at(1)).await.unwrap().is_some() {
                open.push(n);
            }
        }
        open
    };
    assert!(store.rehash_password(ada.id, &hash("old"), &hash("old, anew")).await.unwrap());
    assert_eq!(open().await, [1, 2, 3, 4]);
    assert!(!store.rehash_password(ada.id, &hash("old"), &hash("x")).await.unwrap());
    assert!(!store.change_password(ada.id, &hash("old"), &hash("x"), None).await.unwrap());
    assert_eq!(open().await, [1, 2, 3, 4], "what was refused ended nothing");
    assert!(store.change_password(ada.id, &hash("old, anew"), &hash("new"), Some(&token(2))).await.unwrap());
    assert_eq!(open().await, [2, 4]);
    assert_eq!(store.account(ada.id).await.unwrap().unwrap().password, hash("new"));
    assert_eq!(store.account(bo.id).await.unwrap().unwrap().password, hash("old"));
    assert!(store.change_password(ada.id, &hash("new"), &hash("newer"), None).await.unwrap());
    assert_eq!(open().await, [4]);
}

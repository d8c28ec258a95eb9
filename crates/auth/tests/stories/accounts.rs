//! Accounts, told as stories.

use crate::house::{at, from, here, house, line, name, secret, visit};
use auth::{Accounts, AuthError, Passwords, SESSION_LIFE};
use std::time::{Duration, Instant};
use store::Conflict;

/// A guest who registers stays the same person, and signs in again as that person.
#[tokio::test]
async fn a_guest_becomes_an_account() {
    let house = house().await;
    let accounts = &house.accounts;
    let guest = accounts.guest(None, &name("mei"), at(0)).await.expect("a guest");
    let as_guest = visit(accounts, &guest.token, at(1)).await;
    let renamed = accounts.guest(Some(&as_guest), &name("Mei"), at(1)).await.expect("the same guest");
    assert_eq!((renamed.person.id, renamed.person.name), (guest.person.id, name("Mei")));
    assert!(accounts.who(guest.token.expose(), at(2)).await.expect("an answer").is_none(), "replaced");

    let as_guest = visit(accounts, &renamed.token, at(2)).await;
    let registered =
        accounts.register(Some(&as_guest), &name("Mei"), &secret("correct horse"), here(), at(2)).await;
    let registered = registered.expect("an account");
    assert_eq!((registered.person.id, registered.person.registered), (guest.person.id, true));
    accounts.sign_out(registered.token.expose()).await.expect("signed out");
    assert!(accounts.who(registered.token.expose(), at(3)).await.expect("an answer").is_none());

    let back = accounts.sign_in(None, &name("MEI"), &secret("correct horse"), here(), at(4)).await;
    assert_eq!(back.expect("signed in").person, registered.person);
    let transcript = [
        line(accounts.register(None, &name("ｍｅｉ"), &secret("correct horse"), here(), at(5)).await),
        line(accounts.register(None, &name("Bo"), &secret("short"), here(), at(5)).await),
        line(accounts.sign_in(None, &name("Mei"), &secret("Correct horse"), here(), at(5)).await),
        line(accounts.sign_in(None, &name("Nobody"), &secret("correct horse"), here(), at(5)).await),
        line(accounts.who("", at(5)).await.map(|session| assert!(session.is_none()))),
    ];
    assert_eq!(
        transcript,
        [
            "an account with this name exists; choose another name",
            "a password has at least 8 characters",
            "the name or the password is wrong",
            "the name or the password is wrong",
            "ok",
        ]
    );
}

/// Of many who register one name at once, one gets it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_name_one_account() {
    const MANY: usize = 16;
    let house = house().await;
    let mut tries = tokio::task::JoinSet::new();
    for n in 0..MANY {
        let accounts = house.accounts.clone();
        tries.spawn(async move {
            let password = secret(&format!("password {n}"));
            let from = from(&format!("192.0.2.{n}"));
            let outcome = accounts.register(None, &name("Ada"), &password, from, at(0)).await;
            (n, outcome)
        });
    }
    let outcomes = tries.join_all().await;
    let won: Vec<usize> = outcomes.iter().filter(|(_, outcome)| outcome.is_ok()).map(|(n, _)| *n).collect();
    assert_eq!(won.len(), 1);
    for (n, outcome) in &outcomes {
        let Err(error) = outcome else { continue };
        let AuthError::Store(error) = error else { panic!("{n}: {error}") };
        assert_eq!(error.conflict(), Some(Conflict::NameTaken));
    }
    // And it is the winner's password that opens it.
    let password = secret(&format!("password {}", won[0]));
    house.accounts.sign_in(None, &name("Ada"), &password, here(), at(1)).await.expect("signed in");
}

/// A changed password ends every other sign-in, and opens nothing any more.
#[tokio::test]
async fn a_changed_password_is_dead() {
    let house = house().await;
    let accounts = &house.accounts;
    let old = secret("correct horse");
    let first = accounts.register(None, &name("Ada"), &old, here(), at(0)).await.expect("an account");
    let second = accounts.sign_in(None, &name("Ada"), &old, here(), at(1)).await.expect("signed in");
    let bo = accounts.register(None, &name("Bo"), &old, here(), at(1)).await.expect("an account");
    let session = visit(accounts, &second.token, at(2)).await;
    let new = secret("battery staple");
    let guest = accounts.guest(None, &name("G"), at(2)).await.expect("a guest");
    let as_guest = visit(accounts, &guest.token, at(2)).await;
    let transcript = [
        line(accounts.change_password(&session, &secret("wrong one"), &new, here(), at(3)).await),
        line(accounts.change_password(&session, &old, &secret("short"), here(), at(3)).await),
        line(accounts.change_password(&as_guest, &old, &new, here(), at(3)).await),
        line(accounts.who(first.token.expose(), at(3)).await.map(|session| session.expect("still there"))),
        line(accounts.change_password(&session, &old, &new, here(), at(3)).await),
        line(accounts.sign_in(None, &name("Ada"), &old, here(), at(4)).await),
        line(accounts.sign_in(None, &name("Ada"), &new, here(), at(4)).await),
    ];
    assert_eq!(
        transcript,
        [
            "the name or the password is wrong",
            "a password has at least 8 characters",
            "sign in first",
            "ok",
            "ok",
            "the name or the password is wrong",
            "ok",
        ]
    );
    let alive =
        async |token: &auth::Secret| accounts.who(token.expose(), at(5)).await.expect("an answer").is_some();
    assert!(!alive(&first.token).await, "the token of the changed password is dead");
    assert!(alive(&second.token).await);
    assert!(alive(&bo.token).await);
}

/// Attempts on one account are slowed down wherever they come from, whether it exists or not; its own password
/// does not help before the wait is over.
#[tokio::test]
async fn attempts_on_one_account() {
    let house = house().await;
    let accounts = &house.accounts;
    let right = secret("correct horse");
    accounts.register(None, &name("Ada"), &right, here(), at(0)).await.expect("an account");
    for target in ["Ada", "Nobody"] {
        let mut transcript = Vec::new();
        for n in 0..8 {
            let from = from(&format!("198.51.100.{n}"));
            transcript
                .push(line(accounts.sign_in(None, &name(target), &secret("wrong one"), from, at(0)).await));
        }
        let wrong = "the name or the password is wrong";
        let wait = "wait until 1s";
        assert_eq!(transcript, [wrong, wrong, wrong, wrong, wrong, wrong, wait, wait]);
    }
    let transcript = [
        line(accounts.sign_in(None, &name("ADA"), &right, here(), at(0)).await),
        line(accounts.sign_in(None, &name("ADA"), &right, here(), at(1)).await),
        line(accounts.sign_in(None, &name("ADA"), &secret("wrong one"), here(), at(1)).await),
    ];
    assert_eq!(transcript, ["wait until 1s", "ok", "the name or the password is wrong"]);
}

/// Attempts from one address are slowed down whatever they are on; neighbours of an IPv6 network are one address,
/// and signing in to an account of one's own buys no further attempts.
#[tokio::test]
async fn attempts_from_one_address() {
    let house = house().await;
    let accounts = &house.accounts;
    let right = secret("correct horse");
    accounts.register(None, &name("Mallory"), &right, here(), at(0)).await.expect("an account");
    let mut passed = 0;
    for n in 0..60 {
        let from = from(&format!("2001:db8::{n:x}"));
        let guess =
            accounts.sign_in(None, &name(&format!("victim {n}")), &secret("12345678"), from, at(0)).await;
        passed += usize::from(matches!(guess, Err(AuthError::WrongPassword)));
        if passed < 20 {
            accounts.sign_in(None, &name("Mallory"), &right, from, at(0)).await.expect("signed in");
        }
    }
    assert_eq!(passed, 20);
    let elsewhere = from("2001:db8:0:1::1");
    accounts.sign_in(None, &name("Mallory"), &right, elsewhere, at(0)).await.expect("signed in");
}

/// Many attempts at the same moment are as many attempts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attempts_at_once() {
    let house = house().await;
    house
        .accounts
        .register(None, &name("Ada"), &secret("correct horse"), here(), at(0))
        .await
        .expect("an account");
    let mut tries = tokio::task::JoinSet::new();
    for n in 0..40 {
        let accounts = house.accounts.clone();
        tries.spawn(async move {
            let from = from(&format!("203.0.113.{n}"));
            accounts.sign_in(None, &name("Ada"), &secret("wrong one"), from, at(0)).await
        });
    }
    let outcomes = tries.join_all().await;
    let checked = outcomes.iter().filter(|o| matches!(o, Err(AuthError::WrongPassword))).count();
    assert_eq!(checked, 6);
}

/// Making accounts in numbers is slowed down too.
#[tokio::test]
async fn registrations_from_one_address() {
    let house = house().await;
    let mut transcript = Vec::new();
    for n in 0..12 {
        let name = name(&format!("Ada {n}"));
        transcript
            .push(line(house.accounts.register(None, &name, &secret("correct horse"), here(), at(0)).await));
    }
    assert_eq!(transcript[..10], ["ok"; 10]);
    assert_eq!(transcript[10..], ["wait until 10s"; 2]);
}

/// How long an answer takes does not tell whether an account exists.
#[tokio::test]
async fn an_unknown_name_takes_as_long() {
    let house = house().await;
    // Dear enough to stand out from everything else a sign-in does.
    let accounts = Accounts::with_passwords(house.store.clone(), Passwords::with(16_384, 2));
    accounts.register(None, &name("Ada"), &secret("correct horse"), here(), at(0)).await.expect("an account");
    let fastest = async |who: &str| {
        let mut fastest = Duration::MAX;
        for _ in 0..4 {
            let began = Instant::now();
            let outcome = accounts.sign_in(None, &name(who), &secret("wrong one"), here(), at(0)).await;
            assert!(matches!(outcome, Err(AuthError::WrongPassword)));
            fastest = fastest.min(began.elapsed());
        }
        fastest
    };
    let (known, unknown) = (fastest("Ada").await, fastest("Nobody").await);
    assert!(unknown * 3 > known, "{unknown:?} for nobody, {known:?} for somebody");
}

/// When passwords are to cost more, each is hashed anew at its next sign-in, and nobody is signed out.
#[tokio::test]
async fn passwords_are_hashed_anew() {
    let house = house().await;
    let password = secret("correct horse");
    let ada =
        house.accounts.register(None, &name("Ada"), &password, here(), at(0)).await.expect("an account");
    let hash = async || {
        let account = house.store.account(ada.person.id).await.expect("an answer");
        account.expect("an account").password.0
    };
    assert!(hash().await.starts_with("$argon2id$v=19$m=8,t=1,p=1$"));
    let dearer = Accounts::with_passwords(house.store.clone(), Passwords::with(16, 2));
    dearer.sign_in(None, &name("Ada"), &secret("wrong one"), here(), at(1)).await.expect_err("wrong");
    assert!(hash().await.starts_with("$argon2id$v=19$m=8,t=1,p=1$"));
    dearer.sign_in(None, &name("Ada"), &password, here(), at(1)).await.expect("signed in");
    let anew = hash().await;
    assert!(anew.starts_with("$argon2id$v=19$m=16,t=2,p=1$"), "{anew}");
    dearer.sign_in(None, &name("Ada"), &password, here(), at(2)).await.expect("signed in");
    assert_eq!(hash().await, anew);
    visit(&dearer, &ada.token, at(3)).await;
}

/// A session lives 90 days from its last use, of a guest as well.
#[tokio::test]
async fn sessions_slide() {
    const DAY: u64 = 24 * 60 * 60;
    assert_eq!(SESSION_LIFE, Duration::from_secs(90 * DAY));
    let house = house().await;
    let accounts = &house.accounts;
    let used = accounts.guest(None, &name("mei"), at(0)).await.expect("a guest");
    let left = accounts.guest(None, &name("bo"), at(0)).await.expect("a guest");
    for day in [1, 80, 169] {
        assert_eq!(visit(accounts, &used.token, at(day * DAY)).await.person, Some(used.person.clone()));
    }
    let alive = async |token: &auth::Secret, day| {
        accounts.who(token.expose(), at(day * DAY)).await.expect("an answer").is_some()
    };
    assert!(!alive(&left.token, 90).await);
    assert_eq!(accounts.forget_ended_sessions(at(170 * DAY)).await.expect("an answer"), 1);
    assert!(alive(&used.token, 258).await);
    assert!(!alive(&used.token, 258 + 90).await);
}

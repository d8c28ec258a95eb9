//! The server: what is said of one that is not there, and what happens when it breaks a connection off.

use sqlx::{Connection, PgConnection};
use store::{Store, StoreError};
use store_postgres::{PostgresStore, test_server};

/// Neither an unreachable server nor an address that cannot be read shows a password.
#[tokio::test]
async fn no_server_and_no_password_shown() {
    for address in [
        "postgres://ada:s3cret@127.0.0.1:1/livehouse",
        "postgres://ada:s3cret@[::/livehouse",
        "mysql://ada:s3cret@127.0.0.1/livehouse?sslmode=maybe",
    ] {
        let error = PostgresStore::open(address).await.expect_err("nobody is there");
        assert!(matches!(error, StoreError::CannotOpen { .. }), "{error}");
        let mut said = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(deeper) = cause {
            said += &format!(": {deeper}");
            cause = deeper.source();
        }
        assert!(!said.contains("s3cret"), "{said}");
    }
}

/// A database in another encoding is refused with what to do.
#[tokio::test]
async fn another_encoding_is_refused() {
    let address = test_server::database().await;
    let mut connection = PgConnection::connect(&address).await.expect("the database is there");
    let statement = "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0";
    sqlx::query(statement).execute(&mut connection).await.expect("a database can be made");
    let path = address.find("/livehouse_test").expect("the address has a database");
    let rest = address.find('?').expect("the address has a socket");
    let latin = format!("{}/latin{}", &address[..path], &address[rest..]);
    let error = PostgresStore::open(&latin).await.expect_err("the wrong encoding");
    let cause = std::error::Error::source(&error).expect("a cause").to_string();
    assert_eq!(
        cause,
        "its encoding is LATIN1; create it with `createdb --encoding=UTF8 --template=template0`"
    );
}

/// A restart of the server breaks every connection; the store takes its lock again and goes on.
#[tokio::test]
async fn the_lock_is_taken_again() {
    let address = test_server::database().await;
    let store = PostgresStore::open(&address).await.expect("it opens");
    let mut keeper = PgConnection::connect(&address).await.expect("the database is there");
    let holders = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted \
                   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    let (held,): (i64,) = sqlx::query_as(holders).fetch_one(&mut keeper).await.expect("it answers");
    assert_eq!(held, 1);
    sqlx::query(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    .execute(&mut keeper)
    .await
    .expect("it answers");
    let (held,): (i64,) = sqlx::query_as(holders).fetch_one(&mut keeper).await.expect("it answers");
    assert_eq!(held, 0);
    store.check().await.expect("it goes on");
    let (held,): (i64,) = sqlx::query_as(holders).fetch_one(&mut keeper).await.expect("it answers");
    assert_eq!(held, 1);
}

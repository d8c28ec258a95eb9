//! The store as a whole: who may open it, and what it says when it is closed.

use super::{Bench, at, line, name};
use crate::StoreError;

/// Two processes on one database would contradict each other, so the second is refused.
pub async fn one_process_a_database(bench: &dyn Bench) {
    let first = bench.open().await.unwrap();
    first.check().await.unwrap();
    match bench.open().await {
        Err(error @ StoreError::InUse { .. }) => {
            assert!(error.to_string().contains("stop it first"), "{error}");
        }
        Err(error) => panic!("refused for another reason: {error}"),
        Ok(_) => panic!("opened twice"),
    }
    first.check().await.unwrap();
    first.close().await;
    drop(first);
    bench.open().await.unwrap().check().await.unwrap();
}

/// A database of a later version is left alone, and the refusal says what to do.
pub async fn a_newer_database_is_refused(bench: &dyn Bench) {
    let store = bench.open().await.unwrap();
    store.close().await;
    drop(store);
    bench.pretend_newer().await;
    match bench.open().await.map(|_| ()) {
        Err(error @ StoreError::Newer { found: 9_999, .. }) => {
            assert!(error.to_string().contains("Install the newer version again"), "{error}");
        }
        other => panic!("not refused as newer: {}", line(other)),
    }
}

/// After `close` every call answers that the database is unavailable; none hangs or panics.
pub async fn a_closed_store_says_so(bench: &dyn Bench) {
    let store = bench.open().await.unwrap();
    store.close().await;
    let transcript = [
        line(store.check().await),
        line(store.add_guest(&name("梅"), at(0)).await),
        line(store.setup_state().await),
    ];
    for said in transcript {
        assert!(said.starts_with("refused: the database is unavailable while"), "{said}");
    }
}

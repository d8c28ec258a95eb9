//! Stream keys.

use model::RoomId;

use super::{Bench, host_and_room, line, token};

/// A room has one key; the one before is worth nothing.
pub async fn stream_keys_are_replaced(bench: &dyn Bench) {
    let store = bench.open().await.unwrap();
    let (_, one) = host_and_room(&*store, "one", 1).await;
    let (_, two) = host_and_room(&*store, "two", 2).await;
    assert_eq!(store.stream_key(one.id).await.unwrap(), Some(token(1)));
    assert_eq!(store.room_of_stream_key(&token(2)).await.unwrap(), Some(two.id));
    store.replace_stream_key(one.id, &token(3)).await.unwrap();
    assert_eq!(store.room_of_stream_key(&token(3)).await.unwrap(), Some(one.id));
    let transcript = [
        line(store.room_of_stream_key(&token(1)).await),
        line(store.replace_stream_key(one.id, &token(2)).await),
        line(store.replace_stream_key(RoomId(999), &token(9)).await),
        line(store.stream_key(RoomId(999)).await),
    ];
    assert_eq!(
        transcript,
        ["None", "refused: this secret is in use; draw another", "refused: there is no such room", "None"]
    );
    assert_eq!(store.stream_key(one.id).await.unwrap(), Some(token(3)));
}

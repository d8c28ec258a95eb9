//! How many offers one address may make, and what it is told then.

use crate::client::{Ask, ask};
use crate::evening::{Evening, behind_a_proxy, settings};

/// An offer that is read and refused; counted it is all the same.
fn offer(path: &str, from: &str) -> Ask {
    ask("POST", path).header("content-type", "application/sdp").header("x-forwarded-for", from).body("hello")
}

#[tokio::test]
async fn an_address_that_makes_too_many_offers_is_told_when_to_come_again() {
    let evening = Evening::at_one_moment(behind_a_proxy()).await;
    let host = evening.set_up().await;
    for _ in 0..240 {
        evening.ask(offer("/whep/evening", "192.0.2.1")).await.expect("400 bad_sdp");
    }
    let refused = evening.ask(offer("/whep/evening", "192.0.2.1")).await.expect("429 too_many_attempts");
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(refused.json()["retry_at"], evening.clock.now().0 + 250);
    evening.ask(offer("/whep/evening", "192.0.2.2")).await.expect("400 bad_sdp");
    // Its viewers do not keep the house's own host off the air, whose offers are counted as well.
    let publish = || offer("/whip/evening", "192.0.2.1").bearer(&host.stream_key);
    for _ in 0..240 {
        evening.ask(publish()).await.expect("400 bad_sdp");
    }
    evening.ask(publish()).await.expect("429 too_many_attempts");
}

#[tokio::test]
async fn who_is_no_proxy_cannot_say_that_it_comes_from_elsewhere() {
    let evening = Evening::at_one_moment(settings()).await;
    evening.set_up().await;
    for host in 0..240 {
        evening.ask(offer("/whep/evening", &format!("192.0.2.{host}"))).await.expect("400 bad_sdp");
    }
    evening.ask(offer("/whep/evening", "192.0.2.250")).await.expect("429 too_many_attempts");
}

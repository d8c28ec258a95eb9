//! The page, and the headers of every answer.

use crate::client::{ask, get};
use crate::evening::{Evening, settings};

#[tokio::test]
async fn pages_run_no_script_but_their_own() {
    let evening = Evening::bare(settings()).await;
    for path in ["/", "/r/evening", "/studio/evening", "/desk/evening", "/setup", "/sign-in"] {
        let answer = evening.ask(get(path)).await.expect("200");
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8", "{path}");
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("script-src 'self';") && !policy.contains("unsafe"), "{policy}");
        assert!(policy.contains("frame-ancestors 'self'") && policy.contains("base-uri 'none'"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        assert!(answer.header("permissions-policy").contains("camera=(self)"));
        assert_eq!(answer.header("cache-control"), "no-cache");
        let again = evening.ask(get(path).header("if-none-match", answer.header("etag"))).await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
    }
}

#[tokio::test]
async fn a_page_is_sent_packed() {
    let evening = Evening::bare(settings()).await;
    let plain = evening.ask(get("/")).await;
    assert_eq!(plain.header("content-encoding"), "");
    for coding in ["br", "gzip"] {
        let packed = evening.ask(get("/").header("accept-encoding", coding)).await;
        assert_eq!(packed.header("content-encoding"), coding);
        assert_eq!(packed.header("vary"), "accept-encoding");
        assert!(packed.body.len() < plain.body.len());
    }
}

#[tokio::test]
async fn no_path_leads_out_of_the_page() {
    let evening = Evening::bare(settings()).await;
    for path in [
        "/assets/..%2findex.html",
        "/assets/../../etc/passwd",
        "/assets/%2e%2e/%2e%2e/etc/passwd",
        "/..%2f..%2fetc%2fpasswd",
        "/assets//etc/passwd",
        "/none.js",
        "/api/v1/nothing",
        "/.git/config",
    ] {
        let answer = evening.ask(get(path)).await;
        assert_eq!(answer.said(), "404 not_found", "{path}");
        assert!(answer.header("content-security-policy").contains("default-src 'none'"));
    }
    let answer = evening.ask(ask("PUT", "/api/v1/guests").ours()).await.expect("405 bad_request");
    assert_eq!(answer.header("allow"), "POST");
}

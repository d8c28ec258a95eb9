//! What `livehouse serve` says when it is open: where, and on the first run with which link.

use std::fmt::Write;
use std::net::SocketAddr;

use crate::language::Language;

/// What the greeting is about.
#[derive(Debug, Clone)]
pub struct Greeting {
    /// The address the server listens on, with the port it really got.
    pub address: SocketAddr,
    /// Whether it speaks HTTPS.
    pub secure: bool,
    /// The address viewers type, where the settings say one.
    pub public_url: Option<String>,
    /// The one-time token, as long as there is no host.
    pub setup_token: Option<String>,
}

impl Greeting {
    /// Where a person on this machine, or by the settings anywhere, opens the server.
    pub fn url(&self) -> String {
        if let Some(url) = &self.public_url {
            return url.clone();
        }
        let scheme = if self.secure { "https" } else { "http" };
        // A browser trusts `localhost` with camera and microphone also over plain HTTP.
        if self.address.ip().is_unspecified() || self.address.ip().is_loopback() {
            return format!("{scheme}://localhost:{}", self.address.port());
        }
        format!("{scheme}://{}", self.address)
    }

    /// The text, lines ended.
    pub fn text(&self, language: Language) -> String {
        let url = self.url();
        let mut out = match language {
            Language::English => format!("Livehouse is open: {url}\n"),
            Language::Chinese => format!("Livehouse 已开门：{url}\n"),
        };
        if let Some(token) = &self.setup_token {
            let link = format!("{url}/setup#token={token}");
            let _ = match language {
                Language::English => {
                    write!(
                        out,
                        "\nNobody hosts here yet. Open this link once to set your name, password and room:\n  {link}\n"
                    )
                }
                Language::Chinese => {
                    write!(
                        out,
                        "\n这里还没有主播。打开下面的一次性链接，设置名字、密码和直播间：\n  {link}\n"
                    )
                }
            };
        }
        if self.is_exposed() {
            out.push_str(match language {
                Language::English => {
                    "\nThis is plain HTTP, and other machines can reach it: passwords and words travel readable, and browsers\n\
                     elsewhere will not give their camera. Set server.tls.certificate and server.tls.key, or put a reverse\n\
                     proxy with HTTPS in front and set server.public_url (docs/tls.md says how). If only this machine is\n\
                     to reach it, start with --listen 127.0.0.1:8080.\n"
                }
                Language::Chinese => {
                    "\n现在是明文 HTTP，其他机器也能连上：密码和聊天会被明文传输，别处的浏览器也不会交出摄像头。\n\
                     请设置 server.tls.certificate 和 server.tls.key，或在前面放一个 HTTPS 反向代理并设置\n\
                     server.public_url（做法见 docs/tls.md）。如果只供本机使用，请用 --listen 127.0.0.1:8080 启动。\n"
                }
            });
        }
        out
    }

    /// Plain HTTP that more than this machine can reach, and nothing says that a proxy stands before it.
    fn is_exposed(&self) -> bool {
        let behind_https = self.public_url.as_ref().is_some_and(|url| url.starts_with("https://"));
        !self.secure && !behind_https && !self.address.ip().is_loopback()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn greeting(address: &str) -> Greeting {
        Greeting { address: address.parse().unwrap(), secure: false, public_url: None, setup_token: None }
    }

    #[test]
    fn on_this_machine() {
        assert_eq!(
            greeting("127.0.0.1:8080").text(Language::English),
            "Livehouse is open: http://localhost:8080\n"
        );
        assert_eq!(greeting("[::1]:9000").url(), "http://localhost:9000");
    }

    #[test]
    fn the_first_run_shows_its_link() {
        let first = Greeting { setup_token: Some("t0k".to_owned()), ..greeting("127.0.0.1:8080") };
        for language in [Language::English, Language::Chinese] {
            assert!(first.text(language).contains("  http://localhost:8080/setup#token=t0k\n"));
        }
        assert!(first.text(Language::Chinese).contains("一次性链接"));
    }

    #[test]
    fn plain_http_that_others_reach_is_said() {
        let says = |greeting: &Greeting| greeting.text(Language::English).contains("plain HTTP");
        assert!(says(&greeting("0.0.0.0:8080")));
        assert!(says(&greeting("203.0.113.5:80")));
        assert!(!says(&greeting("127.0.0.1:8080")));
        assert!(!says(&Greeting { secure: true, ..greeting("0.0.0.0:443") }));
        let behind_proxy =
            Greeting { public_url: Some("https://live.example.org".to_owned()), ..greeting("0.0.0.0:8080") };
        assert!(!says(&behind_proxy));
        assert_eq!(behind_proxy.url(), "https://live.example.org");
    }
}

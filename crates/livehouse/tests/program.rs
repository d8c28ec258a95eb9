//! The program as scripts and service managers meet it: exit statuses, what goes where, and the end by SIGTERM.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

/// The program with no settings of whoever runs the test.
fn livehouse(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_livehouse"));
    let settings = std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("LIVEHOUSE_"));
    for (name, _) in settings {
        command.env_remove(name);
    }
    // The system's choice of ports, so that tests run beside each other and beside a server.
    command.current_dir(folder).env("LC_ALL", "C.UTF-8").env("LIVEHOUSE_RTMP_PORT", "0");
    command
}

fn run(command: &mut Command) -> Output {
    command.output().expect("the program starts")
}

fn said(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn setup(folder: &Path) -> Output {
    std::fs::write(folder.join("password"), "correct horse battery\n").expect("the folder is writable");
    let flags = ["setup", "--host", "Mei", "--password-file", "password", "--room", "evening", "--json"];
    run(livehouse(folder).args(flags))
}

/// A server on ports of the system's choice, and where it says it is open.
struct Serving {
    child: Child,
    greeting: String,
}

impl Serving {
    fn start(folder: &Path, language: &str) -> Serving {
        let flags = ["serve", "--listen", "127.0.0.1:0", "--media-port", "0"];
        let mut child = livehouse(folder)
            .args(flags)
            .env("LC_ALL", language)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let mut greeting = String::new();
        let mut out = BufReader::new(child.stdout.take().expect("it is piped"));
        // The link, as long as there is no host, stands on the fourth line.
        let lines = if folder.join("password").exists() { 1 } else { 4 };
        for _ in 0..lines {
            out.read_line(&mut greeting).expect("the program says something");
        }
        Serving { child, greeting }
    }

    fn address(&self) -> String {
        let (_, rest) = self.greeting.split_once("http://localhost:").expect("the greeting holds an address");
        let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
        format!("127.0.0.1:{port}")
    }

    fn get(&self, path: &str) -> String {
        let mut socket = TcpStream::connect(self.address()).expect("the server listens");
        write!(socket, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            .expect("it reads");
        let mut answer = String::new();
        socket.read_to_string(&mut answer).expect("it answers");
        answer
    }

    fn terminate(mut self) -> Option<i32> {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it runs");
        self.child.wait().expect("it ends").code()
    }
}

#[test]
fn a_first_start_shows_the_link_in_the_terminals_language() {
    let folder = tempfile::tempdir().expect("a folder");
    let serving = Serving::start(folder.path(), "zh_CN.UTF-8");
    assert!(serving.greeting.contains("已开门"), "{}", serving.greeting);
    assert!(serving.greeting.contains("/setup#token="), "{}", serving.greeting);
    assert!(serving.get("/api/v1/me").contains("\"setup_needed\":true"));
    assert_eq!(serving.terminate(), Some(0));
}

#[test]
fn setup_makes_the_host_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let done = setup(folder.path());
    assert_eq!(done.status.code(), Some(0), "{}", said(&done.stderr));
    let made: serde_json::Value = serde_json::from_slice(&done.stdout).expect("one JSON object");
    assert_eq!(made["host"], "Mei");
    assert_eq!(made["room"], "evening");
    assert!(made["stream_key"].as_str().is_some_and(|key| key.starts_with("lh_")));
    assert_eq!(made["urls"]["viewer"], "http://localhost:8080/r/evening");

    let again = setup(folder.path());
    assert_eq!(again.status.code(), Some(1));
    assert!(said(&again.stderr).contains("has its host already"), "{}", said(&again.stderr));
    assert!(again.stdout.is_empty());

    let serving = Serving::start(folder.path(), "C.UTF-8");
    assert!(!serving.greeting.contains("token="), "{}", serving.greeting);
    assert!(serving.get("/api/v1/me").contains("\"setup_needed\":false"));
    assert!(serving.get("/readyz").starts_with("HTTP/1.1 200"));
    assert_eq!(serving.terminate(), Some(0));
}

#[test]
fn what_is_used_wrongly_ends_with_2_and_says_what_was_meant() {
    let folder = tempfile::tempdir().expect("a folder");
    let unknown = run(livehouse(folder.path()).args(["serve", "--lisen", "x"]));
    assert_eq!(unknown.status.code(), Some(2));
    assert!(said(&unknown.stderr).contains("--listen"), "{}", said(&unknown.stderr));

    std::fs::write(folder.path().join("l.toml"), "[media]\nprot = 1\n").expect("the folder is writable");
    let mistyped = run(livehouse(folder.path()).args(["serve", "--config", "l.toml"]));
    assert_eq!(mistyped.status.code(), Some(2));
    assert_eq!(
        said(&mistyped.stderr),
        "livehouse: l.toml:2: there is no setting `media.prot`; did you mean `media.port`?\n"
    );
}

#[test]
fn two_servers_do_not_share_a_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(setup(folder.path()).status.success());
    let serving = Serving::start(folder.path(), "C.UTF-8");
    let flags = ["serve", "--listen", "127.0.0.1:0", "--media-port", "0"];
    let second = run(livehouse(folder.path()).args(flags));
    assert_eq!(second.status.code(), Some(1));
    assert!(said(&second.stderr).contains("livehouse.sqlite"), "{}", said(&second.stderr));
    assert_eq!(serving.terminate(), Some(0));
}

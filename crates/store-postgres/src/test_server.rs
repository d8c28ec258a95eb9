//! A real PostgreSQL server for tests: started by the first who asks, gone with the process.
//!
//! It lives in a folder of its own, listens on a Unix socket in it, and is kept by a small shell that waits for its
//! standard input to close. The kernel closes it when the test process ends, however it ends, so that neither
//! a failed nor a killed test leaves a server or its folder behind.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::sync::OnceCell;

/// An address (`postgres://…`) of a server that is there already; databases are made on it, and left there.
const ADDRESS: &str = "LIVEHOUSE_TEST_POSTGRES";

/// What there is to do when there is no server to start.
const MISSING: &str = "the tests of the PostgreSQL store need PostgreSQL: install it (`apt-get install postgresql`), \
     or set LIVEHOUSE_TEST_POSTGRES to the address of a server on which databases may be made";

/// Starts the server and stays until its standard input ends.
const KEEPER: &str = r#"
set -eu
newest=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
PATH="${newest:+$newest:}$PATH"
command -v initdb >/dev/null && command -v pg_ctl >/dev/null || { echo missing; exit 0; }
folder=$(mktemp -d "${TMPDIR:-/tmp}/livehouse-postgres.XXXXXX")
trap 'pg_ctl -D "$folder/data" -m immediate -w stop >/dev/null 2>&1 || true; rm -rf "$folder"' EXIT
trap 'exit 0' HUP INT TERM
initdb -D "$folder/data" -U livehouse -A trust --encoding=UTF8 --locale=C --no-sync >"$folder/init.log" 2>&1 \
    || { cat "$folder/init.log" >&2; exit 1; }
pg_ctl -D "$folder/data" -l "$folder/server.log" -w -t 60 \
    -o "-k $folder -c listen_addresses= -c max_connections=400 -c fsync=off" start >"$folder/start.log" 2>&1 </dev/null \
    || { cat "$folder/start.log" "$folder/server.log" >&2; exit 1; }
echo "$folder"
while read -r _; do :; done
"#;

static SERVER: OnceCell<Server> = OnceCell::const_new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

struct Server {
    /// Its address as far as the database's name.
    base: String,
    /// What follows the database's name.
    rest: String,
    /// Its standard input is open for as long as the server shall run.
    _keeper: Option<Child>,
}

/// The address of a new, empty database. Panics, with what to do, where there is no server.
pub async fn database() -> String {
    let server = SERVER.get_or_init(start).await;
    let number = DATABASES.fetch_add(1, Ordering::Relaxed);
    let name = format!("livehouse_test_{}_{number}", std::process::id());
    let mut connection =
        PgConnection::connect(&server.address("postgres")).await.expect("the server for tests answers");
    // A database's name cannot be a parameter; this one is made of digits and our own letters.
    for statement in [format!("DROP DATABASE IF EXISTS {name}"), format!("CREATE DATABASE {name}")] {
        sqlx::query(AssertSqlSafe(statement)).execute(&mut connection).await.expect("a database can be made");
    }
    connection.close().await.expect("the connection closes");
    server.address(&name)
}

impl Server {
    fn address(&self, database: &str) -> String {
        format!("{}/{database}{}", self.base, self.rest)
    }
}

async fn start() -> Server {
    match std::env::var(ADDRESS) {
        Ok(address) => given(&address),
        Err(_) => tokio::task::spawn_blocking(own).await.expect("the server for tests starts"),
    }
}

/// A server that is there already.
fn given(address: &str) -> Server {
    let (address, rest) = match address.split_once('?') {
        Some((address, query)) => (address, format!("?{query}")),
        None => (address, String::new()),
    };
    let authority = address.find("://").map_or(0, |scheme| scheme + 3);
    let end = address[authority..].find('/').map_or(address.len(), |slash| authority + slash);
    Server { base: address[..end].to_owned(), rest, _keeper: None }
}

/// A server of our own.
fn own() -> Server {
    let mut keeper = keeper()
        .args(["sh", "-c", KEEPER])
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a shell can be started");
    let stdout = keeper.stdout.take().expect("its standard output is piped");
    let mut folder = String::new();
    BufReader::new(stdout).read_line(&mut folder).expect("its standard output can be read");
    match folder.trim_end() {
        "missing" => panic!("{MISSING}"),
        "" => panic!("PostgreSQL did not start; its own words stand above"),
        folder => Server {
            base: "postgres://livehouse@localhost".to_owned(),
            rest: format!("?host={folder}"),
            _keeper: Some(keeper),
        },
    }
}

/// PostgreSQL refuses to run as root, so root hands over to the user its package made, or else to nobody.
fn keeper() -> Command {
    let id = |args: &[&str]| Command::new("id").args(args).output().expect("`id` can be run");
    if id(&["-u"]).stdout != b"0\n" {
        return Command::new("env");
    }
    let user = if id(&["-u", "postgres"]).status.success() { "postgres" } else { "nobody" };
    let mut command = Command::new("setpriv");
    command.args([&format!("--reuid={user}"), "--regid", user_group(user), "--clear-groups"]);
    command
}

/// The group that goes with a user: Debian has no group `nobody`.
fn user_group(user: &str) -> &str {
    if user == "nobody" { "nogroup" } else { user }
}

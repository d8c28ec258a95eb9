//! Reading the settings: flags over environment over file over defaults, every mistake told with its place.

use serde_json::Value;
use std::collections::BTreeMap;
use thiserror::Error;
use toml::de::{DeTable, DeValue};

use crate::Config;
use crate::nearest::nearest;
use crate::setting::{Kind, Setting, settings};

/// Where settings come from.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The file's name and text.
    pub file: Option<(String, String)>,
    /// Environment variables; those that do not begin with `LIVEHOUSE_` are passed over.
    pub environment: Vec<(String, String)>,
    /// Flags that were given.
    pub flags: Vec<Flag>,
}

/// A flag of the command line that stands for a setting.
#[derive(Debug, Clone)]
pub struct Flag {
    /// As the operator typed it, `--listen`.
    pub name: &'static str,
    /// The setting, `server.listen`.
    pub key: &'static str,
    /// The value.
    pub value: String,
}

/// Everything that is wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct LoadError(pub Vec<Problem>);

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{place}: {what}")]
pub struct Problem {
    /// `livehouse.toml:3`, `LIVEHOUSE_MEDIA_PORT`, `--listen`.
    pub place: String,
    /// What is wrong, and what to do.
    pub what: String,
}

/// Variables that begin like settings and are none.
const OTHER_VARIABLES: [&str; 3] = ["LIVEHOUSE_CONFIG", "LIVEHOUSE_DEMO_MEDIA", "LIVEHOUSE_MEDIA"];

/// The environment variable of a setting.
pub(crate) fn variable(key: &str) -> String {
    format!("LIVEHOUSE_{}", key.replace('.', "_").to_uppercase())
}

/// The settings that `sources` give, or everything that is wrong with them.
pub fn load(sources: &Sources) -> Result<Config, LoadError> {
    let settings = settings();
    let mut loading = Loading { settings: &settings, given: Vec::new(), problems: Vec::new() };
    if let Some((name, text)) = &sources.file {
        loading.file(name, text);
    }
    for (name, text) in &sources.environment {
        loading.variable(name, text);
    }
    for flag in &sources.flags {
        loading.text(flag.name.to_owned(), flag.key, &flag.value);
    }
    loading.finish()
}

struct Loading<'a> {
    settings: &'a [Setting],
    given: Vec<Given>,
    problems: Vec<Problem>,
}

struct Given {
    place: String,
    key: String,
    value: Value,
}

impl Loading<'_> {
    fn problem(&mut self, place: impl Into<String>, what: impl Into<String>) {
        self.problems.push(Problem { place: place.into(), what: what.into() });
    }

    fn file(&mut self, name: &str, text: &str) {
        let line_of = |at: usize| format!("{name}:{}", text[..at.min(text.len())].matches('\n').count() + 1);
        match DeTable::parse(text) {
            Ok(table) => self.table("", table.get_ref(), &line_of),
            Err(error) => {
                let place = error.span().map_or(name.to_owned(), |span| line_of(span.start));
                self.problem(place, format!("this is not TOML: {}", error.message()));
            }
        }
    }

    fn table(&mut self, above: &str, table: &DeTable<'_>, line_of: &dyn Fn(usize) -> String) {
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(name, _)| name.span().start);
        for (name, value) in entries {
            let place = line_of(name.span().start);
            let key = match above {
                "" => name.get_ref().to_string(),
                above => format!("{above}.{}", name.get_ref()),
            };
            let known = self.settings.iter().any(|setting| setting.key == key);
            let section = self.settings.iter().any(|setting| setting.key.starts_with(&format!("{key}.")));
            match (value.get_ref(), known, section) {
                (DeValue::Table(inner), false, true) => self.table(&key, inner, line_of),
                (_, false, true) => self.problem(place, format!("`{key}` is a section: write `[{key}]`")),
                (value, true, _) => match json(value) {
                    Some(value) => self.given.push(Given { place, key, value }),
                    None => self.problem(place, format!("`{key}` cannot be a {}", value.type_str())),
                },
                (_, false, false) => {
                    let what = self.unknown(&key);
                    self.problem(place, what);
                }
            }
        }
    }

    fn unknown(&self, key: &str) -> String {
        let sections =
            self.settings.iter().filter_map(|setting| setting.key.rsplit_once('.')).map(|(s, _)| s);
        let known = self.settings.iter().map(|setting| setting.key.as_str());
        // A mistyped section is told as such, before each of its settings is.
        let guess = if key.contains('.') { nearest(key, known) } else { nearest(key, sections) };
        // A right name in a wrong section is a likelier slip than a wrong name.
        let leaf = key.rsplit('.').next().unwrap_or(key);
        let moved = self.settings.iter().map(|setting| setting.key.as_str());
        let guess = moved.into_iter().find(|known| known.ends_with(&format!(".{leaf}"))).or(guess);
        match guess {
            Some(guess) => format!("there is no setting `{key}`; did you mean `{guess}`?"),
            None => format!("there is no setting `{key}`"),
        }
    }

    fn variable(&mut self, name: &str, text: &str) {
        if !name.starts_with("LIVEHOUSE_") || OTHER_VARIABLES.contains(&name) {
            return;
        }
        let known: Vec<(String, String)> =
            self.settings.iter().map(|setting| (variable(&setting.key), setting.key.clone())).collect();
        match known.iter().find(|(known, _)| known == name) {
            Some((_, key)) => self.text(name.to_owned(), key, text),
            None => {
                let guess = nearest(name, known.iter().map(|(known, _)| known.as_str()));
                let guess = guess.map(|guess| format!("; did you mean `{guess}`?")).unwrap_or_default();
                self.problem(name, format!("there is no such setting{guess}"));
            }
        }
    }

    /// A value that comes as a text and is to be read as the setting's kind.
    fn text(&mut self, place: String, key: &str, text: &str) {
        let kind = self.settings.iter().find(|setting| setting.key == key).map(|setting| setting.kind);
        let value = match kind {
            Some(Kind::Number) => text.parse::<i64>().map_or_else(|_| Value::from(text), Value::from),
            Some(Kind::Switch) => text.parse::<bool>().map_or_else(|_| Value::from(text), Value::from),
            Some(Kind::List) => {
                text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(Value::from).collect()
            }
            Some(Kind::Text) | None => Value::from(text),
        };
        self.given.push(Given { place, key: key.to_owned(), value });
    }

    /// Sets one value after the other, so that one that does not fit is told with its place.
    fn finish(mut self) -> Result<Config, LoadError> {
        let mut whole = serde_json::to_value(Config::default()).expect("the settings are plain values");
        let mut config = Config::default();
        let mut places = BTreeMap::new();
        for Given { place, key, value } in std::mem::take(&mut self.given) {
            if let Some(what) = self.out_of_range(&key, &value) {
                self.problem(place, what);
                continue;
            }
            let mut tried = whole.clone();
            if let Some(slot) = tried.pointer_mut(&format!("/{}", key.replace('.', "/"))) {
                *slot = value;
            }
            match serde_json::from_value(tried.clone()) {
                Ok(good) => {
                    (config, whole) = (good, tried);
                    places.insert(key, place);
                }
                Err(error) => self.problem(place, format!("`{key}`: {error}")),
            }
        }
        for (key, what) in config.contradictions() {
            let place = places.get(key).cloned().unwrap_or_else(|| "settings".to_owned());
            self.problem(place, format!("`{key}` {what}"));
        }
        if self.problems.is_empty() { Ok(config) } else { Err(LoadError(self.problems)) }
    }

    fn out_of_range(&self, key: &str, value: &Value) -> Option<String> {
        let (min, max) = self.settings.iter().find(|setting| setting.key == key)?.range;
        let number = value.as_i64()?;
        match (min, max) {
            (Some(min), _) if number < min => Some(format!("`{key}` is {number}; it must be at least {min}")),
            (_, Some(max)) if number > max => Some(format!("`{key}` is {number}; it can be at most {max}")),
            (Some(_) | None, Some(_) | None) => None,
        }
    }
}

/// The value as JSON; `None` for what no setting is (a date, a fraction, a table).
fn json(value: &DeValue<'_>) -> Option<Value> {
    match value {
        DeValue::String(text) => Some(Value::from(text.as_ref())),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).ok().map(Value::from)
        }
        DeValue::Boolean(switch) => Some(Value::from(*switch)),
        DeValue::Array(list) => list.iter().map(|item| json(item.get_ref())).collect(),
        DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Table(_) => None,
    }
}

impl Config {
    /// What is wrong although each value by itself is well formed: the setting, and a sentence that follows its name.
    fn contradictions(&self) -> Vec<(&'static str, String)> {
        let mut found = Vec::new();
        match (&self.server.tls.certificate, &self.server.tls.key) {
            (Some(_), None) => {
                found.push(("server.tls.certificate", "needs `server.tls.key` beside it".to_owned()));
            }
            (None, Some(_)) => {
                found.push(("server.tls.key", "needs `server.tls.certificate` beside it".to_owned()));
            }
            (Some(_), Some(_)) | (None, None) => {}
        }
        if self.server.public_url.as_deref().is_some_and(|url| !is_origin(url)) {
            found.push((
                "server.public_url",
                "must be `https://` or `http://` and a host, without a path or a slash at the end".to_owned(),
            ));
        }
        if let Err(error) = self.database() {
            found.push(("store.url", error.to_string()));
        }
        found
    }
}

fn is_origin(url: &str) -> bool {
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    host.is_some_and(|host| {
        !host.is_empty()
            && !host.contains(|c: char| {
                c.is_whitespace() || c.is_uppercase() || matches!(c, '/' | '?' | '#' | '@' | '\\')
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::SocketAddr;
    use std::path::PathBuf;

    fn file(text: &str) -> Sources {
        Sources { file: Some(("livehouse.toml".to_owned(), text.to_owned())), ..Sources::default() }
    }

    fn environment(pairs: &[(&str, &str)]) -> Sources {
        let environment = pairs.iter().map(|(name, text)| (name.to_string(), text.to_string())).collect();
        Sources { environment, ..Sources::default() }
    }

    #[track_caller]
    fn refused(sources: &Sources, expected: &str) {
        assert_eq!(load(sources).map_err(|error| error.to_string()), Err(expected.to_owned()));
    }

    #[test]
    fn nothing_given_is_the_default() {
        assert_eq!(load(&Sources::default()), Ok(Config::default()));
    }

    #[test]
    fn flags_win_over_environment_over_file() {
        let mut sources = file("[media]\nport = 1\nloops = 1\n[lines]\nthreads = 1");
        sources.environment =
            environment(&[("LIVEHOUSE_MEDIA_PORT", "2"), ("LIVEHOUSE_MEDIA_LOOPS", "2")]).environment;
        sources.flags = vec![Flag { name: "--media-port", key: "media.port", value: "3".to_owned() }];
        let config = load(&sources).unwrap();
        assert_eq!((config.media.port, config.media.loops, config.lines.threads), (3, 2, 1));
    }

    #[test]
    fn every_kind_of_value() {
        let config = load(&environment(&[
            ("LIVEHOUSE_SERVER_LISTEN", "[::1]:9000"),
            ("LIVEHOUSE_SERVER_TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.7"),
            ("LIVEHOUSE_MEDIA_PUBLIC_ADDRESSES", "203.0.113.9"),
            ("LIVEHOUSE_ACCOUNTS_REGISTRATION_OPEN", "false"),
            ("LIVEHOUSE_SERVER_TLS_CERTIFICATE", "a.pem"),
            ("LIVEHOUSE_SERVER_TLS_KEY", "b.pem"),
            ("PATH", "/bin"),
        ]))
        .unwrap();
        assert_eq!(config.server.listen, "[::1]:9000".parse::<SocketAddr>().unwrap());
        assert_eq!(config.server.trusted_proxies.len(), 2);
        assert_eq!(config.media.public_addresses, ["203.0.113.9".parse::<std::net::IpAddr>().unwrap()]);
        assert!(!config.accounts.registration_open);
        assert_eq!(config.server.tls.key, Some(PathBuf::from("b.pem")));
    }

    #[test]
    fn unknown_names_are_refused_with_a_guess() {
        refused(
            &file("[media]\nprot = 1"),
            "livehouse.toml:2: there is no setting `media.prot`; did you mean `media.port`?",
        );
        refused(
            &file("[serer]\nlisten = \"x\""),
            "livehouse.toml:1: there is no setting `serer`; did you mean `server`?",
        );
        refused(
            &file("[media]\nlisten = \"127.0.0.1:80\""),
            "livehouse.toml:2: there is no setting `media.listen`; did you mean `server.listen`?",
        );
        refused(
            &environment(&[("LIVEHOUSE_MEDIA_PROT", "1")]),
            "LIVEHOUSE_MEDIA_PROT: there is no such setting; did you mean `LIVEHOUSE_MEDIA_PORT`?",
        );
    }

    #[test]
    fn bad_values_are_told_with_their_place_all_at_once() {
        refused(
            &file("[media]\nport = 70000\nviewers_per_room_max = 0\n\n[server]\nlisten = \"here\"\ntls = 1"),
            "livehouse.toml:7: `server.tls` is a section: write `[server.tls]`\n\
             livehouse.toml:2: `media.port` is 70000; it can be at most 65535\n\
             livehouse.toml:3: `media.viewers_per_room_max` is 0; it must be at least 1\n\
             livehouse.toml:6: `server.listen`: invalid socket address syntax",
        );
        refused(&file("[media\n"), "livehouse.toml:1: this is not TOML: unclosed table, expected `]`");
        refused(
            &environment(&[("LIVEHOUSE_ACCOUNTS_REGISTRATION_OPEN", "perhaps")]),
            "LIVEHOUSE_ACCOUNTS_REGISTRATION_OPEN: `accounts.registration_open`: invalid type: string \"perhaps\", \
             expected a boolean",
        );
    }

    #[test]
    fn contradictions_are_told_where_they_were_written() {
        refused(
            &file("[server]\npublic_url = \"https://live.example.org/\"\n[server.tls]\nkey = \"k.pem\""),
            "livehouse.toml:4: `server.tls.key` needs `server.tls.certificate` beside it\n\
             livehouse.toml:2: `server.public_url` must be `https://` or `http://` and a host, without a path or a \
             slash at the end",
        );
        refused(
            &file("[store]\nurl = \"mysql://me:secret@db/live\""),
            "livehouse.toml:2: `store.url` is not an address of a database; write `sqlite:<file>` or \
             `postgres://user:password@host/database`",
        );
    }
}

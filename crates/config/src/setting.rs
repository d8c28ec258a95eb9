//! The settings as a list: what [`Config`](crate::Config) declares, read from its schema and its defaults.
//! Loading and the manual both walk this list, so neither can forget a field.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::fmt;

use crate::Config;

/// One setting.
pub(crate) struct Setting {
    /// Its place in the file, `media.port`.
    pub key: String,
    /// Its doc comment, lines joined.
    pub doc: String,
    /// What holds when it is not set.
    pub default: Value,
    /// How its text in the environment or a flag is read.
    pub kind: Kind,
    /// The smallest and largest number allowed.
    pub range: (Option<i64>, Option<i64>),
    /// Whether the manual leaves it out.
    pub hidden: bool,
}

/// How a setting's text is read where there are only texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Number,
    Switch,
    /// Texts, separated by commas.
    List,
}

/// A section of the file.
pub(crate) struct Section {
    /// `server.tls`
    pub key: String,
    /// Its doc comment.
    pub doc: String,
    /// What is directly in it.
    pub settings: Vec<Setting>,
}

/// Every section in the order it is declared, inner ones after the one that holds them.
pub(crate) fn sections() -> Vec<Section> {
    let schema = schemars::schema_for!(Config).to_value();
    let text = serde_json::to_string(&Config::default()).expect("the settings are plain values");
    let Node::Table(tables) = serde_json::from_str(&text).expect("it was just written") else {
        return Vec::new();
    };
    let mut sections = Vec::new();
    for (name, node) in tables {
        collect(&schema, resolve(&schema, &schema["properties"][&name]), name, node, &mut sections);
    }
    sections
}

/// Every setting, in the order it is declared.
pub(crate) fn settings() -> Vec<Setting> {
    sections().into_iter().flat_map(|section| section.settings).collect()
}

fn collect(schema: &Value, (at, doc): (&Value, String), key: String, node: Node, out: &mut Vec<Section>) {
    let Node::Table(fields) = node else { return };
    let mut section = Section { key: key.clone(), doc, settings: Vec::new() };
    let mut inner = Vec::new();
    for (name, node) in fields {
        let (field, doc) = resolve(schema, &at["properties"][&name]);
        let key = format!("{key}.{name}");
        match node {
            Node::Table(_) => inner.push(((field, doc), key, node)),
            Node::Leaf(default) => section.settings.push(Setting {
                key,
                doc,
                kind: kind(field),
                range: (field["minimum"].as_i64(), field["maximum"].as_i64()),
                hidden: field["x-hidden"] == true,
                default,
            }),
        }
    }
    out.push(section);
    for (at, key, node) in inner {
        collect(schema, at, key, node, out);
    }
}

/// Follows a reference to its definition. The text beside the reference describes the field, and wins.
fn resolve<'a>(schema: &'a Value, at: &'a Value) -> (&'a Value, String) {
    let target = match at["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")) {
        Some(name) => &schema["$defs"][name],
        None => at,
    };
    let doc = at["description"].as_str().or(target["description"].as_str()).unwrap_or_default();
    (target, doc.split('\n').map(str::trim).collect::<Vec<_>>().join(" "))
}

fn kind(field: &Value) -> Kind {
    match field["type"].as_str() {
        Some("integer") => Kind::Number,
        Some("boolean") => Kind::Switch,
        Some("array") => Kind::List,
        // An optional text says `["string", "null"]`.
        Some(_) | None => Kind::Text,
    }
}

/// A value whose tables keep the order they were written in, which `serde_json`'s own do not.
enum Node {
    Leaf(Value),
    Table(Vec<(String, Node)>),
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a setting or a section")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Leaf(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Leaf(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Leaf(value.into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Leaf(value.into()))
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Leaf(Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element::<Value>()? {
            values.push(value);
        }
        Ok(Node::Leaf(values.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut table = Vec::new();
        while let Some(entry) = map.next_entry()? {
            table.push(entry);
        }
        Ok(Node::Table(table))
    }
}

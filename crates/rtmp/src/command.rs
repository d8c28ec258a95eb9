//! Commands: a name, a number by which the answer is known, and values.

use mux::amf::{Reader, Value};

use crate::RtmpError;

/// The longest command. Real ones have a few hundred bytes, those of enhanced RTMP a few more.
const COMMAND_BYTES_MAX: usize = 64 << 10;

/// A command that has come.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Command {
    pub(crate) name: String,
    /// The number its answer carries; 0 wants none.
    pub(crate) transaction: f64,
    /// What follows: first, by custom, an object or nothing.
    pub(crate) values: Vec<Value>,
}

impl Command {
    pub(crate) fn parse(body: &[u8]) -> Result<Command, RtmpError> {
        if body.len() > COMMAND_BYTES_MAX {
            return Err(RtmpError::MessageLength(body.len(), COMMAND_BYTES_MAX));
        }
        let mut values = Reader::new(body).rest()?.into_iter();
        let name = match values.next() {
            Some(Value::Text(name)) => name,
            Some(_) | None => return Err(RtmpError::OutOfPlace("without a name")),
        };
        let transaction = values.next().and_then(|value| value.as_number()).unwrap_or(0.0);
        Ok(Command { name, transaction, values: values.collect() })
    }

    /// The text at a place, counted from what follows the number.
    pub(crate) fn text(&self, place: usize) -> Option<&str> {
        self.values.get(place).and_then(Value::as_text)
    }
}

/// Writes a command down.
pub(crate) fn write(name: &str, transaction: f64, values: &[Value]) -> Vec<u8> {
    let mut out = Vec::new();
    Value::text(name).write(&mut out);
    Value::Number(transaction).write(&mut out);
    values.iter().for_each(|value| value.write(&mut out));
    out
}

/// What is said of how something went.
pub(crate) fn status(level: &str, code: &str, description: &str) -> Value {
    Value::object([
        ("level", Value::text(level)),
        ("code", Value::text(code)),
        ("description", Value::text(description)),
    ])
}

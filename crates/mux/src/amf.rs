//! AMF, in which RTMP and FLV write down values: commands, answers, metadata.
//!
//! AMF0 is read and written. Of AMF3, which an AMF0 value may turn into, as much is read as it takes to find the end
//! of a value; numbers and texts come out, what is made of them does not. Bytes come from strangers: depth and number
//! of values are limited, and nothing is allocated that was not sent.

mod amf0;
mod amf3;

use thiserror::Error;

/// How deep values may lie inside each other. Real ones are two or three deep.
const DEPTH_MAX: usize = 16;

/// Values read of one message. The longest real metadata has less than a hundred.
const VALUES_MAX: usize = 4_096;

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A number; AMF0 has only this kind.
    Number(f64),
    /// Yes or no.
    Boolean(bool),
    /// A text. What is not UTF-8 in it was replaced.
    Text(String),
    /// Names and their values, in the order they were sent.
    Object(Vec<(String, Value)>),
    /// The same, as metadata is usually written.
    EcmaArray(Vec<(String, Value)>),
    /// Values without names.
    Array(Vec<Value>),
    /// Milliseconds since 1970.
    Date(f64),
    /// Nothing.
    Null,
    /// Not even that; also what is not read here.
    Undefined,
}

/// Why values cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AmfError {
    /// The bytes end inside a value.
    #[error("the bytes end inside a value")]
    Short,
    /// More values inside each other than are followed.
    #[error("values lie more than {DEPTH_MAX} deep inside each other")]
    Deep,
    /// More values than are read.
    #[error("there are more than {VALUES_MAX} values")]
    Many,
    /// A kind of value there is not, or whose end cannot be found.
    #[error("there is no kind of value {0:#04x}")]
    Kind(u8),
}

impl Value {
    /// A text.
    pub fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    /// An object of these names and values.
    pub fn object<const N: usize>(pairs: [(&str, Value); N]) -> Value {
        Value::Object(pairs.map(|(name, value)| (name.to_owned(), value)).into())
    }

    /// What an object holds under a name; the last if it is there twice.
    pub fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Value::Object(pairs) | Value::EcmaArray(pairs) => {
                pairs.iter().rev().find(|(own, _)| own == name).map(|(_, value)| value)
            }
            Value::Number(_)
            | Value::Boolean(_)
            | Value::Text(_)
            | Value::Array(_)
            | Value::Date(_)
            | Value::Null
            | Value::Undefined => None,
        }
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        if let Value::Text(text) = self { Some(text) } else { None }
    }

    /// The number, if it is one.
    pub fn as_number(&self) -> Option<f64> {
        if let Value::Number(number) = self { Some(*number) } else { None }
    }

    /// Writes the value down as AMF0. A name longer than 65,535 bytes cannot be written, and its value is left out.
    pub fn write(&self, out: &mut Vec<u8>) {
        amf0::write(self, out);
    }
}

/// Reads values one after the other.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
    values_left: usize,
    /// AMF3's classes by number: how many names each has, and whether more follow with the value.
    classes: Vec<(usize, bool)>,
}

impl<'a> Reader<'a> {
    /// Begins at the first byte.
    pub fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { rest: bytes, values_left: VALUES_MAX, classes: Vec::new() }
    }

    /// The next value; `None` at the end. After an error there is no next one.
    pub fn next_value(&mut self) -> Result<Option<Value>, AmfError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let value = amf0::read(self, 0);
        if value.is_err() {
            self.rest = &[];
        }
        value.map(Some)
    }

    /// All that is left.
    pub fn rest(mut self) -> Result<Vec<Value>, AmfError> {
        let mut values = Vec::new();
        while let Some(value) = self.next_value()? {
            values.push(value);
        }
        Ok(values)
    }

    fn count(&mut self, depth: usize) -> Result<(), AmfError> {
        if depth >= DEPTH_MAX {
            return Err(AmfError::Deep);
        }
        self.values_left = self.values_left.checked_sub(1).ok_or(AmfError::Many)?;
        Ok(())
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], AmfError> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(AmfError::Short)?;
        self.rest = rest;
        Ok(taken)
    }

    fn chunk<const N: usize>(&mut self) -> Result<[u8; N], AmfError> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(AmfError::Short)?;
        self.rest = rest;
        Ok(*taken)
    }

    fn byte(&mut self) -> Result<u8, AmfError> {
        self.chunk().map(|[byte]| byte)
    }

    fn number(&mut self) -> Result<f64, AmfError> {
        self.chunk().map(f64::from_be_bytes)
    }

    /// So many bytes as a text.
    fn words(&mut self, bytes: usize) -> Result<String, AmfError> {
        Ok(String::from_utf8_lossy(self.take(bytes)?).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(bytes: &[u8]) -> Result<Vec<Value>, AmfError> {
        Reader::new(bytes).rest()
    }

    #[test]
    fn an_object_that_lies_too_deep_is_refused() {
        let deep: Vec<u8> = std::iter::repeat_n([3, 0, 1, b'a'], 100).flatten().collect();
        assert_eq!(read(&deep), Err(AmfError::Deep));
    }

    #[test]
    fn more_values_than_anybody_sends_are_refused() {
        assert_eq!(read(&[5; VALUES_MAX]).map(|values| values.len()), Ok(VALUES_MAX));
        assert_eq!(read(&[5; VALUES_MAX + 1]), Err(AmfError::Many));
    }

    #[test]
    fn an_array_that_claims_a_billion_values_allocates_none_of_them() {
        assert_eq!(read(&[10, 0x40, 0, 0, 0, 5, 5]), Err(AmfError::Short));
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            (-1e12f64..1e12).prop_map(Value::Number),
            any::<bool>().prop_map(Value::Boolean),
            ".{0,20}".prop_map(Value::Text),
            (0f64..1e14).prop_map(Value::Date),
            Just(Value::Null),
            Just(Value::Undefined),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            let pairs = proptest::collection::vec(("[a-z]{1,8}", inner.clone()), 0..5);
            prop_oneof![
                pairs.clone().prop_map(Value::Object),
                pairs.prop_map(Value::EcmaArray),
                proptest::collection::vec(inner, 0..5).prop_map(Value::Array),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(values in proptest::collection::vec(value(), 0..5)) {
            let mut bytes = Vec::new();
            values.iter().for_each(|value| value.write(&mut bytes));
            prop_assert_eq!(read(&bytes), Ok(values));
        }

        #[test]
        fn no_bytes_panic(bytes: Vec<u8>) {
            let _ = read(&bytes);
            let _ = read(&[&[17][..], &bytes].concat());
        }
    }
}

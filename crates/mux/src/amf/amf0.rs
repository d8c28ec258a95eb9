//! AMF0: each value begins with a byte that says its kind.

use super::{AmfError, Reader, Value, amf3};

const NUMBER: u8 = 0;
const BOOLEAN: u8 = 1;
const TEXT: u8 = 2;
const OBJECT: u8 = 3;
const NULL: u8 = 5;
const UNDEFINED: u8 = 6;
const REFERENCE: u8 = 7;
const ECMA_ARRAY: u8 = 8;
const OBJECT_END: u8 = 9;
const STRICT_ARRAY: u8 = 10;
const DATE: u8 = 11;
const LONG_TEXT: u8 = 12;
const UNSUPPORTED: u8 = 13;
const XML: u8 = 15;
const TYPED_OBJECT: u8 = 16;
const AMF3: u8 = 17;

/// Reads one value.
pub(super) fn read(from: &mut Reader, depth: usize) -> Result<Value, AmfError> {
    from.count(depth)?;
    let kind = from.byte()?;
    Ok(match kind {
        NUMBER => Value::Number(from.number()?),
        BOOLEAN => Value::Boolean(from.byte()? != 0),
        TEXT => Value::Text(short_text(from)?),
        OBJECT => Value::Object(pairs(from, depth)?),
        NULL => Value::Null,
        UNDEFINED | UNSUPPORTED => Value::Undefined,
        REFERENCE => from.take(2).map(|_| Value::Undefined)?,
        ECMA_ARRAY => {
            // How many pairs there are is often said wrong; their end is marked.
            from.take(4)?;
            Value::EcmaArray(pairs(from, depth)?)
        }
        STRICT_ARRAY => {
            let count = u32::from_be_bytes(from.chunk()?);
            let mut values = Vec::new();
            for _ in 0..count {
                values.push(read(from, depth + 1)?);
            }
            Value::Array(values)
        }
        DATE => {
            let millis = from.number()?;
            // The time zone is not used.
            from.take(2)?;
            Value::Date(millis)
        }
        LONG_TEXT | XML => {
            let bytes = u32::from_be_bytes(from.chunk()?);
            Value::Text(from.words(usize::try_from(bytes).map_err(|_| AmfError::Short)?)?)
        }
        TYPED_OBJECT => {
            short_text(from)?;
            Value::Object(pairs(from, depth)?)
        }
        AMF3 => amf3::read(from, depth + 1)?,
        _ => return Err(AmfError::Kind(kind)),
    })
}

fn short_text(from: &mut Reader) -> Result<String, AmfError> {
    let bytes = u16::from_be_bytes(from.chunk()?);
    from.words(usize::from(bytes))
}

fn pairs(from: &mut Reader, depth: usize) -> Result<Vec<(String, Value)>, AmfError> {
    let mut pairs = Vec::new();
    // Some encoders forget the mark after the last pair of a message.
    while !from.rest.is_empty() {
        let name = short_text(from)?;
        if name.is_empty() && from.rest.first() == Some(&OBJECT_END) {
            from.byte()?;
            break;
        }
        pairs.push((name, read(from, depth + 1)?));
    }
    Ok(pairs)
}

/// Writes one value down.
pub(super) fn write(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Number(number) => {
            out.push(NUMBER);
            out.extend(number.to_be_bytes());
        }
        Value::Boolean(yes) => out.extend([BOOLEAN, u8::from(*yes)]),
        Value::Text(text) => write_text(text, out),
        Value::Object(pairs) => {
            out.push(OBJECT);
            write_pairs(pairs, out);
        }
        Value::EcmaArray(pairs) => {
            out.push(ECMA_ARRAY);
            out.extend(u32::try_from(pairs.len()).unwrap_or(u32::MAX).to_be_bytes());
            write_pairs(pairs, out);
        }
        Value::Array(values) => {
            out.push(STRICT_ARRAY);
            out.extend(u32::try_from(values.len()).unwrap_or(u32::MAX).to_be_bytes());
            values.iter().for_each(|value| write(value, out));
        }
        Value::Date(millis) => {
            out.push(DATE);
            out.extend(millis.to_be_bytes());
            out.extend([0, 0]);
        }
        Value::Null => out.push(NULL),
        Value::Undefined => out.push(UNDEFINED),
    }
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    match u16::try_from(text.len()) {
        Ok(bytes) => {
            out.push(TEXT);
            out.extend(bytes.to_be_bytes());
        }
        Err(_) => {
            out.push(LONG_TEXT);
            out.extend(u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes());
        }
    }
    out.extend(text.as_bytes());
}

fn write_pairs(pairs: &[(String, Value)], out: &mut Vec<u8>) {
    for (name, value) in pairs {
        let Ok(bytes) = u16::try_from(name.len()) else { continue };
        out.extend(bytes.to_be_bytes());
        out.extend(name.as_bytes());
        write(value, out);
    }
    out.extend([0, 0, OBJECT_END]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: Value) {
        assert_eq!(Reader::new(bytes).rest(), Ok(vec![expected]));
    }

    #[test]
    fn every_kind_of_value() {
        check(&[0, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0], Value::Number(1.0));
        check(&[2, 0, 4, b'l', b'i', b'v', b'e'], Value::text("live"));
        check(&[12, 0, 0, 0, 1, 0xff], Value::text("\u{fffd}"));
        check(&[3, 0, 1, b'a', 1, 1, 0, 0, 9], Value::object([("a", Value::Boolean(true))]));
        check(&[16, 0, 1, b'C', 0, 1, b'a', 5, 0, 0, 9], Value::object([("a", Value::Null)]));
        check(&[10, 0, 0, 0, 2, 5, 6], Value::Array(vec![Value::Null, Value::Undefined]));
        check(&[7, 0, 0], Value::Undefined);
        assert_eq!(Reader::new(&[14]).rest(), Err(AmfError::Kind(14)));
    }

    #[test]
    fn an_array_whose_count_is_wrong_or_whose_end_was_forgotten_is_read() {
        let pair = Value::EcmaArray(vec![("a".into(), Value::Null)]);
        check(&[8, 0, 0, 0, 9, 0, 1, b'a', 5, 0, 0, 9], pair.clone());
        check(&[8, 0, 0, 0, 0, 0, 1, b'a', 5], pair);
    }
}

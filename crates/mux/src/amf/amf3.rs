//! AMF3, read so far that what follows it can be found.

use super::{AmfError, Reader, Value};

/// Reads one value. What is made of others comes out as [`Value::Undefined`].
pub(super) fn read(from: &mut Reader, depth: usize) -> Result<Value, AmfError> {
    from.count(depth)?;
    let kind = from.byte()?;
    Ok(match kind {
        0 => Value::Undefined,
        1 => Value::Null,
        2 => Value::Boolean(false),
        3 => Value::Boolean(true),
        // An integer of 29 bits with a sign.
        4 => Value::Number(f64::from((from.u29()? << 3).cast_signed() >> 3)),
        5 => Value::Number(from.number()?),
        6 => from.text3()?.map_or(Value::Undefined, Value::Text),
        7 | 11 | 12 => skip_bytes(from, 1)?,
        8 => skip_bytes_after_mark(from, 8)?,
        9 => array(from, depth)?,
        10 => object(from, depth)?,
        13 | 14 => vector(from, 4)?,
        15 => vector(from, 8)?,
        16 => object_vector(from, depth)?,
        17 => dictionary(from, depth)?,
        _ => return Err(AmfError::Kind(kind)),
    })
}

impl Reader<'_> {
    /// A number of up to 29 bits in one to four bytes.
    fn u29(&mut self) -> Result<u32, AmfError> {
        let mut value = 0;
        for _ in 0..3 {
            let byte = self.byte()?;
            value = value << 7 | u32::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Ok(value << 8 | u32::from(self.byte()?))
    }

    /// How much follows here; `None` where something from before is meant instead.
    fn here(&mut self) -> Result<Option<usize>, AmfError> {
        let mark = self.u29()?;
        Ok((mark & 1 == 1).then_some((mark >> 1) as usize))
    }

    /// A text; `None` where one from before is meant.
    fn text3(&mut self) -> Result<Option<String>, AmfError> {
        match self.here()? {
            Some(bytes) => self.words(bytes).map(Some),
            None => Ok(None),
        }
    }
}

fn skip_bytes(from: &mut Reader, each: usize) -> Result<Value, AmfError> {
    if let Some(count) = from.here()? {
        from.take(count.saturating_mul(each))?;
    }
    Ok(Value::Undefined)
}

fn skip_bytes_after_mark(from: &mut Reader, bytes: usize) -> Result<Value, AmfError> {
    if from.here()?.is_some() {
        from.take(bytes)?;
    }
    Ok(Value::Undefined)
}

/// Names with values until an empty name, which is never one from before.
fn named(from: &mut Reader, depth: usize) -> Result<(), AmfError> {
    while from.text3()?.is_none_or(|name| !name.is_empty()) {
        read(from, depth + 1)?;
    }
    Ok(())
}

fn array(from: &mut Reader, depth: usize) -> Result<Value, AmfError> {
    if let Some(count) = from.here()? {
        named(from, depth)?;
        for _ in 0..count {
            read(from, depth + 1)?;
        }
    }
    Ok(Value::Undefined)
}

fn object(from: &mut Reader, depth: usize) -> Result<Value, AmfError> {
    let mark = from.u29()?;
    if mark & 1 == 0 {
        return Ok(Value::Undefined);
    }
    let (names, more) = if mark & 2 == 0 {
        *from.classes.get((mark >> 2) as usize).ok_or(AmfError::Kind(10))?
    } else if mark & 4 != 0 {
        // Only its own program knows where such an object ends.
        return Err(AmfError::Kind(10));
    } else {
        from.text3()?;
        let class = ((mark >> 4) as usize, mark & 8 != 0);
        for _ in 0..class.0 {
            from.text3()?;
        }
        from.classes.push(class);
        class
    };
    for _ in 0..names {
        read(from, depth + 1)?;
    }
    if more {
        named(from, depth)?;
    }
    Ok(Value::Undefined)
}

fn vector(from: &mut Reader, each: usize) -> Result<Value, AmfError> {
    if let Some(count) = from.here()? {
        from.take(count.saturating_mul(each).saturating_add(1))?;
    }
    Ok(Value::Undefined)
}

fn object_vector(from: &mut Reader, depth: usize) -> Result<Value, AmfError> {
    if let Some(count) = from.here()? {
        from.byte()?;
        from.text3()?;
        for _ in 0..count {
            read(from, depth + 1)?;
        }
    }
    Ok(Value::Undefined)
}

fn dictionary(from: &mut Reader, depth: usize) -> Result<Value, AmfError> {
    if let Some(count) = from.here()? {
        from.byte()?;
        for _ in 0..count {
            read(from, depth + 1)?;
            read(from, depth + 1)?;
        }
    }
    Ok(Value::Undefined)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A value of AMF3 between two of AMF0, of which the second has to be found.
    #[track_caller]
    fn check(amf3: &[u8], expected: Value) {
        let bytes = [&[5, 17], amf3, &[1, 1]].concat();
        assert_eq!(Reader::new(&bytes).rest(), Ok(vec![Value::Null, expected, Value::Boolean(true)]));
    }

    #[test]
    fn the_end_of_every_kind_is_found() {
        check(&[3], Value::Boolean(true));
        check(&[4, 0xff, 0xff, 0xff, 0xff], Value::Number(-1.0));
        check(&[4, 0x81, 0x00], Value::Number(128.0));
        check(&[6, 9, b'l', b'i', b'v', b'e'], Value::text("live"));
        check(&[8, 1, 0, 0, 0, 0, 0, 0, 0, 0], Value::Undefined);
        check(&[12, 5, 1, 2], Value::Undefined);
        check(&[9, 5, 3, b'k', 1, 1, 4, 1, 4, 2], Value::Undefined);
        // A class of one name and more to follow, and a second object of the same class.
        check(&[9, 5, 1, 10, 0x1b, 1, 3, b'n', 4, 1, 1, 10, 1, 4, 2, 1], Value::Undefined);
        check(&[13, 5, 0, 0, 0, 0, 1, 0, 0, 0, 2], Value::Undefined);
        check(&[16, 3, 0, 1, 2], Value::Undefined);
        check(&[17, 3, 0, 4, 1, 3], Value::Undefined);
    }

    #[test]
    fn an_object_only_its_program_can_read_is_refused() {
        assert_eq!(Reader::new(&[17, 10, 7, 3, b'C']).rest(), Err(AmfError::Kind(10)));
    }
}

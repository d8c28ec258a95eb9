//! An encoder that says exactly what a story wants, in chunks of its own making.

use mux::amf::Value;

pub struct Encoder {
    pub bytes: Vec<u8>,
    pub chunk: usize,
}

/// Bytes written as hex digits; blanks are for the reader.
pub fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|letter| letter.to_digit(16)).collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] << 4 | pair[1]).expect("two digits")).collect()
}

/// H.264, 320x240.
pub fn config() -> Vec<u8> {
    hex("17 00 000000 0142c00b ffe10018 6742c00bd90141fb011000000300100000030140f142a480 01 0005 68cb83cb20")
}

pub fn keyframe() -> Vec<u8> {
    hex("17 01 000000 00000002 6588")
}

pub fn frame() -> Vec<u8> {
    hex("27 01 000000 00000002 419a")
}

/// A keyframe of so many bytes.
pub fn large_keyframe(bytes: u32) -> Vec<u8> {
    let mut body = hex("17 01 000000");
    body.extend((bytes - 4).to_be_bytes());
    body.push(0x65);
    body.extend((5..bytes).map(|n| n.to_le_bytes()[0]));
    body
}

impl Encoder {
    pub fn new() -> Encoder {
        Encoder { bytes: Vec::new(), chunk: 128 }
    }

    /// One that has shaken hands.
    pub fn greeted() -> Encoder {
        let mut encoder = Encoder::new();
        encoder.bytes.push(3);
        encoder.bytes.extend([0; 2 * 1_536]);
        encoder
    }

    /// One that has connected to `live`.
    pub fn connected() -> Encoder {
        let mut encoder = Encoder::greeted();
        let about = Value::object([("app", Value::text("live")), ("type", Value::text("nonprivate"))]);
        encoder.command(0, "connect", 1.0, &[about]);
        encoder
    }

    /// One that may publish.
    pub fn publishing() -> Encoder {
        let mut encoder = Encoder::connected();
        encoder.command(0, "createStream", 4.0, &[Value::Null]);
        encoder.publish("key");
        encoder
    }

    pub fn publish(&mut self, name: &str) {
        self.command(1, "publish", 5.0, &[Value::Null, Value::text(name), Value::text("live")]);
    }

    pub fn command(&mut self, stream: u8, name: &str, number: f64, values: &[Value]) {
        let mut body = Vec::new();
        Value::text(name).write(&mut body);
        Value::Number(number).write(&mut body);
        values.iter().for_each(|value| value.write(&mut body));
        self.message(3, 20, stream, 0, &body);
    }

    pub fn set_chunk_size(&mut self, size: u32) {
        self.message(2, 1, 0, 0, &size.to_be_bytes());
        self.chunk = size as usize;
    }

    pub fn video(&mut self, at: u32, body: &[u8]) {
        self.message(6, 9, 1, at, body);
    }

    pub fn audio(&mut self, at: u32, body: &[u8]) {
        self.message(4, 8, 1, at, body);
    }

    /// A whole message: a chunk with everything, then pieces that only go on. Long times stand before each piece.
    pub fn message(&mut self, chunks: u8, kind: u8, stream: u8, at: u32, body: &[u8]) {
        self.begin(chunks, kind, stream, at, body.len());
        let long = if at >= 0xff_ffff { at.to_be_bytes().to_vec() } else { Vec::new() };
        self.raw(&long);
        for (n, piece) in body.chunks(self.chunk).enumerate() {
            if n > 0 {
                self.raw(&[0xc0 | chunks]);
                self.raw(&long);
            }
            self.raw(piece);
        }
    }

    /// The header of a chunk with everything.
    pub fn begin(&mut self, chunks: u8, kind: u8, stream: u8, at: u32, length: usize) {
        let [_, t0, t1, t2] = at.min(0xff_ffff).to_be_bytes();
        let [_, _, _, _, _, l0, l1, l2] = (length as u64).to_be_bytes();
        self.raw(&[chunks, t0, t1, t2, l0, l1, l2, kind, stream, 0, 0, 0]);
    }

    pub fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }
}

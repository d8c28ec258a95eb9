//! Values from strangers, in AMF0 and the AMF3 inside it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mux::amf::Reader;

fuzz_target!(|bytes: &[u8]| {
    let Ok(values) = Reader::new(bytes).rest() else { return };
    let mut written = Vec::new();
    values.iter().for_each(|value| value.write(&mut written));
    let again = Reader::new(&written).rest().expect("what was read can be written and read");
    // A number may be none, which equals nothing; its text does.
    assert_eq!(format!("{again:?}"), format!("{values:?}"));
});

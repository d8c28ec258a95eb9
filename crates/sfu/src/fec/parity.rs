//! The exclusive or of byte strings of different lengths.

/// Adds `bytes` to `sum`, which grows to their length: what is beyond the end of a string counts as zeros.
pub(crate) fn add(sum: &mut Vec<u8>, bytes: &[u8]) {
    if sum.len() < bytes.len() {
        sum.resize(bytes.len(), 0);
    }
    add_within(sum, bytes);
}

/// Adds as much of `bytes` to `sum` as fits.
pub(crate) fn add_within(sum: &mut [u8], bytes: &[u8]) {
    // A plain loop over two slices of the same length: the compiler makes vector instructions of it.
    for (into, byte) in sum.iter_mut().zip(bytes) {
        *into ^= byte;
    }
}

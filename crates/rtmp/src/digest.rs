//! The handshake's digests: what old encoders and players want to see before they believe in a server.
//!
//! The keys are no secret; every RTMP program has them.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::handshake::{PACKET, Packet};

/// Bytes of a digest.
pub(crate) const DIGEST: usize = 32;

const SERVER_WORDS: &[u8] = b"Genuine Adobe Flash Media Server 001";
const CLIENT_WORDS: &[u8] = b"Genuine Adobe Flash Player 001";

/// What follows the words in the long form of both keys.
const SUFFIX: [u8; 32] = [
    0xf0, 0xee, 0xc2, 0x4a, 0x80, 0x68, 0xbe, 0xe8, 0x2e, 0x00, 0xd0, 0xd1, 0x02, 0x9e, 0x7e, 0x57, 0x6e,
    0xec, 0x5d, 0x2d, 0x29, 0x80, 0x6f, 0xab, 0x93, 0xb8, 0xe6, 0x36, 0xcf, 0xeb, 0x31, 0xae,
];

/// Where a packet's digest may lie: in its second half or its first.
const BLOCKS: [usize; 2] = [772, 8];

/// Where in its block a digest begins is the sum of four bytes, up to here.
const PLACES: usize = 728;

/// Finds the digest of a client's packet, and in which block it lies; `None` if it has none.
pub(crate) fn of_client(packet: &Packet) -> Option<([u8; DIGEST], usize)> {
    BLOCKS.into_iter().find_map(|block| {
        let at = place(packet, block);
        let found: [u8; DIGEST] = *packet[at..].first_chunk()?;
        (found == sign(CLIENT_WORDS, packet, at)).then_some((found, block))
    })
}

/// Puts a server's digest into its packet, in the block the client uses.
pub(crate) fn put_of_server(packet: &mut Packet, block: usize) {
    let at = place(packet, block);
    let digest = sign(SERVER_WORDS, packet, at);
    packet[at..at + DIGEST].copy_from_slice(&digest);
}

/// Signs the answer to a client whose packet had this digest.
pub(crate) fn sign_answer(answer: &mut Packet, digest: &[u8; DIGEST]) {
    let long = [SERVER_WORDS, &SUFFIX].concat();
    let key = hmac(&long, &[digest]);
    let at = PACKET - DIGEST;
    let signature = hmac(&key, &[&answer[..at]]);
    answer[at..].copy_from_slice(&signature);
}

/// Bytes that follow from a seed, where the protocol wants random ones.
pub(crate) fn fill(seed: &[u8; 32], purpose: u8, out: &mut [u8]) {
    for (count, piece) in (0u32..).zip(out.chunks_mut(DIGEST)) {
        let digest =
            Sha256::new().chain_update(seed).chain_update([purpose]).chain_update(count.to_be_bytes());
        piece.copy_from_slice(&digest.finalize()[..piece.len()]);
    }
}

fn place(packet: &Packet, block: usize) -> usize {
    let sum: usize = packet[block..block + 4].iter().map(|byte| usize::from(*byte)).sum();
    block + 4 + sum % PLACES
}

/// Of the packet without the digest's own bytes.
fn sign(key: &[u8], packet: &Packet, at: usize) -> [u8; DIGEST] {
    hmac(key, &[&packet[..at], &packet[at + DIGEST..]])
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; DIGEST] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of HMAC has any length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// Makes a client's packet with a digest, as old encoders send it.
#[cfg(test)]
pub(crate) fn put_of_client(packet: &mut Packet, block: usize) {
    let at = place(packet, block);
    let digest = sign(CLIENT_WORDS, packet, at);
    packet[at..at + DIGEST].copy_from_slice(&digest);
}

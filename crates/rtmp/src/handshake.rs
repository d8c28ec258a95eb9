//! The beginning of a connection: three packets each way.

use crate::RtmpError;
use crate::buffer::Buffer;
use crate::digest::{fill, of_client, put_of_server, sign_answer};

/// Bytes of each packet after the first byte.
pub(crate) const PACKET: usize = 1_536;

pub(crate) type Packet = [u8; PACKET];

const VERSION: u8 = 3;

/// Versions of Adobe's encryption.
const ENCRYPTED: [u8; 3] = [6, 8, 9];

/// What this end calls itself where digests are used; clients that send digests ask for at least 3.
const SERVER_VERSION: [u8; 4] = [4, 5, 0, 1];

/// How far the handshake is.
#[derive(Debug)]
pub(crate) enum Handshake {
    /// A server that waits for its client's first packet.
    Server { seed: [u8; 32] },
    /// A client that waits for its server's first packet.
    Client,
    /// Either end, waiting for the other's second packet. What is in it does not matter to anybody.
    Last,
}

impl Handshake {
    pub(crate) fn server(seed: [u8; 32]) -> Handshake {
        Handshake::Server { seed }
    }

    /// A client, and what it says first. It sends no digest, which only servers of long ago asked for.
    pub(crate) fn client(seed: &[u8; 32]) -> (Handshake, Vec<u8>) {
        let mut first = vec![0; 1 + PACKET];
        first[0] = VERSION;
        fill(seed, b'c', &mut first[9..]);
        (Handshake::Client, first)
    }

    /// Goes on with what has come. Says whether the handshake is over.
    pub(crate) fn proceed(&mut self, input: &mut Buffer, out: &mut Vec<u8>) -> Result<bool, RtmpError> {
        match input.rest().first() {
            // Said at once: a browser waits for an answer before it sends more.
            Some(version) if !matches!(self, Handshake::Last) => check_version(*version)?,
            Some(_) | None => {}
        }
        if let Handshake::Server { .. } | Handshake::Client = self {
            let Some(first) = input.take::<{ 1 + PACKET }>() else { return Ok(false) };
            let theirs: &Packet = first[1..].first_chunk().expect("a byte and a packet were taken");
            match self {
                Handshake::Server { seed } => answer(seed, theirs, out),
                Handshake::Client | Handshake::Last => out.extend(theirs),
            }
            *self = Handshake::Last;
        }
        Ok(input.take::<PACKET>().is_some())
    }
}

fn check_version(version: u8) -> Result<(), RtmpError> {
    match version {
        VERSION => Ok(()),
        version if ENCRYPTED.contains(&version) => Err(RtmpError::Encrypted),
        version => Err(RtmpError::NotRtmp(version)),
    }
}

/// A server's three packets: signed for a client that signed its own, an echo for all others.
fn answer(seed: &[u8; 32], theirs: &Packet, out: &mut Vec<u8>) {
    let mut own: Packet = [0; PACKET];
    fill(seed, b's', &mut own[8..]);
    let mut echo = *theirs;
    if let Some((digest, block)) = of_client(theirs) {
        own[4..8].copy_from_slice(&SERVER_VERSION);
        put_of_server(&mut own, block);
        fill(seed, b'a', &mut echo);
        sign_answer(&mut echo, &digest);
    }
    out.push(VERSION);
    out.extend(own);
    out.extend(echo);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::put_of_client;

    const SEED: [u8; 32] = [7; 32];

    fn proceed(
        handshake: &mut Handshake,
        input: &mut Buffer,
        bytes: &[u8],
    ) -> (Result<bool, RtmpError>, Vec<u8>) {
        let mut out = Vec::new();
        input.push(bytes);
        let over = handshake.proceed(input, &mut out);
        (over, out)
    }

    #[test]
    fn both_ends_of_this_crate_shake_hands() {
        let (mut client, hello) = Handshake::client(&SEED);
        let mut server = Handshake::server(SEED);
        let (mut to_server, mut to_client) = (Buffer::default(), Buffer::default());
        let (over, answer) = proceed(&mut server, &mut to_server, &hello);
        assert_eq!((over, answer.len()), (Ok(false), 1 + 2 * PACKET));
        let (over, thanks) = proceed(&mut client, &mut to_client, &answer);
        assert_eq!((over, thanks.len()), (Ok(true), PACKET));
        assert_eq!(proceed(&mut server, &mut to_server, &thanks), (Ok(true), vec![]));
    }

    #[test]
    fn a_client_without_a_digest_gets_an_echo() {
        let mut hello = vec![3; 1 + PACKET];
        hello[5..9].fill(0);
        let (_, answer) = proceed(&mut Handshake::server(SEED), &mut Buffer::default(), &hello);
        assert_eq!(answer[1 + PACKET..], hello[1..]);
    }

    #[test]
    fn a_client_with_a_digest_gets_one_in_the_same_block() {
        for block in [772_usize, 8] {
            let mut theirs: Packet = [block.to_le_bytes()[0]; PACKET];
            put_of_client(&mut theirs, block);
            let hello = [&[3], &theirs[..]].concat();
            let (_, answer) = proceed(&mut Handshake::server(SEED), &mut Buffer::default(), &hello);
            let own: &Packet = answer[1..].first_chunk().expect("a packet");
            let mut signed = *own;
            put_of_server(&mut signed, block);
            assert_eq!(&signed, own, "signing it again changes nothing");
            let (digest, _) = of_client(&theirs).expect("it was put there");
            let mut echo: Packet = *answer[1 + PACKET..].first_chunk().expect("another");
            let sent = echo;
            sign_answer(&mut echo, &digest);
            assert_eq!(echo, sent);
            assert_ne!(sent, theirs);
        }
    }

    #[test]
    fn strangers_are_told_at_their_first_byte() {
        let first = |byte| proceed(&mut Handshake::server(SEED), &mut Buffer::default(), &[byte]).0;
        assert_eq!(first(b'G'), Err(RtmpError::NotRtmp(b'G')));
        assert_eq!(first(6), Err(RtmpError::Encrypted));
        assert_eq!(first(3), Ok(false));
    }
}

//! SRTP and SRTCP (RFC 3711, RFC 7714): one end's keys, sealing in place and opening with a replay window.

use openssl::cipher::Cipher;
use openssl::cipher_ctx::CipherCtx;
use openssl::error::ErrorStack;
use openssl::sha::Sha1;
use ring::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use super::keys::Handed;
use super::window::Window;

/// Senders of RTCP of one viewer whose packets are told from replays. A browser has one or two; past this, the one
/// that came first is forgotten.
const REPORTERS_MAX: usize = 16;

/// The E bit of SRTCP: the packet is encrypted.
const ENCRYPTED: u32 = 1 << 31;

/// What stands unencrypted before an RTCP packet's encrypted part.
const RTCP_HEADER: usize = 8;

/// A protection profile of DTLS-SRTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    Aes128CmSha1,
    Aes128Gcm,
    Aes256Gcm,
}

impl Profile {
    fn key_bytes(self) -> usize {
        match self {
            Profile::Aes128CmSha1 | Profile::Aes128Gcm => 16,
            Profile::Aes256Gcm => 32,
        }
    }

    fn salt_bytes(self) -> usize {
        match self {
            Profile::Aes128CmSha1 => 14,
            Profile::Aes128Gcm | Profile::Aes256Gcm => 12,
        }
    }

    /// How much longer an RTP packet gets.
    pub(crate) fn tag_bytes(self) -> usize {
        match self {
            Profile::Aes128CmSha1 => 10,
            Profile::Aes128Gcm | Profile::Aes256Gcm => 16,
        }
    }
}

/// Why a packet was not sealed or opened; there is nothing to be done but to leave it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Failed;

impl From<ErrorStack> for Failed {
    fn from(_: ErrorStack) -> Failed {
        Failed
    }
}

impl From<ring::error::Unspecified> for Failed {
    fn from(_: ring::error::Unspecified) -> Failed {
        Failed
    }
}

/// One direction's master key and salt.
struct Master<'a> {
    profile: Profile,
    key: &'a [u8],
    salt: &'a [u8],
}

/// This end's and the other end's masters.
fn masters(handed: &Handed) -> Result<(Master<'_>, Master<'_>), Failed> {
    let profile = handed.profile;
    let (key, salt) = (profile.key_bytes(), profile.salt_bytes());
    if handed.material.len() < 2 * (key + salt) {
        return Err(Failed);
    }
    let (keys, salts) = handed.material.split_at(2 * key);
    let (client, server) = (
        Master { profile, key: &keys[..key], salt: &salts[..salt] },
        Master { profile, key: &keys[key..], salt: &salts[salt..2 * salt] },
    );
    Ok(if handed.client { (client, server) } else { (server, client) })
}

impl Master<'_> {
    /// RFC 3711, section 4.3: the keystream under the master key, begun at the salt with the label put into it. A
    /// salt of 96 bits stands at the front (RFC 7714, section 11).
    fn derive(&self, label: u8, out: &mut [u8]) -> Result<(), Failed> {
        let mut iv = [0; 16];
        iv[..self.salt.len()].copy_from_slice(self.salt);
        iv[7] ^= label;
        let cipher = if self.key.len() == 32 { Cipher::aes_256_ctr() } else { Cipher::aes_128_ctr() };
        let mut context = CipherCtx::new()?;
        context.encrypt_init(Some(cipher), Some(self.key), Some(&iv))?;
        out.fill(0);
        let size = out.len();
        context.cipher_update_inplace(out, size)?;
        Ok(())
    }

    /// The ciphers of RTP (first label 0) or RTCP (first label 3).
    fn half(&self, first_label: u8) -> Result<Half, Failed> {
        let mut key = [0; 32];
        let key = &mut key[..self.profile.key_bytes()];
        self.derive(first_label, key)?;
        let mut salt = [0; 14];
        self.derive(first_label + 2, &mut salt[..self.profile.salt_bytes()])?;
        let gcm = |algorithm, key: &[u8]| -> Result<Half, Failed> {
            let key = LessSafeKey::new(UnboundKey::new(algorithm, key)?);
            let mut short = [0; NONCE_LEN];
            short.copy_from_slice(&salt[..NONCE_LEN]);
            Ok(Half::Gcm { key: Box::new(key), salt: short })
        };
        match self.profile {
            Profile::Aes128Gcm => gcm(&AES_128_GCM, key),
            Profile::Aes256Gcm => gcm(&AES_256_GCM, key),
            Profile::Aes128CmSha1 => {
                let mut mac = [0; 20];
                self.derive(first_label + 1, &mut mac)?;
                Half::counter_mode(key, salt, &mac)
            }
        }
    }
}

/// The keys of one direction, for RTP or for RTCP.
enum Half {
    Gcm { key: Box<LessSafeKey>, salt: [u8; NONCE_LEN] },
    CounterMode { context: CipherCtx, mac: Hmac, salt: [u8; 14] },
}

impl Half {
    fn counter_mode(key: &[u8], salt: [u8; 14], mac: &[u8; 20]) -> Result<Half, Failed> {
        let mut context = CipherCtx::new()?;
        context.encrypt_init(Some(Cipher::aes_128_ctr()), Some(key), None)?;
        Ok(Half::CounterMode { context, mac: Hmac::new(mac), salt })
    }
}

/// HMAC-SHA1 with its key taken in once.
struct Hmac {
    inner: Sha1,
    outer: Sha1,
}

impl Hmac {
    fn new(key: &[u8; 20]) -> Hmac {
        let begun = |pad: u8| {
            let mut block = [pad; 64];
            block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
            let mut hash = Sha1::new();
            hash.update(&block);
            hash
        };
        Hmac { inner: begun(0x36), outer: begun(0x5c) }
    }

    fn sum(&self, parts: [&[u8]; 2]) -> [u8; 20] {
        let mut inner = self.inner.clone();
        parts.iter().for_each(|part| inner.update(part));
        let mut outer = self.outer.clone();
        outer.update(&inner.finish());
        outer.finish()
    }
}

/// The nonce of AES-GCM (RFC 7714, sections 8.1 and 9.1): the number's 48 bits stand at the end.
fn gcm_nonce(salt: &[u8; NONCE_LEN], ssrc: u32, index: u64) -> Nonce {
    let mut nonce = *salt;
    nonce[2..6].iter_mut().zip(ssrc.to_be_bytes()).for_each(|(byte, of)| *byte ^= of);
    nonce[6..].iter_mut().zip(&index.to_be_bytes()[2..]).for_each(|(byte, of)| *byte ^= of);
    Nonce::assume_unique_for_key(nonce)
}

/// The first counter of AES-CM (RFC 3711, section 4.1.1).
fn counter(salt: &[u8; 14], ssrc: u32, index: u64) -> [u8; 16] {
    let mut iv = [0; 16];
    iv[..14].copy_from_slice(salt);
    iv[4..8].iter_mut().zip(ssrc.to_be_bytes()).for_each(|(byte, of)| *byte ^= of);
    iv[8..14].iter_mut().zip(&index.to_be_bytes()[2..]).for_each(|(byte, of)| *byte ^= of);
    iv
}

/// The ciphers of what this end sends.
pub(crate) struct Sealer {
    profile: Profile,
    rtp: Half,
    rtcp: Half,
    /// The SRTCP index of the next packet.
    next_rtcp: u32,
}

impl Sealer {
    pub(crate) fn profile(&self) -> Profile {
        self.profile
    }

    /// Seals the packet at `buffer[start..]`, whose payload begins after `header` bytes, and lengthens it by its tag.
    /// The caller never gives one `index` of an `ssrc` to two different packets.
    pub(crate) fn seal_rtp(
        &mut self,
        buffer: &mut Vec<u8>,
        start: usize,
        header: usize,
        ssrc: u32,
        index: u64,
    ) -> Result<(), Failed> {
        let (head, payload) = buffer[start..].split_at_mut(header);
        match &mut self.rtp {
            Half::Gcm { key, salt } => {
                let nonce = gcm_nonce(salt, ssrc, index);
                let tag = key.seal_in_place_separate_tag(nonce, Aad::from(&*head), payload)?;
                buffer.extend_from_slice(tag.as_ref());
            }
            Half::CounterMode { context, mac, salt } => {
                context.encrypt_init(None, None, Some(&counter(salt, ssrc, index)))?;
                let size = payload.len();
                context.cipher_update_inplace(payload, size)?;
                let rollovers = u32::try_from(index >> 16 & 0xffff_ffff).unwrap_or(0);
                let tag = mac.sum([&buffer[start..], &rollovers.to_be_bytes()]);
                buffer.extend_from_slice(&tag[..10]);
            }
        }
        Ok(())
    }

    /// Seals the RTCP packet at `buffer[start..]`, with the next index.
    pub(crate) fn seal_rtcp(&mut self, buffer: &mut Vec<u8>, start: usize) -> Result<(), Failed> {
        let packet = &mut buffer[start..];
        let ssrc = packet.get(4..RTCP_HEADER).and_then(|word| word.try_into().ok()).ok_or(Failed)?;
        let (ssrc, index) = (u32::from_be_bytes(ssrc), self.next_rtcp);
        // Two thousand million reports to one viewer are sixty years; a key does not live so long.
        self.next_rtcp = index.checked_add(1).filter(|next| next & ENCRYPTED == 0).ok_or(Failed)?;
        let word = (ENCRYPTED | index).to_be_bytes();
        match &mut self.rtcp {
            Half::Gcm { key, salt } => {
                let nonce = gcm_nonce(salt, ssrc, u64::from(index));
                let (head, rest) = packet.split_at_mut(RTCP_HEADER);
                let tag = key.seal_in_place_separate_tag(nonce, Aad::from(aad(head, word)), rest)?;
                buffer.extend_from_slice(tag.as_ref());
                buffer.extend_from_slice(&word);
            }
            Half::CounterMode { context, mac, salt } => {
                context.encrypt_init(None, None, Some(&counter(salt, ssrc, u64::from(index))))?;
                let size = packet.len() - RTCP_HEADER;
                context.cipher_update_inplace(&mut packet[RTCP_HEADER..], size)?;
                buffer.extend_from_slice(&word);
                let tag = mac.sum([&buffer[start..], &[]]);
                buffer.extend_from_slice(&tag[..10]);
            }
        }
        Ok(())
    }
}

fn aad(head: &[u8], word: [u8; 4]) -> [u8; 12] {
    let mut aad = [0; 12];
    aad[..RTCP_HEADER].copy_from_slice(&head[..RTCP_HEADER]);
    aad[RTCP_HEADER..].copy_from_slice(&word);
    aad
}

/// The ciphers of what the other end sends. A viewer sends nothing but RTCP.
pub(crate) struct Opener {
    rtcp: Half,
    seen: Vec<(u32, Window)>,
}

impl Opener {
    /// Opens an RTCP packet in place; what is forged, replayed or not encrypted is not opened.
    pub(crate) fn open_rtcp<'a>(&mut self, packet: &'a mut [u8]) -> Result<&'a [u8], Failed> {
        let ssrc = packet.get(4..RTCP_HEADER).and_then(|word| word.try_into().ok()).ok_or(Failed)?;
        let ssrc = u32::from_be_bytes(ssrc);
        let (index, size) = match &mut self.rtcp {
            Half::Gcm { key, salt } => {
                let at = packet.len().checked_sub(4).filter(|at| *at >= RTCP_HEADER + 16).ok_or(Failed)?;
                let (sealed, word) = packet.split_at_mut(at);
                let (index, word) = index_of(word)?;
                let (head, rest) = sealed.split_at_mut(RTCP_HEADER);
                let nonce = gcm_nonce(salt, ssrc, u64::from(index));
                let open = key.open_in_place(nonce, Aad::from(aad(head, word)), rest)?;
                (index, RTCP_HEADER + open.len())
            }
            Half::CounterMode { context, mac, salt } => {
                let at = packet.len().checked_sub(14).filter(|at| *at >= RTCP_HEADER).ok_or(Failed)?;
                let (signed, tag) = packet.split_at_mut(at + 4);
                if !openssl::memcmp::eq(&mac.sum([signed, &[]])[..10], tag) {
                    return Err(Failed);
                }
                let (index, _) = index_of(&signed[at..])?;
                context.encrypt_init(None, None, Some(&counter(salt, ssrc, u64::from(index))))?;
                context.cipher_update_inplace(&mut signed[RTCP_HEADER..at], at - RTCP_HEADER)?;
                (index, at)
            }
        };
        // Only now is it known to be the other end's.
        if !self.seen_by(ssrc).note(u64::from(index)) {
            return Err(Failed);
        }
        Ok(&packet[..size])
    }

    fn seen_by(&mut self, ssrc: u32) -> &mut Window {
        let at = self.seen.iter().position(|(of, _)| *of == ssrc).unwrap_or_else(|| {
            if self.seen.len() >= REPORTERS_MAX {
                self.seen.remove(0);
            }
            self.seen.push((ssrc, Window::default()));
            self.seen.len() - 1
        });
        &mut self.seen[at].1
    }
}

fn index_of(word: &[u8]) -> Result<(u32, [u8; 4]), Failed> {
    let word: [u8; 4] = word.try_into().map_err(|_| Failed)?;
    let value = u32::from_be_bytes(word);
    if value & ENCRYPTED == 0 {
        return Err(Failed);
    }
    Ok((value & !ENCRYPTED, word))
}

/// Both ends' ciphers out of what a handshake agreed on.
pub(crate) fn ciphers(handed: &Handed) -> Result<(Sealer, Opener), Failed> {
    let (ours, theirs) = masters(handed)?;
    let sealer = Sealer { profile: handed.profile, rtp: ours.half(0)?, rtcp: ours.half(3)?, next_rtcp: 1 };
    Ok((sealer, Opener { rtcp: theirs.half(3)?, seen: Vec::new() }))
}

#[cfg(test)]
mod tests;

//! Sealed packets against the vectors of the RFCs and str0m's own.

use proptest::prelude::*;
use str0m::crypto::{AeadAes128Gcm, AeadAes256Gcm, Aes128CmSha1_80, SrtpProvider, from_feature_flags};

use super::*;

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(str::from_utf8(pair).expect("hex"), 16).expect("hex"))
        .collect()
}

#[test]
fn keys_are_derived_as_rfc_3711_shows() {
    let (key, salt) = (bytes("E1F97A0D3E018BE0D64FA32C06DE4139"), bytes("0EC675AD498AFEEBB6960B3AABE6"));
    let master = Master { profile: Profile::Aes128CmSha1, key: &key, salt: &salt };
    let derived = |label, size| {
        let mut out = vec![0; size];
        master.derive(label, &mut out).expect("derived");
        out
    };
    assert_eq!(derived(0, 16), bytes("C61E7A93744F39EE10734AFE3FF7A087"));
    assert_eq!(derived(2, 14), bytes("30CBBC08863D8C85D49DB34A9AE1"));
    assert_eq!(derived(1, 20), bytes("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"));
}

fn gcm(key: &str, salt: &str) -> Half {
    let key = bytes(key);
    let algorithm = if key.len() == 32 { &AES_256_GCM } else { &AES_128_GCM };
    let key = Box::new(LessSafeKey::new(UnboundKey::new(algorithm, &key).expect("a key")));
    Half::Gcm { key, salt: bytes(salt).try_into().expect("twelve bytes") }
}

const KEY: &str = "000102030405060708090a0b0c0d0e0f";
const LONG_KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const SALT: &str = "517569642070726f2071756f";

#[test]
fn packets_are_sealed_as_rfc_7714_shows() {
    let packet = bytes(
        "8040f17b 8041f8d3 5501a0b2 47616c6c 69612065 7374206f 6d6e6973 20646976 69736120 696e2070 61727465
         73207472 6573",
    );
    let told = [
        (
            KEY,
            "f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a 51c7d19b 36de3adf 8833 899d7f27
             beb16a91 52cf765e e4390cce",
        ),
        (
            LONG_KEY,
            "32b1de78 a822fe12 ef9f78fa 332e33aa b1801238 9a58e2f3 b50b2a02 76ffae0f 1ba63799 b87b7aa3 db36dfff
             d6b0f9bb 7878d7a7 6c13",
        ),
    ];
    for (key, sealed) in told {
        let profile = Profile::Aes128Gcm;
        let mut sealer = Sealer { profile, rtp: gcm(key, SALT), rtcp: gcm(key, SALT), next_rtcp: 0x5d4 };
        let mut buffer = vec![9, 9, 9];
        buffer.extend(&packet);
        sealer.seal_rtp(&mut buffer, 3, 12, 0x5501_a0b2, 0xf17b).expect("sealed");
        assert_eq!(buffer[..15], [&[9, 9, 9], &packet[..12]].concat());
        assert_eq!(buffer[15..], bytes(sealed));
    }
}

#[test]
fn reports_are_sealed_as_rfc_7714_shows_and_opened() {
    let packet = bytes(
        "81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61 deadbeef deadbeef deadbeef
         deadbeef deadbeef",
    );
    let (profile, rtp) = (Profile::Aes128Gcm, gcm(KEY, SALT));
    let mut sealer = Sealer { profile, rtp, rtcp: gcm(KEY, SALT), next_rtcp: 0x5d4 };
    let mut sealed = packet.clone();
    sealer.seal_rtcp(&mut sealed, 0).expect("sealed");
    assert_eq!(
        sealed,
        bytes(
            "81c8000d 4d617273 63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d c676a5f1 730d6fda 4ce09b46
             86303ded 0bb9275b c84aa458 96cf4d2f c5abf872 45d9eade 800005d4"
        )
    );
    let mut opener = Opener { rtcp: gcm(KEY, SALT), seen: Vec::new() };
    assert_eq!(opener.open_rtcp(&mut sealed.clone()), Ok(&packet[..]));
    assert_eq!(opener.open_rtcp(&mut sealed), Err(Failed), "a replay");
}

/// What str0m's own pieces make of a packet.
fn of_str0m(
    profile: Profile,
    master: &Master<'_>,
    packet: &[u8],
    header: usize,
    ssrc: u32,
    index: u64,
) -> Vec<u8> {
    let crypto = from_feature_flags();
    let session = |label, size| derived_by_blocks(crypto.srtp_provider, master, label, size);
    let (head, payload) = packet.split_at(header);
    let (rollovers, seq) = ((index >> 16) as u32, index as u16);
    let mut out = vec![0; packet.len() + profile.tag_bytes()];
    out[..header].copy_from_slice(head);
    match profile {
        Profile::Aes128Gcm => {
            let key = session(0, 16).try_into().expect("a key");
            let iv = AeadAes128Gcm::rtp_iv(session(2, 12).try_into().expect("a salt"), ssrc, rollovers, seq);
            let mut cipher = crypto.srtp_provider.aead_aes_128_gcm().create_cipher(key, true);
            cipher.encrypt(&iv, head, payload, &mut out[header..]).expect("sealed");
        }
        Profile::Aes256Gcm => {
            let key = session(0, 32).try_into().expect("a key");
            let iv = AeadAes256Gcm::rtp_iv(session(2, 12).try_into().expect("a salt"), ssrc, rollovers, seq);
            let mut cipher = crypto.srtp_provider.aead_aes_256_gcm().create_cipher(key, true);
            cipher.encrypt(&iv, head, payload, &mut out[header..]).expect("sealed");
        }
        Profile::Aes128CmSha1 => {
            let key = session(0, 16).try_into().expect("a key");
            let iv = Aes128CmSha1_80::rtp_iv(session(2, 14).try_into().expect("a salt"), ssrc, index);
            let mut cipher = crypto.srtp_provider.aes_128_cm_sha1_80().create_cipher(key, true);
            cipher.encrypt(&iv, payload, &mut out[header..packet.len()]).expect("sealed");
            let mac = |key: &[u8], parts: &[&[u8]]| crypto.sha1_hmac_provider.sha1_hmac(key, parts);
            Aes128CmSha1_80::rtp_hmac(mac, &session(1, 20), &mut out, index, packet.len());
        }
    }
    out
}

/// The keystream, block by block as RFC 3711 words it.
fn derived_by_blocks(provider: &dyn SrtpProvider, master: &Master<'_>, label: u8, size: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for block in 0u8.. {
        let mut input = [0; 16];
        input[..master.salt.len()].copy_from_slice(master.salt);
        input[7] ^= label;
        input[15] = block;
        let mut stream = [0; 32];
        match master.key.len() {
            32 => provider.srtp_aes_256_ecb_round(master.key, &input, &mut stream),
            _ => provider.srtp_aes_128_ecb_round(master.key, &input, &mut stream),
        }
        out.extend(&stream[..16]);
        if out.len() >= size {
            break;
        }
    }
    out.truncate(size);
    out
}

fn profiles() -> impl Strategy<Value = Profile> {
    prop_oneof![Just(Profile::Aes128CmSha1), Just(Profile::Aes128Gcm), Just(Profile::Aes256Gcm)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_packet_is_sealed_as_str0m_seals_it(
        profile in profiles(),
        material in proptest::collection::vec(any::<u8>(), 88),
        client in any::<bool>(),
        packet in proptest::collection::vec(any::<u8>(), 20..1_300),
        ssrc in any::<u32>(),
        index in 0u64..1 << 48,
    ) {
        let handed = Handed { profile, material, client };
        let (mut sealer, _) = ciphers(&handed).expect("keys");
        let (ours, _) = masters(&handed).expect("keys");
        let mut buffer = packet.clone();
        sealer.seal_rtp(&mut buffer, 0, 20, ssrc, index).expect("sealed");
        prop_assert_eq!(buffer, of_str0m(profile, &ours, &packet, 20, ssrc, index));
    }

    #[test]
    fn what_one_end_reports_the_other_opens_once_and_only_unchanged(
        profile in profiles(),
        material in proptest::collection::vec(any::<u8>(), 88),
        mut reports in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 8..200), 1..40),
        late in any::<prop::sample::Index>(),
        flipped in any::<prop::sample::Index>(),
    ) {
        // Of two reporters, as a browser has.
        reports.iter_mut().enumerate().for_each(|(at, report)| report[4..8].copy_from_slice(&[1, 2, 3, at as u8 % 2]));
        let ends = [true, false].map(|client| Handed { profile, material: material.clone(), client });
        let [(mut sealer, _), (_, mut opener)] = ends.map(|end| ciphers(&end).expect("keys"));
        let mut sealed: Vec<Vec<u8>> = reports.clone();
        sealed.iter_mut().for_each(|report| sealer.seal_rtcp(report, 0).expect("sealed"));
        let mut forged = sealed[0].clone();
        let at = flipped.index(forged.len() * 8);
        forged[at / 8] ^= 1 << (at % 8);
        prop_assert_eq!(opener.open_rtcp(&mut forged), Err(Failed));
        // All but one in order, that one late, and then all of them again.
        let late = late.index(sealed.len());
        let order = (0..sealed.len()).filter(|at| *at != late).chain([late]);
        for at in order {
            let mut report = sealed[at].clone();
            prop_assert_eq!(opener.open_rtcp(&mut report), Ok(&reports[at][..]));
        }
        for report in &mut sealed {
            prop_assert_eq!(opener.open_rtcp(report), Err(Failed));
        }
    }

    #[test]
    fn no_report_panics(profile in profiles(), mut report in proptest::collection::vec(any::<u8>(), 0..60)) {
        let (_, mut opener) = ciphers(&Handed { profile, material: vec![7; 88], client: true }).expect("keys");
        prop_assert_eq!(opener.open_rtcp(&mut report), Err(Failed));
    }
}

#[test]
fn material_that_is_too_short_makes_no_keys() {
    let handed = Handed { profile: Profile::Aes256Gcm, material: vec![0; 87], client: true };
    assert!(ciphers(&handed).is_err());
}

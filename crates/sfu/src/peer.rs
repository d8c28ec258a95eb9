//! One peer's WebRTC state machine, with what may go wrong in it kept inside.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use media::{Codec, Kind, wrap_red};
use str0m::change::SdpOffer;
use str0m::channel::ChannelId;
use str0m::format::FormatParams;
use str0m::media::{Frequency, MediaKind, Mid, Pt, Rid};
use str0m::net::{DatagramSend, Protocol, Receive, TcpType};
use str0m::rtp::{Extension, ExtensionMap, RtpWrite, SeqNo};
use str0m::{Candidate, Event, IceCreds, Input, Output, PacerReason, Reason, Rtc};

use crate::answer::{RepairStream, with_repair};
use crate::fast::keys::KeySlot;
use crate::fast::{Agreed, FastEgress, RepairAgreed, Way, agreed};
use crate::{Config, Egress, Form, Identity, Offer, Outgoing, SfuError};

/// Orders of the state machine to come back at once that are followed in one go. A peer that asks for more is
/// broken, or the pacer has more than this to send, which can wait for the next call.
const SPINS_MAX: usize = 4_096;

/// Packets per viewer that can be sent again, about two seconds of 2.5 Mbit/s. Most of a viewer's memory is this.
const RESEND_PACKETS: usize = 512;

/// How much of what is sent may be resends before they stop: beyond this the link is full, not lossy.
const RESEND_SHARE_MAX: f32 = 0.4;

/// The share of a viewer's packets whose loss makes its resends go out twice. A browser that only watches knows no
/// round trip and asks again for what did not come only after 100 ms: a resend that is lost too is a stutter, one
/// packet more is not. Below this, stutters are rarer than one in ten seconds.
const LOSSY_SHARE_MIN: f32 = 0.01;

/// Above this the link is more likely full than lossy, and more packets would fill it further.
const LOSSY_SHARE_MAX: f32 = 0.15;

/// How soon a handshake message that nothing answered is sent again, at first; then twice as long each time.
const FLIGHT_WAIT: Duration = Duration::from_millis(150);

/// The longest wait between two sendings of a handshake message.
const FLIGHT_WAIT_MAX: Duration = Duration::from_secs(2);

/// Datagrams of one handshake flight that are kept: a certificate of any real size fits.
const FLIGHT_MAX: usize = 16;

/// How often a viewer's pacer is asked when it has no media to send. It would pad the line up to an estimate that
/// nobody uses, in hundreds of tiny packets a second.
const IDLE_WAIT: Duration = Duration::from_millis(250);

/// Trickled candidates of one peer that are taken in; the others are passed over until it restarts ICE. The state
/// machine keeps them all and walks over them for every packet of the handshake, on a loop that others share. As
/// ICE-lite this end never calls, so a peer that is passed over still gets through: it is known by where it calls from.
pub(crate) const CANDIDATES_MAX: usize = 32;

/// A datagram to be sent.
#[derive(Debug)]
pub(crate) struct Datagram {
    pub(crate) proto: Protocol,
    pub(crate) source: SocketAddr,
    pub(crate) destination: SocketAddr,
    pub(crate) contents: DatagramSend,
}

/// Where a peer can reach this house.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocalAddress {
    /// UDP or TCP.
    pub proto: Protocol,
    /// The address.
    pub addr: SocketAddr,
}

pub(crate) struct Peer {
    rtc: Rtc,
    audio: Option<Mid>,
    video: Option<Mid>,
    /// When the state machine wants to be called.
    pub(crate) due: Instant,
    /// It panicked or failed; nothing more is asked of it.
    pub(crate) failed: bool,
    /// Payload types of retransmissions, as bits, to count them on their way out.
    resend_pts: u128,
    pub(crate) sent: u64,
    pub(crate) sent_bytes: u64,
    pub(crate) resent: u64,
    /// Trickled candidates taken in since ICE began, or began anew.
    pub(crate) candidates: usize,
    nack: bool,
    /// Whether its link loses so much that resends go out twice.
    lossy: bool,
    /// Whether its pacer is the one that pads.
    estimates: bool,
    /// Its media and reports go another way: nothing that the state machine seals for them may leave.
    silent: bool,
    /// Where its packets go, as far as is known.
    pub(crate) way: Option<Way>,
    flight: Flight,
    /// The channel by which the other end listens to this one.
    pub(crate) channel: Option<ChannelId>,
}

/// The handshake messages sent last. OpenSSL leaves repeating them to its caller, and a lost one would otherwise be
/// the end: some peers even drop the first on purpose, because it comes before they listen.
#[derive(Default)]
struct Flight {
    datagrams: Vec<(Protocol, SocketAddr, SocketAddr, Vec<u8>)>,
    /// Something of the other end's has come since: the next message begins a new flight.
    answered: bool,
    due: Option<Instant>,
    wait: Duration,
    done: bool,
}

impl Flight {
    fn note(&mut self, transmit: &str0m::net::Transmit, now: Instant) {
        if self.done || !is_handshake(&transmit.contents) {
            return;
        }
        if std::mem::take(&mut self.answered) {
            self.datagrams.clear();
        }
        if self.datagrams.len() < FLIGHT_MAX {
            let copy = (transmit.proto, transmit.source, transmit.destination, transmit.contents.to_vec());
            self.datagrams.push(copy);
        }
        self.wait = FLIGHT_WAIT;
        self.due = Some(now + FLIGHT_WAIT);
    }

    fn repeat(&mut self, now: Instant, out: &mut VecDeque<Datagram>) {
        if self.due.is_none_or(|due| now < due) {
            return;
        }
        self.wait = (self.wait * 2).min(FLIGHT_WAIT_MAX);
        self.due = Some(now + self.wait);
        for (proto, source, destination, contents) in &self.datagrams {
            out.push_back(Datagram {
                proto: *proto,
                source: *source,
                destination: *destination,
                contents: contents.clone().into(),
            });
        }
    }

    fn finish(&mut self) {
        *self = Flight { done: true, ..Flight::default() };
    }
}

fn copy(transmit: &str0m::net::Transmit) -> Datagram {
    Datagram {
        proto: transmit.proto,
        source: transmit.source,
        destination: transmit.destination,
        contents: transmit.contents.to_vec().into(),
    }
}

/// What every peer's other end, this one, has in common.
#[derive(Clone, Copy)]
pub(crate) struct Here<'a> {
    pub(crate) identity: &'a Identity,
    pub(crate) config: &'a Config,
    pub(crate) addresses: &'a [LocalAddress],
}

/// Which end of a show a peer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Publisher,
    Viewer,
}

/// What came of an offer.
pub(crate) struct Accepted {
    pub(crate) peer: Peer,
    /// The viewer's broadcast way.
    pub(crate) fast: Option<Box<FastEgress>>,
    pub(crate) answer: String,
}

impl Peer {
    /// Answers an offer.
    pub(crate) fn accept(
        end: End,
        offer: &Offer,
        text: &str,
        credentials: IceCreds,
        here: Here<'_>,
        now: Instant,
    ) -> Result<Accepted, SfuError> {
        let Here { identity, config, addresses } = here;
        let sdp = SdpOffer::from_sdp_string(text).map_err(|error| SfuError::BadOffer(error.to_string()))?;
        let fast = end == Viewer && config.fast;
        let mut rtc = build(end, offer, credentials, identity, config, now);
        let slot = KeySlot::made_last().filter(|_| fast);
        for address in addresses {
            if let Some(candidate) = candidate(address) {
                rtc.add_local_candidate(candidate);
            }
        }
        let answer =
            rtc.sdp_api().accept_offer(sdp).map_err(|error| SfuError::BadOffer(error.to_string()))?;
        let mid = |kind: Kind| {
            let section = offer.section(kind)?;
            let mid = Mid::from(section.mid.as_str());
            let media = rtc.media(mid)?;
            (!media.disabled() && media.kind() == str0m_kind(kind)).then_some(mid)
        };
        let (audio, video) = (mid(Kind::Audio), mid(Kind::Video));
        let params = rtc.codec_config().params();
        let resend_pts =
            params.iter().filter_map(|p| p.resend()).fold(0u128, |bits, pt| bits | 1 << (*pt & 0x7f));
        let answer = match end {
            Publisher => crate::answer::prefer_red(&answer.to_sdp_string(), red_of(&rtc)),
            Viewer => answer.to_sdp_string(),
        };
        let mut peer = Peer {
            rtc,
            audio,
            video,
            due: now,
            failed: false,
            resend_pts,
            sent: 0,
            sent_bytes: 0,
            resent: 0,
            candidates: 0,
            nack: config.retransmit,
            lossy: false,
            estimates: end == Viewer && config.estimate && !fast,
            silent: slot.is_some(),
            way: None,
            flight: Flight::default(),
            channel: None,
        };
        let mut fast = None;
        let mut answer = answer;
        if let Some(slot) = slot {
            let mut agreed = peer.agreed(&answer);
            if config.repair_ahead {
                agreed.ahead = true;
                agreed.repair = agree_on_repair(offer, &agreed, &mut answer);
            }
            peer.take_streams();
            fast = Some(Box::new(FastEgress::new(agreed, slot, config.retransmit, now)));
        } else if end == Viewer {
            peer.prepare_to_send();
        }
        Ok(Accepted { peer, fast, answer })
    }

    /// What its answer agreed on for the broadcast way.
    fn agreed(&mut self, answer: &str) -> Agreed {
        let params = self.rtc.codec_config().params();
        let resends = params.iter().filter_map(|p| Some((*p.pt(), *p.resend()?))).collect();
        let mut stream = |mid: Option<Mid>| {
            let mid = mid?;
            let transport = agreed::transport_extension(answer, &mid.to_string());
            let mut api = self.rtc.direct_api();
            let stream = api.stream_tx_by_mid(mid, None)?;
            Some(agreed::Stream { ssrc: *stream.ssrc(), rtx: stream.rtx().map(|rtx| *rtx), transport })
        };
        let (audio, video) = (stream(self.audio), stream(self.video));
        Agreed { audio, video, ahead: false, repair: None, resends, name: agreed::name(answer).to_owned() }
    }

    /// Takes the state machine's sending streams from it, whose packets and reports go the broadcast way.
    fn take_streams(&mut self) {
        for mid in [self.audio, self.video].into_iter().flatten() {
            let mut api = self.rtc.direct_api();
            while let Some(ssrc) = api.stream_tx_by_mid(mid, None).map(|stream| stream.ssrc()) {
                api.remove_stream_tx(ssrc);
            }
        }
    }

    /// Lets the state machine show where it would send now: by a report that it seals, and that never leaves.
    pub(crate) fn sound(&mut self) {
        self.guarded(|rtc| {
            let mut api = rtc.direct_api();
            let ssrc = api.new_ssrc();
            api.send_pli_feedback(ssrc, ssrc);
            Ok(())
        });
    }

    /// Sound is never delayed, and neither is the picture: what is sent is what the publisher sends, and holding it
    /// back while the estimate starts low would only stall the show. Bursts are spread before they come here.
    fn prepare_to_send(&mut self) {
        // Sound is mended by its redundancy, and no browser asks for it again.
        for (mid, kept) in [(self.audio, 1), (self.video, RESEND_PACKETS)] {
            let Some(mid) = mid else { continue };
            if let Some(stream) = self.rtc.direct_api().stream_tx_by_mid(mid, None) {
                stream.set_unpaced(true);
                stream.set_rtx_cache(kept, Duration::from_secs(2), Some(RESEND_SHARE_MAX));
            }
        }
    }

    pub(crate) fn receives(&self, kind: Kind) -> bool {
        self.mid(kind).is_some()
    }

    /// Payload types in use after the answer, with RED's for those that can be wrapped.
    pub(crate) fn payload_types(&self) -> Vec<(u8, Option<u8>, Option<Codec>)> {
        let params = self.rtc.codec_config().params();
        params.iter().map(|p| (*p.pt(), p.red().map(|pt| *pt), codec_of(p.spec().codec))).collect()
    }

    /// Takes a datagram for this peer.
    pub(crate) fn receive(
        &mut self,
        proto: Protocol,
        source: SocketAddr,
        destination: SocketAddr,
        data: &[u8],
        now: Instant,
    ) {
        self.flight.answered |= is_handshake(data);
        self.guarded(|rtc| {
            let Ok(receive) = Receive::new(proto, source, destination, data) else { return Ok(()) };
            let input = Input::Receive(now, receive);
            if rtc.accepts(&input) { rtc.handle_input(input) } else { Ok(()) }
        });
    }

    /// Takes everything out that there is, and lets time pass where the machine asks for that at once.
    pub(crate) fn drain(&mut self, now: Instant, out: &mut VecDeque<Datagram>, events: &mut Vec<Event>) {
        let (mut sent, mut sent_bytes, mut resent) = (0, 0, 0);
        let (resend_pts, estimates) = (self.resend_pts, self.estimates);
        let mut lossy = self.lossy;
        let mut twice = Vec::new();
        let (silent, mut way) = (self.silent, self.way);
        let (mut due, mut followed) = (now, false);
        let mut flight = std::mem::take(&mut self.flight);
        self.guarded(|rtc| {
            for _ in 0..SPINS_MAX {
                match rtc.poll_output()? {
                    Output::Transmit(transmit) => {
                        if silent && !is_stun(&transmit.contents) {
                            let str0m::net::Transmit { proto, source, destination, .. } = transmit;
                            way = Some(Way { proto, source, destination });
                        }
                        if silent && is_srtp(&transmit.contents) {
                            continue;
                        }
                        if let Some(pt) = media_payload_type(&transmit.contents) {
                            sent += 1;
                            sent_bytes += transmit.contents.len() as u64;
                            let resend = resend_pts >> pt & 1 == 1;
                            resent += u64::from(resend);
                            if resend && lossy {
                                twice.push(copy(&transmit));
                            }
                        } else {
                            flight.note(&transmit, now);
                        }
                        followed = false;
                        out.push_back(Datagram {
                            proto: transmit.proto,
                            source: transmit.source,
                            destination: transmit.destination,
                            contents: transmit.contents,
                        });
                    }
                    Output::Event(event) => {
                        if matches!(event, Event::Connected) {
                            flight.finish();
                        }
                        if let Event::PeerStats(stats) = &event {
                            let share = stats.egress_loss_fraction.unwrap_or(0.0);
                            lossy = (LOSSY_SHARE_MIN..LOSSY_SHARE_MAX).contains(&share);
                        }
                        events.push(event);
                    }
                    Output::Timeout(at) => {
                        let idle = estimates && is_idle(rtc.last_timeout_reason());
                        // The soonest reason hides the others, so an idle one that is due is followed once, and
                        // again for as long as something comes out.
                        if at > now || (idle && std::mem::replace(&mut followed, true)) {
                            due = if idle { at.max(now + IDLE_WAIT) } else { at };
                            return Ok(());
                        }
                        rtc.handle_input(Input::Timeout(now))?;
                    }
                }
            }
            Ok(())
        });
        // Behind everything else, so that what loses the first copy has more of a chance to be over. The other end
        // takes a datagram it has already had for a replay and drops it (RFC 3711, section 3.3.2).
        sent += twice.len() as u64;
        resent += twice.len() as u64;
        sent_bytes += twice.iter().map(|transmit| transmit.contents.len() as u64).sum::<u64>();
        out.extend(twice);
        self.lossy = lossy;
        self.way = way;
        flight.repeat(now, out);
        self.due = flight.due.map_or(due, |repeat| repeat.min(due));
        self.flight = flight;
        self.sent += sent;
        self.sent_bytes += sent_bytes;
        self.resent += resent;
    }

    /// Time has passed without a datagram.
    pub(crate) fn timeout(&mut self, now: Instant) {
        self.guarded(|rtc| rtc.handle_input(Input::Timeout(now)));
    }

    /// Asks the publisher for a keyframe of the stream with this name.
    pub(crate) fn ask_keyframe(&mut self, rid: Option<Rid>) -> bool {
        let Some(mid) = self.video else { return false };
        let mut asked = false;
        self.guarded(|rtc| {
            let mut api = rtc.direct_api();
            if let Some(stream) = api.stream_rx_by_mid(mid, rid) {
                stream.request_keyframe(str0m::media::KeyframeRequestKind::Pli);
                asked = true;
            }
            Ok(())
        });
        asked
    }

    /// Takes the other end's new ICE credentials, with `ours` for this end. The answer to the first offer stays as
    /// it was but for those, so the offer is taken again with them.
    pub(crate) fn restart_ice(&mut self, offer: &str, ours: &IceCreds) -> Result<(), SfuError> {
        let sdp = SdpOffer::from_sdp_string(offer).map_err(|error| SfuError::BadOffer(error.to_string()))?;
        let mut outcome = Ok(());
        self.guarded(|rtc| {
            outcome = rtc
                .sdp_api()
                .accept_offer(sdp)
                .map(|_| ())
                .map_err(|error| SfuError::BadOffer(error.to_string()));
            rtc.direct_api().set_local_ice_credentials(ours.clone());
            Ok(())
        });
        if self.silent {
            // It has made itself new ones.
            self.take_streams();
        }
        if outcome.is_ok() {
            // The state machine has let go of the old ones.
            self.candidates = 0;
        }
        outcome
    }

    pub(crate) fn add_remote_candidate(&mut self, candidate: Candidate) {
        if self.candidates >= CANDIDATES_MAX {
            return;
        }
        self.candidates += 1;
        self.guarded(|rtc| {
            rtc.add_remote_candidate(candidate);
            Ok(())
        });
    }

    /// Says something over the peer's own channel. `false` where it has opened none.
    pub(crate) fn tell(&mut self, text: &str) -> bool {
        let Some(channel) = self.channel else { return false };
        let mut told = false;
        self.guarded(|rtc| {
            if let Some(mut channel) = rtc.channel(channel) {
                told = channel.write(false, text.as_bytes())?;
            }
            Ok(())
        });
        told
    }

    /// Says goodbye; what is to be sent for that comes out of the next [`Peer::drain`].
    pub(crate) fn close(&mut self) {
        self.guarded(Rtc::close);
    }

    pub(crate) fn is_alive(&self) -> bool {
        !self.failed && self.rtc.is_alive()
    }

    fn mid(&self, kind: Kind) -> Option<Mid> {
        match kind {
            Kind::Audio => self.audio,
            Kind::Video => self.video,
        }
    }

    /// str0m panics where it finds a bug of its own. That costs this peer, not the loop: the state machine owns
    /// nothing outside itself, so nothing half done is left behind.
    fn guarded(&mut self, ask: impl FnOnce(&mut Rtc) -> Result<(), str0m::RtcError>) {
        if self.failed {
            return;
        }
        let rtc = &mut self.rtc;
        match catch_unwind(AssertUnwindSafe(|| ask(rtc))) {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::debug!(%error, "A peer's state machine failed");
                self.failed = true;
            }
            Err(_) => {
                tracing::error!("A peer's state machine panicked; the peer is dropped");
                self.failed = true;
            }
        }
    }
}

use End::{Publisher, Viewer};

impl Egress for Peer {
    fn write(&mut self, form: Form, outgoing: Outgoing) {
        let packet = &outgoing.packet;
        let Some(mid) = self.mid(packet.kind()) else { return };
        let time = u32::try_from(outgoing.time & 0xffff_ffff).unwrap_or(0);
        let (pt, payload) = match form {
            Form::Plain { pt } => (pt, outgoing.payload()),
            Form::Red { pt, inner, depth } => {
                let depth = usize::from(depth).min(packet.earlier.len());
                (pt, wrap_red(inner, &packet.earlier[..depth], &packet.payload).into())
            }
        };
        let write = RtpWrite::new(Pt::from(pt), SeqNo::from(outgoing.seq), time, outgoing.wallclock, payload)
            .marker(packet.marker)
            .nackable(self.nack && matches!(form, Form::Plain { .. }));
        self.guarded(|rtc| {
            if let Some(stream) = rtc.direct_api().stream_tx_by_mid(mid, None) {
                stream.write_rtp(write);
            }
            Ok(())
        });
    }
}

/// Names a stream of repair packets in the answer, if the viewer takes them.
fn agree_on_repair(offer: &Offer, agreed: &Agreed, answer: &mut String) -> Option<RepairAgreed> {
    let section = offer.section(Kind::Video)?;
    let (video, pt) = (agreed.video?, section.repair?);
    let repair = RepairStream::beside(video.ssrc, pt, answer);
    *answer = with_repair(answer, &section.mid, repair);
    let (media, transport) = (video.ssrc, video.transport);
    Some(RepairAgreed { ssrc: repair.ssrc, pt, media, transport })
}

/// Exactly the codecs of the offer that are known here, so that whatever the offer names of them is in the answer.
fn build(
    end: End,
    offer: &Offer,
    credentials: IceCreds,
    identity: &Identity,
    config: &Config,
    now: Instant,
) -> Rtc {
    let mut builder = Rtc::builder()
        .set_rtp_mode(true)
        .set_ice_lite(true)
        .set_local_ice_credentials(credentials)
        .set_crypto_provider(Arc::clone(&identity.crypto))
        .set_dtls_cert(identity.certificate.clone())
        .clear_codecs()
        .enable_opus(true, config.audio_redundancy)
        .set_extension_map(extensions(end));
    if end == Publisher || !config.fast {
        builder = builder.set_stats_interval(Some(Duration::from_secs(2)));
    }
    if end == Viewer && config.estimate && !config.fast {
        builder = builder.enable_bwe(Some(str0m::bwe::Bitrate::mbps(2)));
    }
    let codecs = builder.codec_config();
    for format in offer.formats().filter(|format| format.description.codec.kind() == Kind::Video) {
        let resend = format.rtx.filter(|_| config.retransmit).map(Pt::from);
        let codec = match format.description.codec {
            Codec::H264 => str0m::format::Codec::H264,
            Codec::H265 => str0m::format::Codec::H265,
            Codec::Vp8 => str0m::format::Codec::Vp8,
            Codec::Vp9 => str0m::format::Codec::Vp9,
            Codec::Av1 => str0m::format::Codec::Av1,
            Codec::Opus => continue,
        };
        let parameters = FormatParams::parse_line(&format.parameters);
        codecs.add_config(Pt::from(format.pt), resend, codec, Frequency::NINETY_KHZ, None, parameters);
    }
    builder.build(now)
}

/// A publisher needs names for its streams; a viewer is shown nothing but the numbers its bandwidth is estimated by.
fn extensions(end: End) -> ExtensionMap {
    let mut map = ExtensionMap::empty();
    map.set(3, Extension::TransportSequenceNumber);
    if end == Publisher {
        map.set(2, Extension::AbsoluteSendTime);
        map.set(4, Extension::RtpMid);
        map.set(10, Extension::RtpStreamId);
        map.set(11, Extension::RepairedRtpStreamId);
    }
    map
}

pub(crate) fn candidate(address: &LocalAddress) -> Option<Candidate> {
    if address.proto == Protocol::Tcp {
        Candidate::builder().tcp().host(address.addr).tcptype(TcpType::Passive).build().ok()
    } else {
        Candidate::host(address.addr, "udp").ok()
    }
}

fn red_of(rtc: &Rtc) -> Option<u8> {
    rtc.codec_config().params().iter().find_map(|p| p.red()).map(|pt| *pt)
}

fn codec_of(codec: str0m::format::Codec) -> Option<Codec> {
    Codec::ALL.into_iter().find(|ours| codec.to_string().eq_ignore_ascii_case(ours.name()))
}

fn str0m_kind(kind: Kind) -> MediaKind {
    match kind {
        Kind::Audio => MediaKind::Audio,
        Kind::Video => MediaKind::Video,
    }
}

/// STUN, by its first byte (RFC 7983).
fn is_stun(datagram: &[u8]) -> bool {
    datagram.first().is_some_and(|first| *first < 4)
}

/// RTP or RTCP, by its first byte (RFC 7983).
pub(crate) fn is_srtp(datagram: &[u8]) -> bool {
    datagram.first().is_some_and(|first| (128..192).contains(first))
}

/// DTLS, by its first byte (RFC 7983).
fn is_handshake(datagram: &[u8]) -> bool {
    datagram.first().is_some_and(|first| (20..64).contains(first))
}

/// Whether the machine only wants to look after its pacer and its estimate, and has nothing of ours to send: both are
/// looked after with every packet, and what is written is sent in the call that follows.
fn is_idle(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::Pacer(PacerReason::Handle | PacerReason::Padding | PacerReason::Probe2)
            | Reason::BweDelayControl
            | Reason::BweProbeControl
            | Reason::BweProbeEstimator
    )
}

/// The payload type of an RTP datagram; `None` for RTCP, DTLS and STUN, which are told apart by their first bytes
/// (RFC 7983, RFC 5761).
fn media_payload_type(datagram: &[u8]) -> Option<u8> {
    let (first, second) = (*datagram.first()?, *datagram.get(1)?);
    let pt = second & 0x7f;
    ((128..192).contains(&first) && !(64..96).contains(&pt)).then_some(pt)
}

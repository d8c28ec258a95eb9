//! One viewer's way out: its packets sealed one behind the other, its reports, and its answers to what it lost.
//!
//! No nonce is ever used for two different packets. A key's nonce is the stream's SSRC and the packet's number:
//! - str0m seals with the same keys, since both have them from one handshake. It has no sending stream (they are taken
//!   from it as soon as the answer is written, and again after an ICE restart), so it has no media and no reports to
//!   seal; and whatever it seals all the same, for one to see where its packets would go, is dropped by
//!   `Peer::drain` before it leaves. What never leaves gives no second text under a nonce.
//! - Here, a number of a stream is sealed once: `Lane::sealed` refuses it a second time, and refuses what is too old
//!   to be sure. Resends with RTX have a stream and a count of their own, and so do repair packets and RTCP.
//! - A resend to a viewer without RTX does repeat number and nonce, as RFC 3711 has it, because it repeats every byte:
//!   the header and its extension are made again from the record, and so is the payload from the shared one.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use media::{Kind, red_bytes, write_red};
use str0m::net::Protocol;

use super::agreed::Agreed;
use super::keys::KeySlot;
use super::lane::Lane;
use super::mending::Mending;
use super::ntp::NtpClock;
use super::recovery::Content;
use super::resend::Budget;
use super::rtcp::{self, Report, Rtcp, Transport};
use super::sent::Sent;
use super::srtp::{Failed, Opener, Sealer, ciphers};
use super::transport::{Acknowledged, TransportNumbers};
use crate::Packet;
use crate::egress::{Egress, Form, Outgoing};
use crate::fec::{Repair, RepairStream, Scheme};
use crate::packet::renumber;

/// Packets waiting for the viewer's turn, which comes after every batch of datagrams: a keyframe to who joins, and
/// more resends than its budget has. What comes when it is full is left out, which the viewer takes for loss.
const QUEUE_MAX: usize = 2_048;

/// Datagrams the kernel takes in one call.
const SEGMENTS_MAX: usize = 64;

/// Bytes the kernel takes in one call: the longest UDP payload, with room for headers.
const BURST_BYTES_MAX: usize = 60_000;

/// The longest RTCP packet that is read; a browser's fits an Ethernet frame.
const RTCP_BYTES_MAX: usize = 2_048;

/// While the round trip is not known, who asks again so soon is taken to ask for the same loss.
const ROUND_TRIP_UNKNOWN: Duration = Duration::from_millis(20);

/// A round trip is not believed to be longer; a viewer could otherwise keep itself from being answered.
const ROUND_TRIP_MAX: Duration = Duration::from_secs(1);

/// Where a viewer's packets go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Way {
    pub(crate) proto: Protocol,
    pub(crate) source: SocketAddr,
    pub(crate) destination: SocketAddr,
}

/// Datagrams for one call: all of `segment` bytes but the last, which may be shorter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Burst {
    pub(crate) segment: usize,
    /// Media packets in it, and their bytes; reports are not counted.
    pub(crate) packets: u64,
    pub(crate) bytes: u64,
    /// Of the packets, how many were sent before.
    pub(crate) resent: u64,
    /// Of the packets, how many only repair others.
    pub(crate) repairs: u64,
}

/// What came of a viewer's RTCP.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Heard {
    /// It needs a keyframe.
    pub(crate) keyframe: bool,
    /// Packets that it newly says it lost.
    pub(crate) lost: u64,
    /// There is something to be sent.
    pub(crate) wrote: bool,
}

/// One viewer's way out.
pub(crate) struct FastEgress {
    agreed: Agreed,
    slot: KeySlot,
    ciphers: Option<(Sealer, Opener)>,
    audio: Option<Lane>,
    video: Option<Lane>,
    queue: VecDeque<Queued>,
    /// Resends that go out a second time, behind everything else, so that what loses the first copy has more of a
    /// chance to be over. The other end takes a datagram it has already had for a replay and drops it.
    twice: Twice,
    transport: TransportNumbers,
    acknowledged: Vec<Acknowledged>,
    /// The number of the next repair packet in its own stream.
    next_repair: u64,
    budget: Budget,
    pub(crate) mending: Mending,
    round_trip: Option<Duration>,
    /// The viewer's own clock, to be given back with the next report: whose, what it showed, and when.
    clock: Option<(u32, u32, Instant)>,
    retransmit: bool,
}

#[derive(Debug)]
enum Queued {
    Media { form: Form, outgoing: Outgoing },
    Resend { packet: Arc<Packet>, sent: Sent },
    Repair { repair: Arc<Repair>, stream: RepairStream },
    Report { kind: Kind, leaves: bool },
}

#[derive(Debug, Default)]
struct Twice {
    bytes: Vec<u8>,
    sizes: VecDeque<usize>,
}

/// An RTP header to be written.
struct Head {
    ssrc: u32,
    pt: u8,
    marker: bool,
    index: u64,
    time: u32,
    /// The extension's number and the transport-wide sequence number in it.
    transport: Option<(u8, u16)>,
}

impl Head {
    fn bytes(transport: Option<u8>) -> usize {
        if transport.is_some() { 20 } else { 12 }
    }

    fn write(&self, out: &mut Vec<u8>) {
        let [.., high, low] = self.index.to_be_bytes();
        let extended = if self.transport.is_some() { 0x90 } else { 0x80 };
        out.extend_from_slice(&[extended, u8::from(self.marker) << 7 | (self.pt & 0x7f), high, low]);
        out.extend_from_slice(&self.time.to_be_bytes());
        out.extend_from_slice(&self.ssrc.to_be_bytes());
        if let Some((id, number)) = self.transport {
            let [high, low] = number.to_be_bytes();
            // One extension of the short form (RFC 8285): two bytes, filled up to a word.
            out.extend_from_slice(&[0xbe, 0xde, 0, 1, id << 4 | 1, high, low, 0]);
        }
    }
}

impl FastEgress {
    pub(crate) fn new(agreed: Agreed, slot: KeySlot, retransmit: bool, now: Instant) -> FastEgress {
        let mending = Mending::new(agreed.repair, agreed.ahead, now);
        FastEgress {
            audio: agreed.audio.map(Lane::new),
            video: agreed.video.map(Lane::new),
            agreed,
            slot,
            ciphers: None,
            queue: VecDeque::new(),
            twice: Twice::default(),
            transport: TransportNumbers::new(now),
            acknowledged: Vec::new(),
            next_repair: 1,
            budget: Budget::default(),
            mending,
            round_trip: None,
            clock: None,
            retransmit,
        }
    }

    /// Queues the reports that are due.
    pub(crate) fn report(&mut self, now: Instant) {
        for kind in [Kind::Audio, Kind::Video] {
            if self.lane_mut(kind).is_some_and(|lane| lane.takes_report(now)) {
                self.push(Queued::Report { kind, leaves: false });
            }
        }
    }

    /// When the next report is due.
    pub(crate) fn due(&self) -> Option<Instant> {
        let lanes = [&self.audio, &self.video];
        lanes.into_iter().flatten().filter_map(Lane::report_at).min()
    }

    /// Says that its streams end.
    pub(crate) fn leave(&mut self) {
        for kind in [Kind::Audio, Kind::Video] {
            if self.lane_mut(kind).is_some() {
                self.push(Queued::Report { kind, leaves: true });
            }
        }
    }

    /// Sends a repair packet of a layer, if this viewer's link needs it and it was sent all that it stands for.
    pub(crate) fn repair(&mut self, layer: u8, scheme: Scheme, repair: &Arc<Repair>) {
        if let Some(stream) = self.mending.stream(layer, scheme, repair) {
            self.push(Queued::Repair { repair: Arc::clone(repair), stream });
        }
    }

    /// Seals the next packets into `buffer`, as many as one call takes. `None` when there are none.
    pub(crate) fn burst(&mut self, clock: NtpClock, now: Instant, buffer: &mut Vec<u8>) -> Option<Burst> {
        buffer.clear();
        if !self.is_ready() {
            // It was connected once, or nothing would have been written; there is nobody to send it to.
            self.queue.clear();
            return None;
        }
        let mut burst = Burst::default();
        let mut last = usize::MAX;
        while let Some(next) = self.queue.front() {
            let size = self.size_of(next);
            if burst.segment > 0 && !joins(buffer.len(), burst, last, size) {
                break;
            }
            let Some(next) = self.queue.pop_front() else { break };
            let start = buffer.len();
            if self.seal(next, clock, now, buffer, &mut burst).is_err() {
                buffer.truncate(start);
                continue;
            }
            last = buffer.len() - start;
            burst.segment = burst.segment.max(last);
            if size.is_none() {
                break;
            }
        }
        if burst.segment == 0 {
            return self.burst_of_twice(buffer);
        }
        Some(burst)
    }

    fn burst_of_twice(&mut self, buffer: &mut Vec<u8>) -> Option<Burst> {
        let mut burst = Burst::default();
        let mut last = usize::MAX;
        let mut taken = 0;
        while let Some(size) = self.twice.sizes.front().copied() {
            if burst.segment > 0 && !joins(taken, burst, last, Some(size)) {
                break;
            }
            self.twice.sizes.pop_front();
            taken += size;
            last = size;
            burst.segment = burst.segment.max(size);
            burst.packets += 1;
            burst.resent += 1;
            burst.bytes += size as u64;
        }
        buffer.extend(self.twice.bytes.drain(..taken));
        (burst.segment > 0).then_some(burst)
    }

    /// Takes the viewer's RTCP. `packet_of` finds a packet by its layer and its number in the room.
    pub(crate) fn hear(
        &mut self,
        datagram: &[u8],
        clock: NtpClock,
        now: Instant,
        scratch: &mut Vec<u8>,
        packet_of: impl Fn(u8, u64) -> Option<Arc<Packet>>,
    ) -> Heard {
        let mut heard = Heard::default();
        if datagram.len() > RTCP_BYTES_MAX || !self.is_ready() {
            return heard;
        }
        scratch.clear();
        scratch.extend_from_slice(datagram);
        let Some((_, opener)) = &mut self.ciphers else { return heard };
        let Ok(compound) = opener.open_rtcp(scratch) else { return heard };
        let queued = self.queue.len();
        for packet in rtcp::packets(compound) {
            match packet {
                Rtcp::SenderReport { reports, .. } | Rtcp::ReceiverReport { reports, .. } => {
                    reports.for_each(|report| heard.lost += self.reported(&report, clock, now));
                }
                Rtcp::Nack { media, lost } => {
                    if self.retransmit && self.is_video(media) {
                        lost.for_each(|low| self.asked(low, now));
                    }
                }
                Rtcp::Pli { media } | Rtcp::Fir { media } => heard.keyframe |= self.is_video(media),
                Rtcp::Transport(feedback) => self.on_feedback(&feedback, now),
                Rtcp::Clock { ssrc, ntp } => self.clock = Some((ssrc, ntp, now)),
                Rtcp::Estimate { .. } | Rtcp::Descriptions | Rtcp::Goodbye | Rtcp::Other => {}
            }
        }
        self.resend(now, &packet_of);
        heard.wrote = self.queue.len() > queued;
        heard
    }

    /// What the viewer says of its packets' arrival, joined with when they were sent.
    fn on_feedback(&mut self, feedback: &Transport<'_>, now: Instant) {
        self.transport.acknowledge(feedback, &mut self.acknowledged);
        self.mending.hear(&self.acknowledged, now);
    }

    fn reported(&mut self, report: &Report, clock: NtpClock, now: Instant) -> u64 {
        let lanes = [&mut self.audio, &mut self.video];
        let Some(lane) = lanes.into_iter().flatten().find(|lane| lane.stream.ssrc == report.ssrc) else {
            return 0;
        };
        let lost = lane.lost(report.lost);
        if report.last_report != 0 {
            let passed = clock.middle(now).wrapping_sub(report.last_report);
            let there_and_back = passed.wrapping_sub(report.since_last_report);
            // A clock that runs a little faster over there may bring it below nothing.
            let there_and_back = if there_and_back > u32::MAX / 2 { 0 } else { there_and_back };
            let measured = Duration::from_micros(u64::from(there_and_back) * 1_000_000 / 65_536);
            let before = self.round_trip.unwrap_or(measured);
            self.round_trip = Some(((before * 7 + measured) / 8).min(ROUND_TRIP_MAX));
        }
        if self.is_video(report.ssrc) {
            let share = f32::from(report.fraction_lost) / 256.0;
            self.mending.report(share, self.round_trip, now);
        }
        lost
    }

    /// The viewer asks for a packet, unless it has asked for more than its share.
    fn asked(&mut self, low: u16, now: Instant) {
        if self.budget.ask(now) {
            self.mending.recovery.asked(low, now);
        }
    }

    /// Sends again what is worth it now, as far as the budget goes.
    fn resend(&mut self, now: Instant, packet_of: &impl Fn(u8, u64) -> Option<Arc<Packet>>) {
        if !self.retransmit {
            return;
        }
        let round_trip = self.round_trip.unwrap_or(ROUND_TRIP_UNKNOWN);
        while let Some(seq) = self.mending.recovery.poll(round_trip, now) {
            let Some(sent) = self.video.as_mut().and_then(|lane| lane.sent.find(seq as u16)) else {
                continue;
            };
            let Some(packet) = packet_of(sent.layer, sent.number) else { continue };
            if !self.budget.take(packet.payload.len(), now) {
                continue;
            }
            let sent = *sent;
            self.push(Queued::Resend { packet, sent });
        }
    }

    fn push(&mut self, queued: Queued) {
        if self.queue.len() < QUEUE_MAX {
            self.queue.push_back(queued);
        }
    }

    /// Whether the handshake is over; its keys are taken the first time this is asked after it.
    fn is_ready(&mut self) -> bool {
        if self.ciphers.is_none()
            && let Some(handed) = self.slot.get()
        {
            self.ciphers = ciphers(handed).ok();
        }
        self.ciphers.is_some()
    }

    fn is_video(&self, ssrc: u32) -> bool {
        self.video.as_ref().is_some_and(|lane| lane.stream.ssrc == ssrc)
    }

    fn lane_mut(&mut self, kind: Kind) -> Option<&mut Lane> {
        match kind {
            Kind::Audio => self.audio.as_mut(),
            Kind::Video => self.video.as_mut(),
        }
    }

    fn lane(&self, kind: Kind) -> Option<&Lane> {
        match kind {
            Kind::Audio => self.audio.as_ref(),
            Kind::Video => self.video.as_ref(),
        }
    }

    /// The bytes of a packet on the wire; `None` for a report, which goes alone.
    fn size_of(&self, queued: &Queued) -> Option<usize> {
        let (transport, payload) = match queued {
            Queued::Media { form, outgoing } => {
                let packet = &outgoing.packet;
                let payload = match form {
                    Form::Plain { .. } => packet.payload.len(),
                    Form::Red { depth, .. } => red_bytes(earlier(packet, *depth), &packet.payload),
                };
                (self.lane(packet.kind())?.stream.transport, payload)
            }
            Queued::Resend { packet, sent } => {
                let lane = self.lane(packet.kind())?;
                (lane.stream.transport, packet.payload.len() + 2 * usize::from(self.has_rtx(lane, sent.pt)))
            }
            Queued::Repair { repair, stream } => {
                (self.video.as_ref()?.stream.transport, repair.bytes(stream))
            }
            Queued::Report { .. } => return None,
        };
        let (sealer, _) = self.ciphers.as_ref()?;
        Some(Head::bytes(transport) + payload + sealer.profile().tag_bytes())
    }

    fn has_rtx(&self, lane: &Lane, pt: u8) -> bool {
        lane.stream.rtx.is_some() && self.agreed.resend_type(pt).is_some()
    }

    fn seal(
        &mut self,
        queued: Queued,
        clock: NtpClock,
        now: Instant,
        buffer: &mut Vec<u8>,
        burst: &mut Burst,
    ) -> Result<(), Failed> {
        let start = buffer.len();
        match queued {
            Queued::Media { form, outgoing } => self.seal_media(form, &outgoing, now, buffer)?,
            Queued::Resend { packet, sent } => {
                self.seal_resend(&packet, &sent, now, buffer)?;
                burst.resent += 1;
                if self.mending.resends_twice(sent.seq) {
                    self.twice.bytes.extend_from_slice(&buffer[start..]);
                    self.twice.sizes.push_back(buffer.len() - start);
                }
            }
            Queued::Repair { repair, stream } => {
                self.seal_repair(&repair, &stream, now, buffer)?;
                burst.repairs += 1;
            }
            Queued::Report { kind, leaves } => return self.seal_report(kind, leaves, clock, now, buffer),
        }
        burst.packets += 1;
        burst.bytes += (buffer.len() - start) as u64;
        Ok(())
    }

    fn seal_media(
        &mut self,
        form: Form,
        outgoing: &Outgoing,
        now: Instant,
        buffer: &mut Vec<u8>,
    ) -> Result<(), Failed> {
        let packet = &outgoing.packet;
        let kind = packet.kind();
        let number = self.transport.next();
        let Some(lane) = (match kind {
            Kind::Audio => self.audio.as_mut(),
            Kind::Video => self.video.as_mut(),
        }) else {
            return Err(Failed);
        };
        if !lane.sealed.note(outgoing.seq) {
            return Err(Failed);
        }
        let (Form::Plain { pt } | Form::Red { pt, .. }) = form;
        let head = Head {
            ssrc: lane.stream.ssrc,
            pt,
            marker: packet.marker,
            index: outgoing.seq,
            time: (outgoing.time & 0xffff_ffff) as u32,
            transport: lane.stream.transport.map(|id| (id, number)),
        };
        let (sealer, _) = self.ciphers.as_mut().ok_or(Failed)?;
        let size = put(sealer, &head, buffer, |out| match form {
            Form::Plain { .. } => put_payload(out, packet, outgoing.pictures),
            Form::Red { inner, depth, .. } => {
                write_red(out, inner, earlier(packet, depth), &packet.payload);
            }
        })?;
        lane.count(size.payload);
        if kind == Kind::Video && self.retransmit {
            let (seq, time) = (outgoing.seq, head.time);
            let (layer, pictures) = (packet.layer, outgoing.pictures);
            let sent =
                Sent { seq, number: packet.seq, time, again_ms: 0, transport: number, pictures, pt, layer };
            lane.sent.note(sent);
            self.budget.sent(size.payload, now);
            self.mending.recovery.sent(outgoing.seq);
        }
        if head.transport.is_some() {
            let content = match kind {
                Kind::Audio => Content::Other,
                Kind::Video => Content::Picture(outgoing.seq as u16),
            };
            self.transport.note(size.whole, content, now);
        }
        Ok(())
    }

    fn seal_resend(
        &mut self,
        packet: &Packet,
        sent: &Sent,
        now: Instant,
        buffer: &mut Vec<u8>,
    ) -> Result<(), Failed> {
        let lane = self.video.as_mut().ok_or(Failed)?;
        let (sealer, _) = self.ciphers.as_mut().ok_or(Failed)?;
        let mut head = Head {
            ssrc: lane.stream.ssrc,
            pt: sent.pt,
            marker: packet.marker,
            index: sent.seq,
            time: sent.time,
            transport: lane.stream.transport.map(|id| (id, sent.transport)),
        };
        let (Some(ssrc), Some(pt)) = (lane.stream.rtx, self.agreed.resend_type(sent.pt)) else {
            put(sealer, &head, buffer, |out| put_payload(out, packet, sent.pictures))?;
            return Ok(());
        };
        let number = self.transport.next();
        head = Head { ssrc, pt, index: lane.next_resend, ..head };
        head.transport = lane.stream.transport.map(|id| (id, number));
        lane.next_resend += 1;
        let size = put(sealer, &head, buffer, |out| {
            out.extend_from_slice(&(sent.seq as u16).to_be_bytes());
            put_payload(out, packet, sent.pictures);
        })?;
        if head.transport.is_some() {
            self.transport.note(size.whole, Content::Resend(sent.seq as u16), now);
        }
        Ok(())
    }

    fn seal_repair(
        &mut self,
        repair: &Repair,
        stream: &RepairStream,
        now: Instant,
        buffer: &mut Vec<u8>,
    ) -> Result<(), Failed> {
        let agreed = self.mending.repair_agreed().ok_or(Failed)?;
        let content = self.mending.sent_repair(repair, stream);
        let head = Head {
            ssrc: agreed.ssrc,
            pt: agreed.pt,
            marker: false,
            index: self.next_repair,
            time: repair.time(stream),
            transport: agreed.transport.map(|id| (id, self.transport.next())),
        };
        self.next_repair += 1;
        let (sealer, _) = self.ciphers.as_mut().ok_or(Failed)?;
        let size = put(sealer, &head, buffer, |out| repair.write(stream, out))?;
        if head.transport.is_some() {
            self.transport.note(size.whole, content, now);
        }
        Ok(())
    }

    /// One datagram for each stream: some receivers look at the first SSRC alone to know whose reports they are.
    fn seal_report(
        &mut self,
        kind: Kind,
        leaves: bool,
        clock: NtpClock,
        now: Instant,
        buffer: &mut Vec<u8>,
    ) -> Result<(), Failed> {
        let start = buffer.len();
        let info = self.lane(kind).and_then(|lane| lane.sender_info(clock, now)).ok_or(Failed)?;
        rtcp::write_sender_report(buffer, &info);
        rtcp::write_name(buffer, info.ssrc, &self.agreed.name);
        if let Some((receiver, ntp, at)) = self.clock.take() {
            let delay = now.saturating_duration_since(at).as_micros() * 65_536 / 1_000_000;
            rtcp::write_clock_back(buffer, info.ssrc, receiver, ntp, u32::try_from(delay).unwrap_or(0));
        }
        if leaves {
            rtcp::write_goodbye(buffer, info.ssrc);
        }
        let (sealer, _) = self.ciphers.as_mut().ok_or(Failed)?;
        sealer.seal_rtcp(buffer, start)
    }
}

impl Egress for FastEgress {
    fn write(&mut self, form: Form, outgoing: Outgoing) {
        if let Some(lane) = self.lane_mut(outgoing.packet.kind()) {
            lane.note(&outgoing);
            if let (Kind::Video, Form::Plain { pt }) = (outgoing.packet.kind(), form) {
                self.mending.note(pt, &outgoing);
            }
            self.push(Queued::Media { form, outgoing });
        }
    }
}

/// Whether a packet of `size` can go in one call with those before it, of which the last has `last` bytes.
fn joins(taken: usize, burst: Burst, last: usize, size: Option<usize>) -> bool {
    size.is_some_and(|size| {
        last == burst.segment
            && size <= burst.segment
            && burst.packets < SEGMENTS_MAX as u64
            && taken + size <= BURST_BYTES_MAX
    })
}

/// The sounds that a packet of sound carries again.
fn earlier(packet: &Packet, depth: u8) -> &[(u32, Arc<[u8]>)] {
    &packet.earlier[..usize::from(depth).min(packet.earlier.len())]
}

/// Writes a packet's payload with the viewer's picture numbers in it.
fn put_payload(out: &mut Vec<u8>, packet: &Packet, pictures: (u16, u8)) {
    let start = out.len();
    out.extend_from_slice(&packet.payload);
    renumber(packet.description.codec, &mut out[start..], pictures);
}

/// The bytes of a sealed packet.
struct Size {
    payload: usize,
    whole: usize,
}

fn put(
    sealer: &mut Sealer,
    head: &Head,
    buffer: &mut Vec<u8>,
    payload: impl FnOnce(&mut Vec<u8>),
) -> Result<Size, Failed> {
    let start = buffer.len();
    head.write(buffer);
    let header = buffer.len() - start;
    payload(buffer);
    let size = buffer.len() - start - header;
    sealer.seal_rtp(buffer, start, header, head.ssrc, head.index)?;
    Ok(Size { payload: size, whole: buffer.len() - start })
}

#[cfg(test)]
mod tests;

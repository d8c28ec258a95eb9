"""Publishes a moving test picture and a tone by WHIP with GStreamer's webrtcbin, until it is interrupted.

Its certificate is RSA, and its ICE agent offers no loopback address: give the server's real one.

whip_gstreamer.py URL STREAM_KEY
"""

import signal
import sys
import urllib.request

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstWebRTC", "1.0")
gi.require_version("GstSdp", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

PIPELINE = """
webrtcbin name=peer bundle-policy=max-bundle
videotestsrc is-live=true pattern=ball ! video/x-raw,width=640,height=360,framerate=30/1 ! videoconvert
  ! vp8enc deadline=1 keyframe-max-dist=60 target-bitrate=800000 ! rtpvp8pay
  ! application/x-rtp,media=video,encoding-name=VP8,payload=96 ! peer.
audiotestsrc is-live=true ! audioconvert ! audioresample ! opusenc ! rtpopuspay
  ! application/x-rtp,media=audio,encoding-name=OPUS,payload=97 ! peer.
"""


def main(url: str, key: str) -> None:
    Gst.init(None)
    pipeline = Gst.parse_launch(PIPELINE)
    peer = pipeline.get_by_name("peer")
    loop = GLib.MainLoop()

    def offer_made(promise, _) -> None:
        reply = promise.get_reply()
        offer = reply.get_value("offer")
        peer.emit("set-local-description", offer, Gst.Promise.new())

    def negotiate(_) -> None:
        for number in range(2):
            transceiver = peer.emit("get-transceiver", number)
            transceiver.set_property("direction", GstWebRTC.WebRTCRTPTransceiverDirection.SENDONLY)
        peer.emit("create-offer", None, Gst.Promise.new_with_change_func(offer_made, None))

    def gathered(*_) -> None:
        if peer.get_property("ice-gathering-state") != GstWebRTC.WebRTCICEGatheringState.COMPLETE:
            return
        sdp = peer.get_property("local-description").sdp.as_text()
        request = urllib.request.Request(
            url,
            data=sdp.encode(),
            headers={"Content-Type": "application/sdp", "Authorization": f"Bearer {key}"},
        )
        with urllib.request.urlopen(request) as response:
            assert response.status == 201, response.status
            text = response.read().decode()
        _, answer = GstSdp.SDPMessage.new()
        GstSdp.sdp_message_parse_buffer(text.encode(), answer)
        described = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, answer)
        peer.emit("set-remote-description", described, Gst.Promise.new())

    def say(*_) -> None:
        print(f"state {peer.get_property('connection-state').value_nick}", flush=True)

    peer.connect("on-negotiation-needed", negotiate)
    peer.connect("notify::ice-gathering-state", gathered)
    peer.connect("notify::connection-state", say)
    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGINT, loop.quit)
    pipeline.set_state(Gst.State.PLAYING)
    loop.run()
    pipeline.set_state(Gst.State.NULL)


main(*sys.argv[1:])

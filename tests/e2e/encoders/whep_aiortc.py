"""Watches a room by WHEP with aiortc, decodes what comes, and prints how much once a second.

whep_aiortc.py URL
"""

import asyncio
import signal
import sys
import urllib.request

from aiortc import RTCPeerConnection, RTCSessionDescription


def post(url: str, offer: str) -> str:
    request = urllib.request.Request(url, data=offer.encode(), headers={"Content-Type": "application/sdp"})
    with urllib.request.urlopen(request) as response:
        assert response.status == 201, response.status
        return response.read().decode()


async def main(url: str) -> None:
    peer = RTCPeerConnection()
    frames = {"video": 0, "audio": 0}
    size = [0, 0]

    async def count(track) -> None:
        while True:
            frame = await track.recv()
            frames[track.kind] += 1
            if track.kind == "video":
                size[:] = [frame.width, frame.height]

    @peer.on("track")
    def begin(track) -> None:
        asyncio.ensure_future(count(track))

    peer.addTransceiver("video", direction="recvonly")
    peer.addTransceiver("audio", direction="recvonly")
    await peer.setLocalDescription(await peer.createOffer())
    answer = await asyncio.to_thread(post, url, peer.localDescription.sdp)
    await peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    over = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, over.set)
    while not over.is_set():
        print(f"frames {frames['video']} {frames['audio']} {size[0]}x{size[1]}", flush=True)
        try:
            await asyncio.wait_for(over.wait(), 0.2)
        except TimeoutError:
            pass
    await peer.close()


asyncio.run(main(*sys.argv[1:]))

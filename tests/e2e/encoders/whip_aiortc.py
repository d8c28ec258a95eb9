"""Publishes a recording by WHIP with aiortc, until it is interrupted.

whip_aiortc.py URL STREAM_KEY FILE
"""

import asyncio
import signal
import sys
import urllib.request

from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaPlayer


def post(url: str, key: str, offer: str) -> str:
    request = urllib.request.Request(
        url,
        data=offer.encode(),
        headers={"Content-Type": "application/sdp", "Authorization": f"Bearer {key}"},
    )
    with urllib.request.urlopen(request) as response:
        assert response.status == 201, response.status
        return response.read().decode()


async def main(url: str, key: str, file: str) -> None:
    peer = RTCPeerConnection()
    player = MediaPlayer(file, loop=True)
    peer.addTransceiver(player.video, direction="sendonly")
    peer.addTransceiver(player.audio, direction="sendonly")

    @peer.on("connectionstatechange")
    def say() -> None:
        print(f"state {peer.connectionState}", flush=True)

    await peer.setLocalDescription(await peer.createOffer())
    answer = await asyncio.to_thread(post, url, key, peer.localDescription.sdp)
    await peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    over = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, over.set)
    await over.wait()
    await peer.close()


asyncio.run(main(*sys.argv[1:]))

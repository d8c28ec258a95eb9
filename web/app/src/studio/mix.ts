// Several sounds as one track: the host's voice over what a shared screen plays.

export class Mix {
  readonly track: MediaStreamTrack | null;
  readonly #context = new AudioContext({ sampleRate: 48_000 });

  constructor(tracks: readonly MediaStreamTrack[]) {
    const out = this.#context.createMediaStreamDestination();
    for (const track of tracks) this.#context.createMediaStreamSource(new MediaStream([track])).connect(out);
    this.track = out.stream.getAudioTracks()[0] ?? null;
    // Sharing a screen is a touch, so the browser lets the context run.
    this.#context.resume().catch(() => undefined);
  }

  close(): void {
    this.track?.stop();
    this.#context.close().catch(() => undefined);
  }
}

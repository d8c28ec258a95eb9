// As much of a browser's peer connection as watching uses, so that a test can stand in for it.

export type Peer = Pick<
  RTCPeerConnection,
  | "connectionState"
  | "localDescription"
  | "remoteDescription"
  | "addTransceiver"
  | "createOffer"
  | "setLocalDescription"
  | "setRemoteDescription"
  | "restartIce"
  | "getReceivers"
  | "getStats"
  | "close"
  | "onconnectionstatechange"
  | "ontrack"
>;

/** Time and luck, from outside. */
export type World = {
  now(): number;
  random(): number;
  after(ms: number, run: () => void): () => void;
};

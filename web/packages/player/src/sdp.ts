// The few words of a session description this player reads or writes itself.

/** Asks for sound in stereo: without it browsers decode Opus to one channel. */
export function withStereo(sdp: string): string {
  const opus = /^a=rtpmap:(\d+) opus\/48000\/2\r?$/im.exec(sdp)?.[1];
  if (opus === undefined) return sdp;
  return sdp.replace(new RegExp(`^(a=fmtp:${opus} (?:(?!stereo=)[^\\r\\n])*)(\\r?)$`, "m"), "$1;stereo=1$2");
}

type IceCredentials = { ufrag: string; pwd: string };

function credentialsOf(sdp: string): IceCredentials | undefined {
  const ufrag = /^a=ice-ufrag:(.+?)\r?$/m.exec(sdp)?.[1];
  const pwd = /^a=ice-pwd:(.+?)\r?$/m.exec(sdp)?.[1];
  return ufrag === undefined || pwd === undefined ? undefined : { ufrag, pwd };
}

/** The fragment that asks the server to restart ICE (RFC 8840): new credentials and the first medium's name. */
export function restartFragment(offer: string): string | undefined {
  const credentials = credentialsOf(offer);
  const mid = /^a=mid:(.+?)\r?$/m.exec(offer)?.[1];
  const medium = /^m=(\w+) /m.exec(offer)?.[1];
  if (credentials === undefined || mid === undefined || medium === undefined) return undefined;
  return [
    `a=ice-ufrag:${credentials.ufrag}`,
    `a=ice-pwd:${credentials.pwd}`,
    `m=${medium} 9 UDP/TLS/RTP/SAVPF 0`,
    `a=mid:${mid}`,
    "a=end-of-candidates",
    "",
  ].join("\r\n");
}

/** The last answer with the credentials and candidates of the server's fragment in place of its own. */
export function restartedAnswer(answer: string, fragment: string): string | undefined {
  const credentials = credentialsOf(fragment);
  if (credentials === undefined) return undefined;
  const candidates = fragment.split(/\r?\n/).filter((line) => line.startsWith("a=candidate:"));
  const lines: string[] = [];
  for (const line of answer.split(/\r?\n/)) {
    if (line.startsWith("a=candidate:") && candidates.length > 0) continue;
    if (line.startsWith("a=ice-ufrag:")) lines.push(`a=ice-ufrag:${credentials.ufrag}`);
    else if (line.startsWith("a=ice-pwd:")) lines.push(`a=ice-pwd:${credentials.pwd}`, ...candidates);
    else lines.push(line);
  }
  return lines.join("\r\n");
}

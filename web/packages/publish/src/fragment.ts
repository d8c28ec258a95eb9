//! `application/trickle-ice-sdpfrag`: the little piece of a session description that says how to be reached.
//! Written when candidates are found and when the connection is started anew; read from the server's answer to that.

/** One way to be reached, of one media section. */
export interface Candidate {
  /** As after `a=`, so beginning with `candidate:`. */
  line: string;
  /** The media section's `a=mid`. */
  mid: string;
}

/** The name and the secret that both ends check one another by. */
export interface IceLogin {
  ufrag: string;
  pwd: string;
}

/** Who one is in the connectivity checks of this description; `null` where it does not say. */
export function iceLoginOf(sdp: string): IceLogin | null {
  const ufrag = /^a=ice-ufrag:(.+)$/m.exec(sdp)?.[1]?.trim();
  const pwd = /^a=ice-pwd:(.+)$/m.exec(sdp)?.[1]?.trim();
  return ufrag === undefined || pwd === undefined ? null : { ufrag, pwd };
}

/** A fragment with these candidates; `over` says that there will be no more. */
export function writeFragment(local: string, candidates: readonly Candidate[], over: boolean): string {
  const login = iceLoginOf(local);
  const head = local
    .split(/\r?\n/)
    .filter((line) => line.startsWith("a=group:BUNDLE") || line === "a=ice-options:trickle");
  const lines = [...new Set(head)];
  if (login !== null) lines.push(`a=ice-ufrag:${login.ufrag}`, `a=ice-pwd:${login.pwd}`);
  const mids =
    candidates.length > 0 ? [...new Set(candidates.map((candidate) => candidate.mid))] : firstMid(local);
  for (const mid of mids) {
    lines.push(mediaLine(local, mid), `a=mid:${mid}`);
    for (const candidate of candidates) if (candidate.mid === mid) lines.push(`a=${candidate.line}`);
    if (over) lines.push("a=end-of-candidates");
  }
  return `${lines.join("\r\n")}\r\n`;
}

/** The server's description after it has answered a restart: its new login and candidates in every section. */
export function restartedBy(remote: string, fragment: string): string | null {
  const login = iceLoginOf(fragment);
  if (login === null) return null;
  const candidates = fragment.split(/\r?\n/).filter((line) => line.startsWith("a=candidate:"));
  const lines: string[] = [];
  for (const line of remote.split(/\r?\n/)) {
    if (line.startsWith("a=candidate:") && candidates.length > 0) continue;
    if (line.startsWith("a=ice-ufrag:")) lines.push(`a=ice-ufrag:${login.ufrag}`);
    else if (line.startsWith("a=ice-pwd:")) lines.push(`a=ice-pwd:${login.pwd}`, ...candidates);
    else lines.push(line);
  }
  return lines.join("\r\n");
}

function firstMid(sdp: string): string[] {
  const mid = /^a=mid:(.+)$/m.exec(sdp)?.[1]?.trim();
  return mid === undefined ? [] : [mid];
}

function mediaLine(sdp: string, mid: string): string {
  const sections = sdp.split(/^(?=m=)/m).slice(1);
  const section = sections.find((text) => new RegExp(`^a=mid:${mid}\\s*$`, "m").test(text)) ?? sections[0];
  const kind = section?.slice(2, section.indexOf(" ")) ?? "audio";
  return `m=${kind} 9 UDP/TLS/RTP/SAVPF 0`;
}

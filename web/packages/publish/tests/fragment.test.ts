import { expect, test } from "vitest";
import { restartedBy, writeFragment } from "../src/fragment.ts";

const LOCAL = [
  "v=0",
  "a=group:BUNDLE 0 1",
  "m=audio 9 UDP/TLS/RTP/SAVPF 63 111",
  "a=ice-ufrag:EsAw",
  "a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1",
  "a=ice-options:trickle",
  "a=mid:0",
  "m=video 9 UDP/TLS/RTP/SAVPF 96",
  "a=ice-ufrag:EsAw",
  "a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1",
  "a=mid:1",
  "",
].join("\r\n");

test("candidates are told with the login and their section", () => {
  const fragment = writeFragment(
    LOCAL,
    [{ line: "candidate:1 1 udp 2130706431 192.0.2.1 3478 typ host", mid: "0" }],
    true,
  );
  expect(fragment.split("\r\n")).toEqual([
    "a=group:BUNDLE 0 1",
    "a=ice-options:trickle",
    "a=ice-ufrag:EsAw",
    "a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1",
    "m=audio 9 UDP/TLS/RTP/SAVPF 0",
    "a=mid:0",
    "a=candidate:1 1 udp 2130706431 192.0.2.1 3478 typ host",
    "a=end-of-candidates",
    "",
  ]);
});

test("a restart begins with a new login and no candidates yet", () => {
  const fragment = writeFragment(LOCAL.replaceAll("EsAw", "new1"), [], false);
  expect(fragment).toContain("a=ice-ufrag:new1\r\n");
  expect(fragment).toContain("a=mid:0\r\n");
  expect(fragment).not.toContain("candidate");
});

test("the server's restart goes into every section, and its old candidates are forgotten", () => {
  const remote = LOCAL.replaceAll("a=mid", "a=candidate:9 1 udp 1 198.51.100.9 1 typ host\r\na=mid");
  const restarted = restartedBy(
    remote,
    "a=ice-ufrag:srv2\r\na=ice-pwd:secret2secret2secret2\r\na=candidate:1 1 udp 1 198.51.100.1 8189 typ host\r\n",
  );
  expect(restarted?.match(/a=ice-ufrag:srv2/g)).toHaveLength(2);
  expect(restarted?.match(/a=candidate:1 /g)).toHaveLength(2);
  expect(restarted).not.toContain("a=candidate:9");
  expect(restarted).not.toContain("EsAw");
});

test("an answer without a login restarts nothing", () => {
  expect(restartedBy(LOCAL, "")).toBeNull();
});

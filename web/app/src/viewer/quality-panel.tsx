// How well it goes, for who asks.

import type { LlHlsQuality, Quality, Wanted } from "@livehouse/player";
import type { LayersDto } from "@livehouse/protocol";
import { useEffect } from "preact/hooks";

import { Segments } from "../shell/choice.tsx";
import { bitrate } from "../shell/figures.ts";
import type { Show } from "./show.ts";
import { text } from "./words.ts";

/** Loss that nobody sees, and loss that everybody sees. */
const LOSS_FAIR = 0.02;
const LOSS_POOR = 0.08;
const DELAY_FAIR_MS = 400;
const DELAY_POOR_MS = 1_200;

type Grade = "good" | "fair" | "poor";

export function QualityPanel({ show }: { show: Show }) {
  const t = text().quality;
  useEffect(() => show.look(), [show]);
  const { choose } = show;
  const hls = choose.way.value === "hls";
  return (
    <div class="panel quality">
      {choose.fellBack.value && <p class="quality-nothing">{t.fellBack}</p>}
      {hls ? (
        <OfHls quality={show.hlsQuality.value} />
      ) : (
        <OfWebRtc quality={show.quality.value} layers={show.layers.value} />
      )}
      <Segments<Wanted>
        label={t.way}
        value={choose.wanted.value}
        options={[
          { value: "auto", name: t.ways.auto },
          { value: "webrtc", name: "WebRTC" },
          { value: "hls", name: "HLS" },
        ]}
        onChange={(way) => show.want(way)}
      />
    </div>
  );
}

function OfHls({ quality }: { quality: LlHlsQuality | null }) {
  const t = text().quality;
  if (quality === null || quality.width === 0) return <p class="quality-nothing">{t.nothing}</p>;
  const { width, height, codec, bitsPerSecond, delayMs, droppedFrames } = quality;
  return (
    <Rows
      rows={[
        [t.picture, `${width} × ${height}${codec ? ` · ${codec}` : ""}`],
        [t.rate, bitsPerSecond === null ? "–" : bitrate(bitsPerSecond)],
        [t.delay, delayMs === null ? "–" : `${(delayMs / 1000).toFixed(1)} s`],
        [t.dropped, String(droppedFrames)],
      ]}
    />
  );
}

function OfWebRtc({ quality, layers }: { quality: Quality | null; layers: LayersDto | null }) {
  const t = text().quality;
  if (quality === null || quality.width === 0) return <p class="quality-nothing">{t.nothing}</p>;
  const grade = gradeOf(quality);
  const rows: [string, string][] = [
    [
      t.picture,
      `${t.frames(String(quality.width), String(quality.height), quality.framesPerSecond.toFixed(0))}${quality.codec ? ` · ${quality.codec}` : ""}`,
    ],
    ...layerRow(layers),
    [t.rate, bitrate(quality.bitsPerSecond)],
    [t.delay, quality.delayMs === null ? "–" : `${Math.round(quality.delayMs)} ms`],
    [t.roundTrip, quality.roundTripMs === null ? "–" : `${Math.round(quality.roundTripMs)} ms`],
    [t.loss, percent(quality.lossShare)],
    [t.concealed, percent(quality.concealedShare)],
    [t.freezes, t.freezesSay(String(quality.freezes), (quality.frozenMs / 1000).toFixed(1))],
  ];
  return (
    <>
      <p class={`grade grade-${grade}`}>{t[grade]}</p>
      <Rows rows={rows} />
    </>
  );
}

function Rows({ rows }: { rows: readonly (readonly [string, string])[] }) {
  return (
    <dl class="numbers">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Which of several layers it is, and why no larger one. Of a show with one there is nothing to say. */
function layerRow(layers: LayersDto | null): [string, string][] {
  if (layers === null || layers.layers.length === 0) return [];
  const t = text().quality;
  if (layers.sent === null) return layers.limit === "link" ? [[t.layer, t.soundOnly]] : [];
  if (layers.layers.length < 2) return [];
  const { sent } = layers;
  const name = sent.height > 0 ? `${sent.height}p` : bitrate(sent.bps);
  return [[t.layer, `${name} · ${t.limits[layers.limit]}`]];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

function gradeOf({ lossShare, delayMs, concealedShare }: Quality): Grade {
  const worst = Math.max(lossShare, concealedShare);
  if (worst > LOSS_POOR || (delayMs ?? 0) > DELAY_POOR_MS) return "poor";
  if (worst > LOSS_FAIR || (delayMs ?? 0) > DELAY_FAIR_MS) return "fair";
  return "good";
}

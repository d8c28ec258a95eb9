// The danmaku allowance, drawn as it is set.

import type { CurveDto } from "@livehouse/protocol";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import { Button } from "../shell/button.tsx";
import { Slider } from "../shell/choice.tsx";
import { shellText } from "../shell/words.ts";
import { curvePoints, fullAfterMs, placeOf, rateAt, valueAt } from "./curve.ts";
import { deskText } from "./words.ts";

const RATE = { least: 1, most: 600 };
const TAU = { least: 100, most: 600_000 };
const WIDTH = 320;
const HEIGHT = 110;

export function CurveForm({
  curve,
  onSave,
}: {
  curve: CurveDto;
  onSave: (curve: CurveDto) => Promise<void>;
}) {
  const t = deskText().settings;
  const draft = useSignal(curve);
  const busy = useSignal(false);
  useEffect(() => {
    draft.value = curve;
  }, [curve.per_minute_max, curve.tau_ms]);
  const { per_minute_max, tau_ms } = draft.value;
  const changed = per_minute_max !== curve.per_minute_max || tau_ms !== curve.tau_ms;
  const says = t.curve(figure(rateAt(draft.value, 0)), figure(per_minute_max));
  const span_ms = fullAfterMs(draft.value) * 1.15;
  return (
    <form
      class="card desk-card"
      onSubmit={(event) => {
        event.preventDefault();
        busy.value = true;
        void onSave(draft.value).finally(() => {
          busy.value = false;
        });
      }}
    >
      <h2>{t.danmaku}</h2>
      <p class="soft">{t.danmakuWhy}</p>
      <figure class="curve">
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={says} preserveAspectRatio="none">
          <title>{says}</title>
          <line x1="0" x2={WIDTH} y1={HEIGHT * 0.1} y2={HEIGHT * 0.1} />
          <line x1="0" x2={WIDTH} y1={HEIGHT * 0.55} y2={HEIGHT * 0.55} />
          <polyline
            points={curvePoints(draft.value, span_ms, per_minute_max / 0.9, WIDTH, HEIGHT)}
            vector-effect="non-scaling-stroke"
          />
        </svg>
        <span class="curve-top numbers">
          {figure(per_minute_max)} {t.axisRate}
        </span>
        <span class="curve-half numbers">{figure(per_minute_max / 2)}</span>
        <figcaption>
          <span class="numbers">0</span>
          <span>{t.axisTime}</span>
          <span class="numbers">{figure(span_ms / 1_000)}</span>
        </figcaption>
      </figure>
      <p class="card-lead">{says}</p>
      <Slider
        label={t.rate}
        min={0}
        max={100}
        step={1}
        value={placeOf(per_minute_max, RATE.least, RATE.most)}
        says={t.rateIs(per_minute_max)}
        onInput={(place) => {
          draft.value = { ...draft.value, per_minute_max: valueAt(place, RATE.least, RATE.most) };
        }}
      />
      <Slider
        label={t.tau}
        min={0}
        max={100}
        step={1}
        value={placeOf(tau_ms, TAU.least, TAU.most)}
        says={t.tauIs(figure(fullAfterMs(draft.value) / 1_000))}
        onInput={(place) => {
          draft.value = { ...draft.value, tau_ms: valueAt(place, TAU.least, TAU.most) };
        }}
      />
      <div class="form-foot">
        <Button kind="primary" type="submit" busy={busy.value} disabled={!changed}>
          {shellText().save}
        </Button>
      </div>
    </form>
  );
}

function figure(value: number): string {
  return value < 10 ? String(Math.round(value * 10) / 10) : String(Math.round(value));
}

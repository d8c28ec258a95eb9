// The check before a show: four findings, each with what it means and what to do.

import {
  bpsMax,
  judgeTrial,
  judgeUplink,
  pictureOf,
  planFor,
  type SoundVerdict,
  scaleDownOf,
} from "@livehouse/publish";

import { Button } from "../shell/button.tsx";
import { bitrate } from "../shell/figures.ts";
import { type Finding, FindingLine } from "./finding.tsx";
import { plan, replan } from "./plan.ts";
import { sayProblem } from "./problem-line.tsx";
import type { Studio } from "./studio.ts";
import { studioText } from "./words.ts";

export function CheckCard({ studio }: { studio: Studio }) {
  const t = studioText().check;
  const findings = [
    pictureFinding(studio),
    soundFinding(studio),
    encoderFinding(studio),
    uplinkFinding(studio),
  ];
  const running = findings.some((finding) => finding.mark === "busy");
  const worst = findings.some((finding) => finding.mark === "bad")
    ? t.somethingBad
    : findings.some((finding) => finding.mark === "warn")
      ? t.somethingOff
      : t.allGood;
  const nothingYet = findings.every((finding) => finding.mark === "idle");
  return (
    <section class="card studio-card" aria-labelledby="check">
      <header class="card-head">
        <h2 id="check">{t.title}</h2>
        <Button
          size="small"
          icon="refresh"
          busy={running}
          disabled={!studio.sources.started.value}
          onClick={() => void studio.check.run()}
        >
          {running ? t.running : t.run}
        </Button>
      </header>
      {!nothingYet && (
        <p class="card-lead" role="status">
          {running ? t.running : worst}
        </p>
      )}
      <ul class="findings">
        {findings.map((finding) => (
          <FindingLine key={finding.name} finding={finding} />
        ))}
      </ul>
    </section>
  );
}

function pictureFinding({ sources }: Studio): Finding {
  const t = studioText().check;
  const name = t.picture;
  const problem = sources.problems.value.camera;
  const picture = sources.picture.value;
  if (picture === null) {
    if (problem !== null) {
      const [why, advice] = sayProblem(problem);
      return { name, icon: "camera", mark: "bad", what: why, advice };
    }
    return {
      name,
      icon: "camera",
      mark: sources.started.value ? "warn" : "idle",
      what: sources.started.value ? t.pictureNone : "",
    };
  }
  const { width = 0, height = 0, frameRate = 0 } = picture.getSettings();
  const what = t.pictureIs(width, height, Math.round(frameRate));
  const small = sources.screen.value === null && height < pictureOf(plan.value).height * 0.95;
  if (small)
    return {
      name,
      icon: "camera",
      mark: "warn",
      what: t.joined(what, t.pictureSmall),
      advice: t.pictureSmallDo,
    };
  return { name, icon: "camera", mark: "good", what };
}

function soundFinding({ sources, level }: Studio): Finding {
  const t = studioText().check;
  const name = t.sound;
  const problem = sources.problems.value.microphone;
  if (sources.sound.value === null) {
    if (problem !== null) {
      const [why, advice] = sayProblem(problem);
      return { name, icon: "mic", mark: "bad", what: why, advice };
    }
    return {
      name,
      icon: "mic",
      mark: sources.started.value ? "warn" : "idle",
      what: sources.started.value ? t.soundNone : "",
    };
  }
  const rate = level.sample_rate.value === null ? "" : t.soundIs(String(level.sample_rate.value / 1_000));
  const said = saySound(level.verdict.value);
  return {
    name,
    icon: "mic",
    mark: said.mark,
    what: [rate, said.what].filter((text) => text !== "").join(" · "),
    advice: said.advice,
  };
}

function saySound(verdict: SoundVerdict): {
  mark: Finding["mark"];
  what: string;
  advice?: string | undefined;
} {
  const t = studioText().check;
  switch (verdict) {
    case "waiting":
      return { mark: "busy", what: t.soundWaiting };
    case "silent":
      return { mark: "bad", what: t.soundSilent, advice: t.soundSilentDo };
    case "quiet":
      return { mark: "warn", what: t.soundQuiet, advice: t.soundQuietDo };
    case "clipping":
      return { mark: "warn", what: t.soundClipping, advice: t.soundClippingDo };
    case "good":
      return { mark: "good", what: t.soundGood };
    default: {
      const never: never = verdict;
      return never;
    }
  }
}

function encoderFinding({ check, sources }: Studio): Finding {
  const t = studioText().check;
  const base = { name: t.encoder, icon: "chart" } as const;
  const step = check.encoder.value;
  if (step.at === "idle") return { ...base, mark: "idle", what: "" };
  const trial = step.at === "running" ? step.so_far : step.result;
  const what =
    trial === null
      ? ""
      : t.encoderIs(trial.codec, trial.width, trial.height, trial.frames_per_s, bitrate(trial.bps));
  if (step.at === "running") return { ...base, mark: "busy", what: what === "" ? t.encoderTrying : what };
  const given = sources.picture.value?.getSettings().height ?? 0;
  const height = given / scaleDownOf(plan.value, given);
  const verdict = judgeTrial(trial, { frames_per_s: sources.framesAsked(), height });
  switch (verdict) {
    case "good":
      return { ...base, mark: "good", what };
    case "slow":
      return { ...base, mark: "warn", what: t.joined(what, t.encoderSlow), advice: t.encoderSlowDo };
    case "dim":
      return { ...base, mark: "warn", what: t.joined(what, t.encoderDim), advice: t.encoderDimDo };
    case "small":
      return { ...base, mark: "warn", what: t.joined(what, t.encoderSmall), advice: t.encoderSmallDo };
    case "no_picture":
      return { ...base, mark: "bad", what: t.encoderNone, advice: t.encoderNoneDo };
    default: {
      const never: never = verdict;
      return never;
    }
  }
}

function uplinkFinding({ check }: Studio): Finding {
  const t = studioText().check;
  const base = { name: t.uplink, icon: "up" } as const;
  const step = check.uplink.value;
  if (step.at === "idle") return { ...base, mark: "idle", what: "" };
  if (step.at === "running") return { ...base, mark: "busy", what: t.uplinkTrying };
  const uplink = step.result;
  if (uplink === null || uplink.is === "failed") return { ...base, mark: "warn", what: t.uplinkFailed };
  if (uplink.is === "not_offered")
    return { ...base, mark: "idle", what: t.uplinkLater, advice: t.uplinkLaterWhy };
  const needed = bitrate(bpsMax(plan.value));
  const what = t.uplinkIs(bitrate(uplink.bps));
  const better = planFor(plan.value, uplink.bps);
  const use =
    better.quality === plan.value.quality
      ? undefined
      : { words: t.uplinkUse(better.quality), do: () => replan(better) };
  const verdict = judgeUplink(uplink.bps, bpsMax(plan.value));
  switch (verdict) {
    case "enough":
      return { ...base, mark: "good", what: t.joined(what, t.uplinkGood(needed)) };
    case "tight":
      return {
        ...base,
        mark: "warn",
        what: t.joined(what, t.uplinkTight(needed)),
        advice: t.uplinkDo(better.quality),
        use,
      };
    case "too_little":
      return {
        ...base,
        mark: "bad",
        what: t.joined(what, t.uplinkLittle(needed)),
        advice: t.uplinkDo(better.quality),
        use,
      };
    default: {
      const never: never = verdict;
      return never;
    }
  }
}

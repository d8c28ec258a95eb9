// How one's own danmaku look: colour, mode, size, and what that will be like.

import type { ModeDto, SizeDto } from "@livehouse/protocol";

import { Segments } from "../shell/choice.tsx";
import { bulletStyle, COLOURS, type ColourName } from "./bullet-style.ts";
import { text } from "./words.ts";

const MODES: readonly ModeDto[] = ["scroll", "top", "bottom"];
const SIZES: readonly SizeDto[] = ["small", "normal", "large"];

const hex = (colour: ColourName): string => `#${COLOURS[colour].toString(16).padStart(6, "0")}`;

export function BulletStylePanel() {
  const t = text().danmaku;
  const style = bulletStyle.value;
  return (
    <div class="panel">
      <fieldset class="swatches">
        <legend>{t.colour}</legend>
        <div>
          {(Object.keys(COLOURS) as ColourName[]).map((colour) => (
            <label key={colour} title={t.colours[colour]}>
              <input
                type="radio"
                name="bullet-colour"
                aria-label={t.colours[colour]}
                checked={style.colour === colour}
                onChange={() => {
                  bulletStyle.value = { ...style, colour };
                }}
              />
              <span style={{ "--swatch": hex(colour) }} />
            </label>
          ))}
        </div>
      </fieldset>
      <Segments<ModeDto>
        label={t.mode}
        value={style.mode}
        options={MODES.map((value) => ({ value, name: t.modes[value] }))}
        onChange={(mode) => {
          bulletStyle.value = { ...style, mode };
        }}
      />
      <Segments<SizeDto>
        label={t.size}
        value={style.size}
        options={SIZES.map((value) => ({ value, name: t.sizes[value] }))}
        onChange={(size) => {
          bulletStyle.value = { ...style, size };
        }}
      />
    </div>
  );
}

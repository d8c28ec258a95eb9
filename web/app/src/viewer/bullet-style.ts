// How one's own danmaku look, and how everybody's are shown: kept in this browser.

import { defaults, readSettings } from "@livehouse/danmaku";
import type { ModeDto, SizeDto } from "@livehouse/protocol";

import { keepsake, yesOrNo } from "../shell/keepsake.ts";

export const COLOURS = {
  white: 0xffffff,
  red: 0xff5c5c,
  orange: 0xff8a3d,
  amber: 0xffb73d,
  yellow: 0xffe14d,
  lime: 0xc4f04d,
  green: 0x4fdc7c,
  teal: 0x3fdcc8,
  sky: 0x6cc8ff,
  blue: 0x7d9bff,
  pink: 0xff86c0,
  lilac: 0xc79bff,
} as const;

export type ColourName = keyof typeof COLOURS;

export type BulletStyle = { colour: ColourName; mode: ModeDto; size: SizeDto };

const MODES: readonly ModeDto[] = ["scroll", "top", "bottom"];
const SIZES: readonly SizeDto[] = ["small", "normal", "large"];

export const bulletStyle = keepsake<BulletStyle>(
  "danmaku.style",
  { colour: "white", mode: "scroll", size: "normal" },
  (stored) => {
    const kept = (stored ?? {}) as Record<string, unknown>;
    const colour = (Object.keys(COLOURS) as ColourName[]).find((name) => name === kept.colour);
    const mode = MODES.find((name) => name === kept.mode);
    const size = SIZES.find((name) => name === kept.size);
    return colour && mode && size ? { colour, mode, size } : undefined;
  },
);

const fallback = defaults(window.matchMedia("(prefers-reduced-motion: reduce)").matches);

/** How danmaku are shown. */
export const danmakuSettings = keepsake("danmaku", fallback, (stored) => readSettings(stored, fallback));

/** Whether danmaku are in the chat's list too. */
export const danmakuInChat = keepsake("danmaku.in-chat", true, yesOrNo);

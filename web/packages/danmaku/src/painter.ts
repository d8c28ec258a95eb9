// Draws comments: each once onto a small bitmap of its own, then only copied.
//
// Text is only ever drawn, never made into markup, so nothing in it can act.

import type { Comment, Flying } from "./crowd.ts";
import { leftOf, SLOT_PX } from "./lanes.ts";

/** Either of the two canvases: the page's own, or one that belongs to a worker. */
export type Surface = HTMLCanvasElement | OffscreenCanvas;
type Pen = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

const FACE =
  'system-ui, -apple-system, "Segoe UI", Roboto, "PingFang SC", "Noto Sans CJK SC", "Noto Sans SC", "Microsoft YaHei", sans-serif';

const SIZES = { small: 0.75, normal: 1, large: 4 / 3 } as const;

/** Bitmaps kept; past this the longest unused goes. Twice what a full screen shows. */
const BITMAPS_MAX = 240;

/** Longer than this no bitmap is made; the rest of the text is not shown. Browsers limit canvases. */
const BITMAP_WIDTH_MAX = 4_096;

type Bitmap = { image: OffscreenCanvas | HTMLCanvasElement };

export class Painter {
  readonly #surface: Surface;
  readonly #pen: Pen;
  readonly #makeCanvas: (width: number, height: number) => Surface;
  readonly #bitmaps = new Map<string, Bitmap>();
  #ratio = 1;
  #base = 24;

  constructor(surface: Surface, makeCanvas: (width: number, height: number) => Surface) {
    const pen = surface.getContext("2d") as Pen | null;
    if (pen === null) throw new Error("this browser draws no canvas");
    this.#surface = surface;
    this.#pen = pen;
    this.#makeCanvas = makeCanvas;
  }

  /** `width` and `height` in CSS pixels; `base` is the size of normal text. */
  resize(width: number, height: number, ratio: number, base: number): void {
    this.#surface.width = Math.max(1, Math.round(width * ratio));
    this.#surface.height = Math.max(1, Math.round(height * ratio));
    if (ratio !== this.#ratio || base !== this.#base) this.#bitmaps.clear();
    this.#ratio = ratio;
    this.#base = base;
  }

  /** How large a comment will be, in CSS pixels. */
  measure(comment: Comment): { width: number; height: number } {
    const size = this.#sizeOf(comment);
    this.#pen.font = fontOf(size);
    const words = this.#pen.measureText(comment.text).width;
    const badge = comment.times > 1 ? this.#badge(comment, size).width : 0;
    const most = BITMAP_WIDTH_MAX / this.#ratio;
    return { width: Math.min(most, Math.ceil(words + badge + size * 0.5)), height: Math.ceil(size * 1.34) };
  }

  clear(): void {
    this.#pen.setTransform(1, 0, 0, 1, 0, 0);
    this.#pen.clearRect(0, 0, this.#surface.width, this.#surface.height);
  }

  paint(flying: readonly Flying[], now: number, fieldWidth: number): void {
    this.clear();
    const ratio = this.#ratio;
    for (const comment of flying) {
      const x = Math.round(leftOf(comment.flight, now, fieldWidth) * ratio);
      if (x > this.#surface.width) continue;
      this.#pen.drawImage(
        this.#bitmapOf(comment).image,
        x,
        Math.round(comment.flight.slot * SLOT_PX * ratio),
      );
    }
  }

  #sizeOf(comment: Comment): number {
    return Math.round(this.#base * SIZES[comment.size]);
  }

  #badge(comment: Comment, size: number): { text: string; width: number } {
    const text = `×${comment.times}`;
    this.#pen.font = fontOf(size * 0.7);
    const { width } = this.#pen.measureText(text);
    this.#pen.font = fontOf(size);
    return { text, width: width + size * 0.35 };
  }

  #bitmapOf(comment: Flying): Bitmap {
    const key = `${comment.size} ${comment.colour} ${comment.rank} ${comment.times} ${comment.text}`;
    const kept = this.#bitmaps.get(key);
    if (kept !== undefined) {
      // Put behind the others again: the first in a map is the longest unused.
      this.#bitmaps.delete(key);
      this.#bitmaps.set(key, kept);
      return kept;
    }
    const bitmap = { image: this.#draw(comment) };
    this.#bitmaps.set(key, bitmap);
    if (this.#bitmaps.size > BITMAPS_MAX) {
      for (const unused of this.#bitmaps.keys()) {
        this.#bitmaps.delete(unused);
        break;
      }
    }
    return bitmap;
  }

  #draw(comment: Flying): OffscreenCanvas | HTMLCanvasElement {
    const ratio = this.#ratio;
    const image = this.#makeCanvas(Math.ceil(comment.width * ratio), Math.ceil(comment.height * ratio));
    const pen = image.getContext("2d") as Pen | null;
    if (pen === null) return image;
    pen.scale(ratio, ratio);
    const size = this.#sizeOf(comment);
    const middle = comment.height / 2;
    const colour = `#${comment.colour.toString(16).padStart(6, "0")}`;
    const write = (text: string, x: number, height: number): void => {
      pen.font = fontOf(height);
      pen.textBaseline = "middle";
      pen.lineJoin = "round";
      pen.lineWidth = Math.max(2.5, height * 0.14);
      pen.strokeStyle = isDark(comment.colour) ? "rgb(255 255 255 / 82%)" : "rgb(0 0 0 / 72%)";
      pen.strokeText(text, x, middle);
      pen.fillStyle = colour;
      pen.fillText(text, x, middle);
    };
    write(comment.text, size * 0.2, size);
    if (comment.times > 1) {
      const badge = this.#badge(comment, size);
      write(badge.text, comment.width - badge.width, size * 0.7);
    }
    if (comment.rank === "own") {
      pen.fillStyle = colour;
      pen.fillRect(size * 0.2, comment.height - 2.5, comment.width - size * 0.4, 2);
    }
    return image;
  }
}

function fontOf(size: number): string {
  return `600 ${size}px ${FACE}`;
}

/** Dark words get a light outline. */
function isDark(colour: number): boolean {
  const [red, green, blue] = [(colour >> 16) & 255, (colour >> 8) & 255, colour & 255];
  return 0.299 * red + 0.587 * green + 0.114 * blue < 70;
}

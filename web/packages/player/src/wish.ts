// How much of the picture is wished: as much as can be seen, and no more.

import type { WishDto } from "@livehouse/protocol";

/** Where the picture is shown, as the page knows it. Lengths are in the page's pixels. */
export type Sight = {
  /** Of the element. */
  width: number;
  height: number;
  /** Of the picture that is in it, 0 before there is one. */
  videoWidth: number;
  videoHeight: number;
  /** Pixels of the screen in one of the page. */
  pixelRatio: number;
  /** Whether anybody can see it. */
  seen: boolean;
  /** In a window of its own, whose size the page does not know. */
  apart: boolean;
};

/** Heights are wished in such steps, so that a window that is drawn larger does not wish at every pixel. */
const STEP = 20;

/** What to wish for where the picture is shown like this. */
export function wishOf(sight: Sight): WishDto {
  if (sight.apart) return { max_height: null, hidden: false };
  const { width, height, videoWidth, videoHeight } = sight;
  // An element without a size is one that is not laid out yet, which says nothing.
  if (!sight.seen || width === 0 || height === 0) return { max_height: null, hidden: !sight.seen };
  // The picture is fitted into its element, with bars beside or above it.
  const fitted =
    videoWidth > 0 && videoHeight > 0 ? Math.min(height, (width * videoHeight) / videoWidth) : height;
  const pixels = Math.ceil((fitted * sight.pixelRatio) / STEP) * STEP;
  return { max_height: Math.min(8_640, pixels), hidden: false };
}

/** Whether two wishes are the same. */
export function sameWish(one: WishDto | null, other: WishDto): boolean {
  return one !== null && one.max_height === other.max_height && one.hidden === other.hidden;
}

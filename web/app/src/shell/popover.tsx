// Something small that opens beside what was pressed and goes away by itself: the browser's own popover, placed by us
// because not every browser places it.

import type { ComponentChildren, RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

const GAP = 8;

/** What has the focus when it opens; where there is none of it, the panel itself. */
const FIRST = "[data-first], button:enabled, input:enabled, [tabindex='0']";

/** Opens beside `anchor`, above or below as there is room. Escape and a press elsewhere close it. */
export function Popover(props: {
  open: boolean;
  onClose: () => void;
  anchor: RefObject<HTMLElement | null> | (() => HTMLElement | null);
  /** Its name, for who cannot see it. Absent where a `Menu` inside has one. */
  label?: string;
  class?: string;
  children: ComponentChildren;
}) {
  const panel = useRef<HTMLDivElement>(null);
  const { open, onClose } = props;
  const anchor = (): HTMLElement | null =>
    typeof props.anchor === "function" ? props.anchor() : props.anchor.current;

  useLayoutEffect(() => {
    const element = panel.current;
    if (element === null || !open) return;
    const opener = openerOf(anchor());
    element.showPopover();
    const place = (): void => placeBeside(element, anchor());
    place();
    // Before the browser takes the next key: one pressed right after opening belongs to what has opened.
    (element.querySelector<HTMLElement>(FIRST) ?? element).focus();
    const watch = new ResizeObserver(place);
    watch.observe(element);
    window.addEventListener("resize", place);
    return () => {
      watch.disconnect();
      window.removeEventListener("resize", place);
      if (element.matches(":popover-open")) element.hidePopover();
      // Give the focus back only if it would otherwise be lost.
      const now = document.activeElement;
      if (now === null || now === document.body) opener?.focus();
    };
  }, [open]);

  if (!open) return null;
  return (
    <div
      ref={panel}
      popover="auto"
      tabIndex={-1}
      class={`popover${props.class ? ` ${props.class}` : ""}`}
      {...(props.label === undefined ? {} : { role: "dialog", "aria-label": props.label })}
      onToggle={(event) => {
        // One that was replaced by another says so when it is gone already, and closes nothing any more.
        if (event.newState === "closed" && event.currentTarget.isConnected) onClose();
      }}
    >
      {props.children}
    </div>
  );
}

/** Who gets the focus back. Some browsers give none to a button that is clicked; then it is the anchor's. */
function openerOf(anchor: HTMLElement | null): HTMLElement | null {
  const now = document.activeElement;
  return now instanceof HTMLElement && now !== document.body ? now : anchor;
}

function placeBeside(panel: HTMLElement, anchor: HTMLElement | null): void {
  if (anchor === null) return;
  const at = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = panel;
  const roomAbove = at.top - GAP;
  const roomBelow = window.innerHeight - at.bottom - GAP;
  const above = roomAbove > roomBelow && roomBelow < height;
  const top = above ? at.top - GAP - height : at.bottom + GAP;
  const left = at.right - width < GAP ? at.left : at.right - width;
  panel.style.top = `${clamp(top, GAP, window.innerHeight - height - GAP)}px`;
  panel.style.left = `${clamp(left, GAP, window.innerWidth - width - GAP)}px`;
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most));
}

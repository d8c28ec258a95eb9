// Something small that opens beside what was pressed and goes away by itself: the browser's own popover, placed by us
// because not every browser places it.

import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

const GAP = 8;

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
    element.showPopover();
    const place = (): void => placeBeside(element, anchor());
    place();
    const watch = new ResizeObserver(place);
    watch.observe(element);
    window.addEventListener("resize", place);
    return () => {
      watch.disconnect();
      window.removeEventListener("resize", place);
      if (element.matches(":popover-open")) element.hidePopover();
    };
  }, [open]);

  useEffect(() => {
    if (!open) return;
    const opener = document.activeElement;
    panel.current?.querySelector<HTMLElement>("[data-first], button, input, [tabindex='0']")?.focus();
    return () => {
      // Give the focus back only if it would otherwise be lost.
      const now = document.activeElement;
      if (opener instanceof HTMLElement && (now === null || now === document.body)) opener.focus();
    };
  }, [open]);

  if (!open) return null;
  return (
    <div
      ref={panel}
      popover="auto"
      class={`popover${props.class ? ` ${props.class}` : ""}`}
      {...(props.label === undefined ? {} : { role: "dialog", "aria-label": props.label })}
      onToggle={(event) => {
        if (event.newState === "closed") onClose();
      }}
    >
      {props.children}
    </div>
  );
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

// The page's icons: strokes on a grid of 24, drawn for this project, coloured by the text around them.

const PATHS = {
  play: "M8 5.5v13l10.5-6.5z",
  pause: "M8.5 5.5v13M15.5 5.5v13",
  sound: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a7.8 7.8 0 0 1 0 11",
  muted: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM16 9.5l5 5M21 9.5l-5 5",
  expand: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
  shrink: "M9 4v5H4M15 4v5h5M9 20v-5H4M15 20v-5h5",
  pip: "M3.5 5.5h17v13h-17zM12 12h6v4.5h-6z",
  danmaku: "M3.5 5.5h17v13h-17zM7 9.5h7M9.5 12.5h8M6.5 15.5h5",
  "danmaku-off": "M3.5 5.5h17v13h-17zM7 9.5h4M6.5 15.5h3M5 20.5l14-17",
  heart: "M12 20s-7.5-4.6-7.5-10.2A4.3 4.3 0 0 1 12 7.2a4.3 4.3 0 0 1 7.5 2.6C19.5 15.4 12 20 12 20z",
  send: "M4.5 12h15M13 5.5l6.5 6.5-6.5 6.5",
  smile:
    "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM8.5 14c.8 1.5 2 2.2 3.5 2.2s2.7-.7 3.5-2.2M9 9.6v.4M15 9.6v.4",
  settings:
    "M4 7h9M17 7h3M4 17h3M11 17h9M15 7m-2 0a2 2 0 1 0 4 0a2 2 0 1 0-4 0M9 17m-2 0a2 2 0 1 0 4 0a2 2 0 1 0-4 0",
  more: "M5.5 12h.01M12 12h.01M18.5 12h.01",
  reply: "M9.5 6L4 11.5 9.5 17M4.5 11.5H14a6 6 0 0 1 6 6v1",
  at: "M15.5 12a3.5 3.5 0 1 1-7 0 3.5 3.5 0 0 1 7 0zm0 0v1.5a2.5 2.5 0 0 0 5 0V12a8.5 8.5 0 1 0-3.3 6.7",
  trash: "M4.5 7h15M9.5 7V4.5h5V7M6.5 7l.8 12.5h9.4L17.5 7M10.3 10.5v5.5M13.7 10.5v5.5",
  ban: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM6 6l12 12",
  hush: "M5 6.5h14v9.5h-8l-4 3.5V16H5zM9 11.3h6",
  people:
    "M9 11.5a3.3 3.3 0 1 0 0-6.6 3.3 3.3 0 0 0 0 6.6zM2.8 19.5c.4-3.4 2.9-5.3 6.2-5.3s5.8 1.9 6.2 5.3M16 5.2a3.2 3.2 0 0 1 0 6M18 14.8c1.8.8 2.9 2.4 3.2 4.7",
  person: "M12 11.5a3.7 3.7 0 1 0 0-7.4 3.7 3.7 0 0 0 0 7.4zM4.8 20c.5-3.7 3.4-5.8 7.2-5.8s6.7 2.1 7.2 5.8",
  key: "M8 15.5m-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0M11 12.5l8.5-8.5M16 7.5l3 3",
  link: "M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1-1",
  copy: "M8.5 8.5h11v11h-11zM15.5 8.5v-4h-11v11h4",
  check: "M5 12.5l4.5 4.5L19 7.5",
  cross: "M6 6l12 12M18 6L6 18",
  down: "M6 9.5l6 6 6-6",
  up: "M6 14.5l6-6 6 6",
  left: "M14.5 6l-6 6 6 6",
  right: "M9.5 6l6 6-6 6",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
  moon: "M20 14.2A8.3 8.3 0 0 1 9.8 4 8.3 8.3 0 1 0 20 14.2z",
  globe:
    "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM3.5 12h17M12 3.5c2.3 2.4 3.4 5.2 3.4 8.5s-1.1 6.1-3.4 8.5c-2.3-2.4-3.4-5.2-3.4-8.5s1.1-6.1 3.4-8.5z",
  signal: "M4.5 19.5v-4M9.5 19.5v-7M14.5 19.5V9M19.5 19.5v-15",
  warning: "M12 4L2.8 19.5h18.4zM12 10v4.5M12 17.2v.1",
  info: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 11v5.5M12 7.6v.1",
  clock: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 7.5V12l3 2",
  camera: "M3.5 6.5h12v11h-12zM15.5 10.5l5-2.5v8l-5-2.5",
  mic: "M12 14.5a3 3 0 0 0 3-3v-5a3 3 0 0 0-6 0v5a3 3 0 0 0 3 3zM5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3",
  screen: "M3.5 5h17v11.5h-17zM8.5 20h7M12 16.5V20",
  broadcast:
    "M12 10.5a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3zM8 8a5.6 5.6 0 0 0 0 8M16 8a5.6 5.6 0 0 1 0 8M5 5a9.9 9.9 0 0 0 0 14M19 5a9.9 9.9 0 0 1 0 14",
  stop: "M6.5 6.5h11v11h-11z",
  refresh: "M19.5 5v5h-5M4.5 19v-5h5M18.6 10A7 7 0 0 0 6 8.5M5.4 14A7 7 0 0 0 18 15.5",
  leave: "M14.5 4.5h-9v15h9M10.5 12h10M17 8.5l3.5 3.5-3.5 3.5",
  shield: "M12 3.5l7.5 3v5c0 4.3-2.9 7.6-7.5 9-4.6-1.4-7.5-4.7-7.5-9v-5z",
  door: "M6 20.5v-17h12v17M3.5 20.5h17M14.5 12v.1",
  chart: "M4 4v16h16M8.5 15.5v-4M13 15.5v-8M17.5 15.5v-6",
  eye: "M2.5 12S6 5.8 12 5.8 21.5 12 21.5 12 18 18.2 12 18.2 2.5 12 2.5 12zM12 9.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6z",
  "eye-off":
    "M4.8 8.6C3.3 10.2 2.5 12 2.5 12S6 18.2 12 18.2c1.3 0 2.5-.3 3.5-.7M10 6c.6-.1 1.3-.2 2-.2 6 0 9.5 6.2 9.5 6.2s-.8 1.5-2.3 3.1M4 4l16 16",
  "mic-off":
    "M9 9V6.5a3 3 0 0 1 6 0v5M15 14.2a3 3 0 0 1-6-2.7M5.5 11.5A6.5 6.5 0 0 0 16.5 16.2M12 18v3M4 4l16 16",
  "camera-off": "M8.5 6.5h7v7M15.5 17.5h-12v-11h1M15.5 10.5l5-2.5v8l-3-1.5M4 4l16 16",
  plus: "M12 5v14M5 12h14",
  out: "M13.5 4.5h6v6M19.5 4.5l-9 9M10 5.5H4.5v14h14V14",
  terminal: "M3.5 5h17v14h-17zM7 9.5l3 2.5-3 2.5M12.5 15h4",
} as const;

export type IconName = keyof typeof PATHS;

const FILLED: ReadonlySet<IconName> = new Set<IconName>(["play", "stop"]);

/** An icon. It says nothing to a screen reader: the control around it has the name. */
export function Icon({ name, size = 20, fill = false }: { name: IconName; size?: number; fill?: boolean }) {
  return (
    <svg
      class="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill={fill || FILLED.has(name) ? "currentColor" : "none"}
      stroke="currentColor"
      stroke-width={name === "more" ? 2.6 : 1.8}
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

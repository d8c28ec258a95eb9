// How danmaku are shown.

import { Segments, Slider, Switch } from "../shell/choice.tsx";
import { danmakuInChat, danmakuSettings } from "./bullet-style.ts";
import { text } from "./words.ts";

const AREAS = { quarter: 0.25, half: 0.5, most: 0.75, all: 1 } as const;
type Area = keyof typeof AREAS;

export function DanmakuSettings() {
  const t = text().danmaku;
  const settings = danmakuSettings.value;
  const set = (change: Partial<typeof settings>): void => {
    danmakuSettings.value = { ...settings, ...change };
  };
  const area = (Object.keys(AREAS) as Area[]).find((name) => AREAS[name] === settings.area) ?? "half";
  const percent = (share: number): string => `${Math.round(share * 100)}%`;
  return (
    <div class="panel">
      <Switch label={t.show} on={settings.on} onChange={(on) => set({ on })} />
      <Slider
        label={t.opacity}
        value={settings.opacity}
        min={0.2}
        max={1}
        step={0.05}
        says={percent(settings.opacity)}
        onInput={(opacity) => set({ opacity })}
      />
      <Slider
        label={t.speed}
        value={settings.speed}
        min={0.5}
        max={2}
        step={0.1}
        says={`${settings.speed.toFixed(1)}×`}
        onInput={(speed) => set({ speed })}
      />
      <Slider
        label={t.size}
        value={settings.size}
        min={0.7}
        max={1.6}
        step={0.1}
        says={percent(settings.size)}
        onInput={(size) => set({ size })}
      />
      <Segments<Area>
        label={t.area}
        value={area}
        options={(Object.keys(AREAS) as Area[]).map((value) => ({
          value,
          name: t.areas[value],
          says: t.areaSays[value],
        }))}
        onChange={(chosen) => set({ area: AREAS[chosen] })}
      />
      <Switch
        label={t.inChat}
        on={danmakuInChat.value}
        onChange={(on) => {
          danmakuInChat.value = on;
        }}
      />
    </div>
  );
}

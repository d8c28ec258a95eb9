// Language and theme, for the foot of a settings panel or the head of a page.

import { Segments } from "./choice.tsx";
import { type Language, language } from "./language.ts";
import { type ThemeChoice, themeChoice } from "./theme.ts";
import { shellText } from "./words.ts";

export function Preferences() {
  const t = shellText();
  return (
    <div class="preferences">
      <Segments<Language>
        label={t.language}
        value={language.value}
        options={[
          { value: "zh-CN", name: "中文" },
          { value: "en", name: "English" },
        ]}
        onChange={(chosen) => {
          language.value = chosen;
        }}
      />
      <Segments<ThemeChoice>
        label={t.theme}
        value={themeChoice.value}
        options={[
          { value: "system", name: t.themeSystem },
          { value: "light", name: t.themeLight },
          { value: "dark", name: t.themeDark },
        ]}
        onChange={(chosen) => {
          themeChoice.value = chosen;
        }}
      />
    </div>
  );
}

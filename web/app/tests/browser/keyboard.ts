// A person who has a keyboard and nothing else.

import type { Locator, Page } from "playwright-core";

/** More stops no page should have between one thing and the next. */
const STOPS_MAX = 60;

/** Goes on with Tab until `target` has the focus. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  const passed: string[] = [];
  for (let stop = 0; stop < STOPS_MAX; stop += 1) {
    if (await hasFocus(target)) return;
    await page.keyboard.press("Tab");
    passed.push(await focused(page));
  }
  throw new Error(`Tab does not lead to ${target}; it leads to ${passed.join(", ")}`);
}

export function hasFocus(target: Locator): Promise<boolean> {
  return target.evaluate((element) => element === document.activeElement);
}

function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const { activeElement: element } = document;
    return `${element?.tagName} ${element?.getAttribute("aria-label") ?? element?.textContent?.slice(0, 30)}`;
  });
}

/** Writes over what is in the field that has the focus. */
export async function overwrite(page: Page, words: string): Promise<void> {
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type(words);
}

// First run: with the one-time link's token, the host says who they are and what their room is called.

import type { SetupDoneDto } from "@livehouse/protocol";
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import { loadMe } from "../shell/account.ts";
import { Icon } from "../shell/icon.tsx";
import { PageHead } from "../shell/page-head.tsx";
import { start } from "../shell/start.tsx";
import { Fresh } from "./fresh.tsx";
import { SetupDone } from "./setup-done.tsx";
import { SetupForm } from "./setup-form.tsx";
import { tokenIn } from "./token.ts";
import { entryText } from "./words.ts";

// Last, so that a page's rules come after those of the shell.
import "./entry.css";

const token = signal(tokenIn(location.hash));
const done = signal<{ name: string; answer: SetupDoneDto } | null>(null);

function Setup() {
  const t = entryText().setup;
  useEffect(() => {
    void loadMe();
    const follow = (): void => {
      token.value = tokenIn(location.hash) ?? token.value;
    };
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, []);
  document.title = `${t.title} · Livehouse`;

  const finished = (name: string, answer: SetupDoneDto): void => {
    // The token is spent; nobody should find it in the history.
    history.replaceState(null, "", "/setup");
    done.value = { name, answer };
    void loadMe();
  };
  return (
    <div class="entry-page">
      <PageHead plain />
      {done.value !== null ? (
        <main class="entry-middle">
          <SetupDone name={done.value.name} answer={done.value.answer} />
        </main>
      ) : token.value === null ? (
        <main class="entry-middle">
          <Fresh
            onToken={(pasted) => {
              token.value = pasted;
            }}
          />
        </main>
      ) : (
        <main class="setup">
          <div class="setup-story">
            <h1>{t.headline}</h1>
            <ul>
              {Object.values(t.points).map((point) => (
                <li key={point}>
                  <Icon name="check" size={18} />
                  <span>{point}</span>
                </li>
              ))}
            </ul>
          </div>
          <SetupForm token={token.value} onDone={finished} />
        </main>
      )}
    </div>
  );
}

start(Setup);

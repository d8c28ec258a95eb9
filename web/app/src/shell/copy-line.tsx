// A line to take along: an address or a key, with a button that copies it.

import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";

import { accountText } from "./account.ts";
import { Icon } from "./icon.tsx";
import { toast } from "./toast.tsx";
import { shellText } from "./words.ts";

/** How long the button says that it has copied. */
const SAYS_MS = 2_000;

export function CopyLine(props: { label: string; text: string; secret?: boolean; bare?: boolean }) {
  const id = useId();
  const copied = useSignal(false);
  const t = shellText();
  const copy = async (): Promise<void> => {
    if (!(await copyText(props.text))) return;
    copied.value = true;
    setTimeout(() => {
      copied.value = false;
    }, SAYS_MS);
  };
  return (
    <div class="copy-line">
      <label for={id} class={props.bare ? "said" : ""}>
        {props.label}
      </label>
      <div class={props.secret ? "copy-box copy-box-secret" : "copy-box"}>
        <input
          id={id}
          readOnly
          value={props.text}
          spellcheck={false}
          onFocus={(event) => event.currentTarget.select()}
        />
        <button type="button" aria-label={accountText().copyOf(props.label)} onClick={() => void copy()}>
          <Icon name={copied.value ? "check" : "copy"} size={18} />
          <span aria-hidden="true">{copied.value ? t.copied : t.copy}</span>
        </button>
      </div>
      <span class="said" role="status">
        {copied.value ? t.copied : ""}
      </span>
    </div>
  );
}

/** Copies; without HTTPS the browser keeps its clipboard to itself, and an old way is tried. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

function copyBySelection(text: string): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.setAttribute("readonly", "");
  area.className = "said";
  const host = document.querySelector("dialog[open]") ?? document.body;
  host.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) toast(text);
  return done;
}

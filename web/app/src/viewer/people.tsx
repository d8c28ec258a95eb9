// Who is here: the count, and on demand the people themselves.

import type { PeopleDto } from "@livehouse/protocol";
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";

import { sayFailure } from "../shell/account.ts";
import { Avatar } from "../shell/avatar.tsx";
import { compact } from "../shell/figures.ts";
import { Icon } from "../shell/icon.tsx";
import { Popover } from "../shell/popover.tsx";
import { toast } from "../shell/toast.tsx";
import { shellText } from "../shell/words.ts";
import type { Visit } from "./visit.ts";
import { text } from "./words.ts";

export function People({ visit }: { visit: Visit }) {
  const t = text();
  const button = useRef<HTMLButtonElement>(null);
  const list = useSignal<PeopleDto | null>(null);
  const present = visit.line.room.presence.present.value;
  const open = async (): Promise<void> => {
    const result = await visit.people();
    if (result.ok) list.value = result.value;
    else toast(sayFailure(result.failure), "bad");
  };
  return (
    <>
      <button
        type="button"
        ref={button}
        class="chat-present numbers"
        aria-haspopup="dialog"
        aria-expanded={list.value !== null}
        onClick={() => void open()}
      >
        <Icon name="people" size={16} />
        <span>{t.people(compact(present), present === 1)}</span>
      </button>
      <Popover
        open={list.value !== null}
        onClose={() => {
          list.value = null;
        }}
        anchor={button}
        label={t.here}
      >
        {list.value && <List people={list.value} />}
      </Popover>
    </>
  );
}

function List({ people: { people, present } }: { people: PeopleDto }) {
  const unnamed = present - people.length;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that may scroll has to be reached by the keyboard.
    <ul class="people" tabIndex={0}>
      {people.map((person) => (
        <li key={person.id}>
          <Avatar id={person.id} name={person.name} size={26} />
          <span>{person.name}</span>
          {(person.role === "host" || person.role === "moderator") && (
            <span class={`badge badge-${person.role}`}>{shellText().roles[person.role]}</span>
          )}
        </li>
      ))}
      {unnamed > 0 && <li class="soft">{text().others(compact(unnamed))}</li>}
    </ul>
  );
}

// The people offered while a name is written.

import type { Known } from "@livehouse/room";

import { Avatar } from "../shell/avatar.tsx";
import { shellText } from "../shell/words.ts";
import { text } from "./words.ts";

export function MentionList(props: {
  people: readonly Known[];
  picked: number;
  onPick: (at: number) => void;
}) {
  return (
    <div class="mentions" id="mentions" role="listbox" aria-label={text().composer.mentionList}>
      {props.people.map((person, at) => (
        <div
          key={person.id}
          id={`mention-${at}`}
          role="option"
          tabIndex={-1}
          aria-selected={at === props.picked}
          // Before the field loses its focus.
          onPointerDown={(event) => {
            event.preventDefault();
            props.onPick(at);
          }}
        >
          <Avatar id={person.id} name={person.name} size={24} />
          <span>{person.name}</span>
          {(person.role === "host" || person.role === "moderator") && (
            <span class={`badge badge-${person.role}`}>{shellText().roles[person.role]}</span>
          )}
        </div>
      ))}
    </div>
  );
}

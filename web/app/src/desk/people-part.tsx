// Who is here, who may not speak, who may not come in, and how fast the room talks.

import type { SanctionDto } from "@livehouse/protocol";
import { useSignal } from "@preact/signals";

import { Avatar } from "../shell/avatar.tsx";
import { Button } from "../shell/button.tsx";
import { Segments } from "../shell/choice.tsx";
import { Field } from "../shell/field.tsx";
import { compact } from "../shell/figures.ts";
import { toast } from "../shell/toast.tsx";
import { shellText } from "../shell/words.ts";
import type { Desk } from "./desk.ts";
import { sayLasting, sayUntil } from "./lasting.ts";
import { PersonMenu } from "./person-menu.tsx";
import { deskText } from "./words.ts";

/** The waits of slow mode that are one press away. */
const WAITS_S = [0, 5, 15, 60, 300] as const;

/** Rows drawn; past this one searches. */
const SHOWN_MAX = 100;

export function PeoplePart({ desk }: { desk: Desk }) {
  const t = deskText().people;
  return (
    <div class="desk-part desk-people">
      <Here desk={desk} />
      <div class="desk-side">
        <SlowMode desk={desk} />
        <Sanctions
          title={t.muted}
          none={t.mutedNone}
          rows={desk.sanctions.value?.muted ?? []}
          says={t.liftMuteOf}
          onLift={(whom) => desk.line.order({ do: "unmute", whom })}
          onDone={() => desk.refresh()}
        />
        <Sanctions
          title={t.banned}
          none={t.bannedNone}
          rows={desk.sanctions.value?.banned ?? []}
          says={t.liftBanOf}
          onLift={(whom) => desk.line.order({ do: "unban", whom })}
          onDone={() => desk.refresh()}
        />
      </div>
    </div>
  );
}

function Here({ desk }: { desk: Desk }) {
  const t = deskText();
  const part = useSignal("");
  const all = desk.people.value?.people ?? [];
  const present = desk.line.room.presence.present.value;
  const wanted = part.value.trim().toLocaleLowerCase();
  const found = all.filter((person) => person.name.toLocaleLowerCase().includes(wanted));
  const shown = found.slice(0, SHOWN_MAX);
  const me = desk.line.room.moderation.me.value.id;
  return (
    <section class="card desk-card" aria-labelledby="here">
      <header class="card-head">
        <h2 id="here">{t.people.here}</h2>
        <span class="soft numbers">{t.people.hereCount(compact(present))}</span>
      </header>
      {all.length > 8 && (
        <Field
          label={t.people.find}
          type="search"
          autocomplete="off"
          value={part.value}
          onInput={(event) => {
            part.value = event.currentTarget.value;
          }}
        />
      )}
      <ul class="people">
        {shown.map((person) => (
          <li key={person.id} class="person">
            <Avatar id={person.id} name={person.name} size={32} />
            <p>
              <strong>{person.name}</strong>
              <span class={`badge badge-${person.role}`}>{shellText().roles[person.role]}</span>
              {person.id === me && <span class="soft">{t.person.you}</span>}
            </p>
            <PersonMenu line={desk.line} person={person} onDone={() => desk.refresh()} />
          </li>
        ))}
      </ul>
      {shown.length === 0 && <p class="soft">{all.length === 0 ? t.people.empty : t.people.nobody}</p>}
      {wanted === "" && present > shown.length && shown.length > 0 && (
        <p class="form-note">{t.people.someOf(String(shown.length), compact(present))}</p>
      )}
    </section>
  );
}

function SlowMode({ desk }: { desk: Desk }) {
  const t = deskText().people;
  const now = desk.line.room.moderation.slowModeS.value;
  const waits = WAITS_S.some((wait) => wait === now) ? [...WAITS_S] : [...WAITS_S, now].sort((a, b) => a - b);
  return (
    <section class="card desk-card" aria-labelledby="slow">
      <h2 id="slow">{t.slow}</h2>
      <Segments
        label={t.slow}
        bare
        value={String(now)}
        options={waits.map((wait) => ({
          value: String(wait),
          name:
            wait === 0 ? t.slowOff : wait < 60 ? t.secondsShort(wait) : t.minutesShort(Math.round(wait / 60)),
          says: wait === 0 ? t.slowOff : t.slowIs(sayLasting(wait)),
        }))}
        onChange={(wait) => void desk.line.order({ do: "slow_mode", seconds: Number(wait) })}
      />
      <p class="form-note">{t.slowWhy}</p>
    </section>
  );
}

function Sanctions(props: {
  title: string;
  none: string;
  rows: readonly SanctionDto[];
  says: (name: string) => string;
  onLift: (whom: number) => Promise<boolean>;
  onDone: () => void;
}) {
  const t = deskText().people;
  const lift = async (row: SanctionDto): Promise<void> => {
    if (!(await props.onLift(row.id))) return;
    toast(t.lifted(row.name), "good");
    props.onDone();
  };
  return (
    <section class="card desk-card">
      <h2>{props.title}</h2>
      {props.rows.length === 0 && <p class="soft">{props.none}</p>}
      <ul class="people">
        {props.rows.map((row) => (
          <li key={row.id} class="person">
            <Avatar id={row.id} name={row.name} size={32} />
            <p class="person-until">
              <strong>{row.name}</strong>
              <span class="soft">{sayUntil(row.until)}</span>
            </p>
            <Button size="small" onClick={() => void lift(row)}>
              {t.lift}
              <span class="said">: {props.says(row.name)}</span>
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

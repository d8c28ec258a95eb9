// The moderators: who they are, appointing one who is here, dismissing one.

import type { AuditDto } from "@livehouse/protocol";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import { api } from "../shell/account.ts";
import { Avatar } from "../shell/avatar.tsx";
import { Button } from "../shell/button.tsx";
import { Select } from "../shell/choice.tsx";
import { toast } from "../shell/toast.tsx";
import type { Desk } from "./desk.ts";
import { loadModerators, type Moderator } from "./moderators.ts";
import { deskText } from "./words.ts";

export function ModeratorsCard({ desk }: { desk: Desk }) {
  const t = deskText();
  const told = useSignal<readonly Moderator[]>([]);
  const chosen = useSignal("");
  const load = (): void =>
    void loadModerators((before, limit) => readAudit(desk.slug, before, limit)).then((all) => {
      told.value = all;
    });
  useEffect(load, []);

  const here = desk.people.value?.people ?? [];
  // Who is here has the role and the name of now; the trail knows the others.
  const moderators = new Map(told.value.map((one) => [one.id, one.name]));
  for (const person of here) {
    if (person.role === "moderator") moderators.set(person.id, person.name);
  }
  const eligible = here.filter((person) => person.role === "viewer" || person.role === "guest");
  const appoint = async (whom: number, name: string, moderator: boolean): Promise<void> => {
    if (!(await desk.line.order({ do: "appoint", whom, moderator }))) return;
    toast(moderator ? t.person.appointed(name) : t.person.dismissed(name), "good");
    chosen.value = "";
    desk.refresh();
    load();
  };
  return (
    <section class="card desk-card" aria-labelledby="moderators">
      <h2 id="moderators">{t.settings.moderators}</h2>
      <p class="soft">{t.settings.moderatorsWhy}</p>
      {moderators.size === 0 && <p>{t.settings.moderatorsNone}</p>}
      <ul class="people">
        {[...moderators].map(([id, name]) => (
          <li key={id} class="person">
            <Avatar id={id} name={name} size={32} />
            <p>
              <strong>{name}</strong>
            </p>
            <Button size="small" onClick={() => void appoint(id, name, false)}>
              {t.settings.dismiss}
              <span class="said">: {name}</span>
            </Button>
          </li>
        ))}
      </ul>
      {eligible.length === 0 ? (
        <p class="form-note">{t.settings.appointNone}</p>
      ) : (
        <form
          class="appoint"
          onSubmit={(event) => {
            event.preventDefault();
            const person = eligible.find((one) => String(one.id) === chosen.value);
            if (person !== undefined) void appoint(person.id, person.name, true);
          }}
        >
          <Select
            label={t.settings.appoint}
            value={chosen.value}
            options={[
              { value: "", name: t.settings.choose },
              ...eligible.map((person) => ({ value: String(person.id), name: person.name })),
            ]}
            onChange={(value) => {
              chosen.value = value;
            }}
          />
          <Button type="submit" disabled={chosen.value === ""}>
            {t.settings.appointDo}
          </Button>
        </form>
      )}
    </section>
  );
}

async function readAudit(slug: string, before: number | null, limit: number): Promise<AuditDto | null> {
  const result = await api.audit(slug, before, limit);
  return result.ok ? result.value : null;
}

// What staff can do about a person: mute for a while, put out, and for the host, make them a moderator.

import type { RoleDto } from "@livehouse/protocol";
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";

import { Button, IconButton } from "../shell/button.tsx";
import { Segments } from "../shell/choice.tsx";
import { Dialog } from "../shell/dialog.tsx";
import { Menu, MenuItem, MenuLine } from "../shell/menu.tsx";
import { Popover } from "../shell/popover.tsx";
import type { RoomLine } from "../shell/room-line.ts";
import { toast } from "../shell/toast.tsx";
import { shellText } from "../shell/words.ts";
import { sayLasting } from "./lasting.ts";
import { deskText } from "./words.ts";

/** How long a mute lasts, at a press. */
const MUTES_S = [300, 3_600, 86_400] as const;
/** How long a ban lasts; the empty text is for good. */
const BANS = ["86400", "604800", ""] as const;
type BanFor = (typeof BANS)[number];

export interface Person {
  id: number;
  name: string;
  role: RoleDto;
}

export function PersonMenu(props: {
  line: RoomLine;
  person: Person;
  /** A message of theirs that can be deleted as well. */
  message?: number;
  onDone?: () => void;
}) {
  const t = deskText();
  const { line, person, message } = props;
  const anchor = useRef<HTMLButtonElement>(null);
  const open = useSignal(false);
  const banning = useSignal(false);
  const me = line.room.moderation.me.value;
  const outranked = line.room.moderation.outranks(person.role);
  if (!outranked && message === undefined) return null;

  const pick = async (act: () => Promise<boolean>, done?: string): Promise<void> => {
    open.value = false;
    if (!(await act())) return;
    if (done !== undefined) toast(done, "good");
    props.onDone?.();
  };
  return (
    <>
      <IconButton
        icon="more"
        class="person-more"
        label={t.talk.actions(person.name)}
        aria-haspopup="menu"
        aria-expanded={open.value}
        buttonRef={anchor}
        onClick={() => {
          open.value = true;
        }}
      />
      <Popover open={open.value} anchor={anchor} onClose={() => (open.value = false)}>
        <Menu label={t.talk.actions(person.name)}>
          {message !== undefined && (
            <MenuItem icon="trash" onPick={() => void pick(() => line.order({ do: "delete", message }))}>
              {t.talk.delete}
            </MenuItem>
          )}
          {outranked && message !== undefined && <MenuLine />}
          {outranked &&
            MUTES_S.map((seconds) => (
              <MenuItem
                key={seconds}
                icon="hush"
                onPick={() =>
                  void pick(
                    () => line.order({ do: "mute", whom: person.id, seconds }),
                    t.person.muted(person.name),
                  )
                }
              >
                {t.person.muteFor(sayLasting(seconds))}
              </MenuItem>
            ))}
          {outranked && (
            <MenuItem
              icon="ban"
              danger
              onPick={() => {
                open.value = false;
                banning.value = true;
              }}
            >
              {t.person.ban}
            </MenuItem>
          )}
          {me.role === "host" && outranked && (
            <>
              <MenuLine />
              <AppointItem line={line} person={person} pick={pick} />
            </>
          )}
        </Menu>
      </Popover>
      <Dialog
        open={banning.value}
        title={t.person.banTitle(person.name)}
        onClose={() => (banning.value = false)}
      >
        <BanForm
          onCancel={() => (banning.value = false)}
          onBan={(seconds) => {
            banning.value = false;
            void pick(
              () => line.order({ do: "ban", whom: person.id, seconds }),
              t.person.banned(person.name),
            );
          }}
        />
      </Dialog>
    </>
  );
}

function AppointItem(props: {
  line: RoomLine;
  person: Person;
  pick: (act: () => Promise<boolean>, done?: string) => Promise<void>;
}) {
  const t = deskText().person;
  const { line, person, pick } = props;
  const moderator = person.role !== "moderator";
  const done = moderator ? t.appointed(person.name) : t.dismissed(person.name);
  return (
    <MenuItem
      icon="shield"
      onPick={() => void pick(() => line.order({ do: "appoint", whom: person.id, moderator }), done)}
    >
      {moderator ? t.appoint : t.dismiss}
    </MenuItem>
  );
}

function BanForm({ onBan, onCancel }: { onBan: (seconds: number | null) => void; onCancel: () => void }) {
  const t = deskText();
  const lasting = useSignal<BanFor>("86400");
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        onBan(lasting.value === "" ? null : Number(lasting.value));
      }}
    >
      <p>{t.person.banWhy}</p>
      <Segments<BanFor>
        label={t.person.banFor}
        value={lasting.value}
        options={BANS.map((value) => ({
          value,
          name: value === "" ? t.person.banForever : sayLasting(Number(value)),
        }))}
        onChange={(value) => {
          lasting.value = value;
        }}
      />
      <div class="form-foot">
        <Button onClick={onCancel}>{shellText().cancel}</Button>
        <Button kind="danger" type="submit">
          {t.person.banDo}
        </Button>
      </div>
    </form>
  );
}

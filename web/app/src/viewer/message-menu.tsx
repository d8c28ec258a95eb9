// What one can do with a message: answer it, remove one's own, and for who keeps order, any or its author's voice.

import type { Order } from "@livehouse/protocol";
import type { ChatRow } from "@livehouse/room";
import { useSignal } from "@preact/signals";

import { Button } from "../shell/button.tsx";
import { Dialog } from "../shell/dialog.tsx";
import { Menu, MenuItem, MenuLine } from "../shell/menu.tsx";
import { Popover } from "../shell/popover.tsx";
import { toast } from "../shell/toast.tsx";
import { shellText } from "../shell/words.ts";
import type { Visit } from "./visit.ts";
import { text } from "./words.ts";

type Said = Extract<ChatRow, { kind: "said" }>;

const MUTES = [
  ["minutes10", 600],
  ["hour", 3_600],
  ["day", 86_400],
] as const;

export type MenuTarget = { row: Said; anchor: HTMLElement };

export function MessageMenu(props: {
  visit: Visit;
  target: MenuTarget | null;
  onClose: () => void;
  onReply: (row: Said) => void;
  onMention: (row: Said) => void;
}) {
  const t = text().chat;
  const { visit, target, onClose } = props;
  const banning = useSignal<Said | null>(null);
  const { moderation } = visit.line.room;
  const row = target?.row ?? null;
  const mine = row !== null && row.by === moderation.me.value.id;
  const mayJudge = row !== null && !mine && moderation.outranks(row.role);
  const then = (run: () => void) => () => {
    onClose();
    run();
  };
  const order = (what: Order) => then(() => void visit.line.order(what));
  return (
    <>
      {/* Another message's menu is another one, also where it opens while this one is still open. */}
      <Popover
        key={row?.seq ?? 0}
        open={target !== null}
        onClose={onClose}
        anchor={() => target?.anchor ?? null}
      >
        {row && (
          <Menu label={t.actions(row.name)}>
            {!row.danmaku && (
              <MenuItem icon="reply" onPick={then(() => props.onReply(row))}>
                {t.reply}
              </MenuItem>
            )}
            {!mine && (
              <MenuItem icon="at" onPick={then(() => props.onMention(row))}>
                {t.mention}
              </MenuItem>
            )}
            <MenuItem icon="copy" onPick={then(() => void copy(row.text))}>
              {t.copy}
            </MenuItem>
            {(mine || moderation.isStaff()) && (
              <>
                <MenuLine />
                <MenuItem icon="trash" danger onPick={order({ do: "delete", message: row.seq })}>
                  {t.delete}
                </MenuItem>
              </>
            )}
            {mayJudge &&
              MUTES.map(([name, seconds]) => (
                <MenuItem key={name} icon="hush" onPick={order({ do: "mute", whom: row.by, seconds })}>
                  {t.muteFor(t.spans[name])}
                </MenuItem>
              ))}
            {mayJudge && (
              <MenuItem
                icon="ban"
                danger
                onPick={then(() => {
                  banning.value = row;
                })}
              >
                {t.ban}
              </MenuItem>
            )}
          </Menu>
        )}
      </Popover>
      <BanDialog
        visit={visit}
        row={banning.value}
        onClose={() => {
          banning.value = null;
        }}
      />
    </>
  );
}

function BanDialog({ visit, row, onClose }: { visit: Visit; row: Said | null; onClose: () => void }) {
  const t = text().chat;
  const ban = (seconds: number | null): void => {
    if (row !== null) void visit.line.order({ do: "ban", whom: row.by, seconds });
    onClose();
  };
  return (
    <Dialog open={row !== null} title={t.banSure(row?.name ?? "")} onClose={onClose}>
      <p>{t.banWhat}</p>
      <div class="stack">
        <Button wide onClick={() => ban(3_600)}>
          {t.banFor(t.spans.hour)}
        </Button>
        <Button wide onClick={() => ban(86_400)}>
          {t.banFor(t.spans.day)}
        </Button>
        <Button wide kind="danger" onClick={() => ban(null)}>
          {t.banForever}
        </Button>
        <Button wide kind="plain" onClick={onClose}>
          {shellText().cancel}
        </Button>
      </div>
    </Dialog>
  );
}

async function copy(words: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(words);
    toast(shellText().copied, "good");
  } catch {
    // Not allowed here: nothing was copied, so nothing is said to have been.
  }
}

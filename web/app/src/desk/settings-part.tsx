// The room's settings, for its host.

import type { CurveDto } from "@livehouse/protocol";
import { useComputed, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import { Button } from "../shell/button.tsx";
import { Field } from "../shell/field.tsx";
import { toast } from "../shell/toast.tsx";
import { shellText } from "../shell/words.ts";
import { CurveForm } from "./curve-form.tsx";
import type { Desk } from "./desk.ts";
import { DoorForm } from "./door-form.tsx";
import { ModeratorsCard } from "./moderators-card.tsx";
import { deskText } from "./words.ts";

/** The longest title the room takes. */
const TITLE_CHARS_MAX = 80;

export function SettingsPart({ desk, host }: { desk: Desk; host: boolean }) {
  const t = deskText().settings;
  const sign = desk.line.room.sign.value;
  if (sign === null) return <p class="desk-part spinner" aria-hidden="true" />;
  if (!host) return <p class="desk-part card desk-card">{t.hostOnly}</p>;
  const saveCurve = async (danmaku: CurveDto): Promise<void> => {
    if (await desk.line.order({ do: "configure", title: null, access: null, danmaku }))
      toast(t.saved, "good");
  };
  return (
    <div class="desk-part desk-settings">
      <div>
        <TitleForm desk={desk} title={sign.title} />
        <CurveForm curve={sign.danmaku} onSave={saveCurve} />
      </div>
      <div>
        <DoorForm desk={desk} access={sign.access} />
        <ModeratorsCard desk={desk} />
      </div>
    </div>
  );
}

function TitleForm({ desk, title }: { desk: Desk; title: string }) {
  const t = deskText().settings;
  const typed = useSignal(title);
  const error = useSignal<string | undefined>(undefined);
  const busy = useSignal(false);
  const changed = useComputed(() => typed.value.trim() !== (desk.line.room.sign.value?.title ?? ""));
  // Somebody may have changed it at another desk.
  useEffect(() => {
    typed.value = title;
  }, [title]);
  const save = async (): Promise<void> => {
    if (typed.value.trim() === "") {
      error.value = t.noTitle;
      return;
    }
    busy.value = true;
    const done = await desk.line.order({ do: "configure", title: typed.value, access: null, danmaku: null });
    busy.value = false;
    if (done) toast(t.saved, "good");
  };
  return (
    <form
      class="card desk-card"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Field
        label={t.roomTitle}
        name="room-title"
        autocomplete="off"
        hint={t.roomTitleWhy}
        error={error.value}
        value={typed.value}
        maxLength={TITLE_CHARS_MAX}
        onInput={(event) => {
          typed.value = event.currentTarget.value;
          error.value = undefined;
        }}
      />
      <div class="form-foot">
        <Button kind="primary" type="submit" busy={busy.value} disabled={!changed.value}>
          {shellText().save}
        </Button>
      </div>
    </form>
  );
}

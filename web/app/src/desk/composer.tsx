// Where the host and the moderators write.

import { useSignal } from "@preact/signals";

import { IconButton } from "../shell/button.tsx";
import { type RoomLine, sayOutcome } from "../shell/room-line.ts";
import { toast } from "../shell/toast.tsx";
import { deskText } from "./words.ts";

/** The longest message the room takes, in characters. */
const TEXT_CHARS_MAX = 500;

export function Composer({ line }: { line: RoomLine }) {
  const t = deskText().talk;
  const text = useSignal("");
  const send = async (): Promise<void> => {
    const words = text.value.trim();
    if (words === "") return;
    text.value = "";
    const pending = line.room.chat.send(words, null, false);
    const outcome = await line.session.send({ do: "chat", text: words, reply_to: null, mentions: [] });
    line.room.answered(pending, outcome.kind === "done" ? outcome.event : null);
    const said = sayOutcome(outcome);
    if (said === null) return;
    toast(said, "bad");
    // What could not be sent is not lost, unless something else is being written by now.
    if (text.value === "") text.value = words;
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <input
        type="text"
        name="message"
        autocomplete="off"
        enterkeyhint="send"
        aria-label={t.say}
        placeholder={t.say}
        maxLength={TEXT_CHARS_MAX}
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
        }}
        onKeyDown={(event) => {
          // The Enter that ends a composition chooses a word; it does not send.
          if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.preventDefault();
        }}
      />
      <IconButton icon="send" label={t.send} type="submit" disabled={text.value.trim() === ""} />
    </form>
  );
}

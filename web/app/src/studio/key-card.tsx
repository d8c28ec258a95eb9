// For encoders: where to send, and the key, which is shown once and can be replaced.

import { useSignal } from "@preact/signals";

import { api, sayFailure } from "../shell/account.ts";
import { Button } from "../shell/button.tsx";
import { CopyLine } from "../shell/copy-line.tsx";
import { Dialog } from "../shell/dialog.tsx";
import { toast } from "../shell/toast.tsx";
import { shellText } from "../shell/words.ts";
import { studioText } from "./words.ts";

export function KeyCard({ slug }: { slug: string }) {
  const t = studioText().key;
  const asks = useSignal(false);
  const busy = useSignal(false);
  const key = useSignal<string | null>(null);
  const close = (): void => {
    asks.value = false;
  };
  const make = async (): Promise<void> => {
    busy.value = true;
    const result = await api.newStreamKey(slug);
    busy.value = false;
    close();
    if (result.ok) key.value = result.value.stream_key;
    else toast(sayFailure(result.failure), "bad");
  };
  return (
    <section class="card studio-card" aria-labelledby="key">
      <header class="card-head">
        <h2 id="key">{t.title}</h2>
      </header>
      <p class="soft">{t.why}</p>
      <CopyLine label={t.address} text={`${location.origin}/whip/${slug}`} />
      {key.value === null ? (
        <div class="key-hidden">
          <p class="form-note">{t.hidden}</p>
          <Button icon="key" onClick={() => (asks.value = true)}>
            {t.make}
          </Button>
        </div>
      ) : (
        <div class="key-shown">
          <CopyLine label={t.key} text={key.value} secret />
          <p class="form-note">{t.once}</p>
        </div>
      )}
      <p class="form-note">{t.obs}</p>
      <Dialog open={asks.value} title={t.makeTitle} onClose={close}>
        <p>{t.makeWhy}</p>
        <div class="form-foot">
          <Button onClick={close}>{shellText().cancel}</Button>
          <Button kind="primary" busy={busy.value} onClick={() => void make()}>
            {t.makeDo}
          </Button>
        </div>
      </Dialog>
    </section>
  );
}

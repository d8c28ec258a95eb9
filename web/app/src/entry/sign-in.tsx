// Signing in, and making an account where the server allows it.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import { api, loadMe, me, nextPath } from "../shell/account.ts";
import { Avatar } from "../shell/avatar.tsx";
import { Button } from "../shell/button.tsx";
import { Segments } from "../shell/choice.tsx";
import { PageHead } from "../shell/page-head.tsx";
import { start } from "../shell/start.tsx";
import { CredentialsForm } from "./credentials-form.tsx";
import { Fresh } from "./fresh.tsx";
import { entryText } from "./words.ts";

// Last, so that a page's rules come after those of the shell.
import "./entry.css";

type Way = "sign-in" | "register";

const way = signal<Way>(location.hash === "#register" ? "register" : "sign-in");

function SignIn() {
  const t = entryText().signIn;
  useEffect(() => void loadMe(), []);
  document.title = `${way.value === "register" ? t.register : t.title} · Livehouse`;
  return (
    <div class="entry-page">
      <PageHead plain />
      <main class="entry-middle">
        {me.value?.setup_needed === true ? (
          <Fresh onToken={(token) => location.assign(`/setup#token=${token}`)} />
        ) : me.value?.person?.registered === true ? (
          <Already name={me.value.person.name} id={me.value.person.id} />
        ) : (
          <Door />
        )}
      </main>
    </div>
  );
}

function Door() {
  const t = entryText().signIn;
  const open = me.value?.registration_open === true;
  const chosen: Way = open ? way.value : "sign-in";
  return (
    <div class="card sign-in">
      <div class="sign-in-head">
        <h1>{chosen === "register" ? t.welcomeNew : t.welcome}</h1>
        <p class="soft">{chosen === "register" ? t.leadNew : t.lead}</p>
      </div>
      {open && (
        <Segments<Way>
          label={t.tabs}
          bare
          value={chosen}
          options={[
            { value: "sign-in", name: t.title },
            { value: "register", name: t.register },
          ]}
          onChange={(value) => {
            way.value = value;
          }}
        />
      )}
      <CredentialsForm
        key={chosen}
        isNew={chosen === "register"}
        onDone={() => location.assign(nextPath(location.search))}
      />
      {me.value !== null && !open && <p class="form-note">{t.closed}</p>}
      {chosen === "sign-in" && <p class="form-note">{t.forgotten}</p>}
    </div>
  );
}

function Already({ id, name }: { id: number; name: string }) {
  const t = entryText().signIn;
  return (
    <div class="card sign-in sign-in-already">
      <Avatar id={id} name={name} size={64} />
      <h1>{t.already(name)}</h1>
      <a class="button button-primary button-large button-wide" href={nextPath(location.search)}>
        {t.goOn}
      </a>
      <Button kind="plain" onClick={() => void api.signOut().then(loadMe)}>
        {t.other}
      </Button>
    </div>
  );
}

start(SignIn);

// The door to the pages of those who run a room: who one is, what the room is, and who may not come in and why.

import type { Failure } from "@livehouse/client";
import type { RoleDto, RoomCardDto } from "@livehouse/protocol";
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";

import { accountText, api, loadMe, me, meFailure, sayFailure, signInPath } from "./account.ts";
import { Button } from "./button.tsx";
import { PageHead } from "./page-head.tsx";
import { shellText } from "./words.ts";

/** The room this page is about, from its address: `/studio/<room>`. */
export function slugHere(): string {
  return decodeURIComponent(location.pathname.split("/")[2] ?? "");
}

export function StaffDoor(props: {
  slug: string;
  roles: readonly RoleDto[];
  /** Said to one whose role does not let them in. */
  notYours: { title: string; why: string; look: string };
  children: (card: RoomCardDto) => ComponentChildren;
}) {
  const card = useSignal<RoomCardDto | null>(null);
  const failure = useSignal<Failure | null>(null);
  const load = async (): Promise<void> => {
    const [result] = await Promise.all([api.room(props.slug), loadMe()]);
    if (result.ok) card.value = result.value;
    failure.value = result.ok ? null : result.failure;
  };
  useEffect(() => void load(), []);

  const problem = failure.value ?? meFailure.value;
  if (problem !== null) {
    return (
      <Closed title={sayFailure(problem)}>
        <Button icon="refresh" onClick={() => void load()}>
          {shellText().tryAgain}
        </Button>
      </Closed>
    );
  }
  if (card.value === null || me.value === null) return <Closed title="" busy />;
  if (props.roles.includes(card.value.role)) return <>{props.children(card.value)}</>;
  if (me.value.person?.registered !== true) {
    return (
      <Closed title={props.notYours.title} why={props.notYours.why}>
        <a class="button button-primary" href={signInPath()}>
          {accountText().signIn}
        </a>
      </Closed>
    );
  }
  return (
    <Closed title={props.notYours.title} why={props.notYours.why}>
      <a class="button button-primary" href={`/r/${props.slug}`}>
        {props.notYours.look}
      </a>
    </Closed>
  );
}

function Closed(props: { title: string; why?: string; busy?: boolean; children?: ComponentChildren }) {
  return (
    <div class="staff-closed">
      <PageHead plain />
      <main aria-busy={props.busy === true}>
        {props.busy ? <span class="spinner" aria-hidden="true" /> : <h1>{props.title}</h1>}
        {props.why !== undefined && <p>{props.why}</p>}
        {props.children}
      </main>
    </div>
  );
}

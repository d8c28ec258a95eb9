// What was acknowledged is there after the power fails: twenty times, on both databases.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Person } from "./harness/person.mjs";
import { startPostgres } from "./harness/postgres.mjs";
import { Server } from "./harness/server.mjs";

const KILLS = 20;
/** The host talks as fast as the answers come, on two lines; guests as fast as the room lets them. */
const HOST_LINES = 2;
const GUESTS = 3;

test("SQLite loses nothing that was acknowledged", async () => {
  await survive(await Server.make());
});

test("PostgreSQL loses nothing that was acknowledged", async () => {
  const postgres = await startPostgres();
  try {
    await survive(await Server.make({ settings: { STORE_URL: postgres.url } }));
  } finally {
    await postgres.stop();
  }
});

/** @param {Server} server */
async function survive(server) {
  try {
    await killed(server);
  } finally {
    await server.kill();
  }
}

/** @param {Server} server */
async function killed(server) {
  const { host, password, room } = server.setup();
  await server.start();
  const speakers = [];
  for (let number = 0; number < HOST_LINES + GUESTS; number++) {
    const person = new Person(server.url);
    if (number < HOST_LINES) await person.signIn(host, password);
    else await person.comeIn(`Speaker ${number}`);
    speakers.push({ person, number, said: 0, acknowledged: /** @type {[number, string][]} */ ([]) });
  }

  for (let kill = 0; kill < KILLS; kill++) {
    const talking = await Promise.all(speakers.map((speaker) => talk(speaker, room)));
    // The blow falls in the middle of the traffic, each time after another number of answers.
    await talking[0].line.until(() => talking[0].answers() >= 3 + ((kill * 7) % 19));
    await server.kill();
    await Promise.all(talking.map((one) => one.over));
    await server.start();
  }

  const acknowledged = speakers.flatMap((speaker) => speaker.acknowledged);
  assert.ok(acknowledged.length >= KILLS * 3, `only ${acknowledged.length} messages were acknowledged`);
  const log = await history(speakers[0].person, room);
  const texts = log.map((event) => event.text);
  assert.equal(new Set(texts).size, texts.length, "a message is there twice");
  const seqs = log.map((event) => event.seq);
  assert.deepEqual(seqs, [...seqs].sort((a, b) => a - b), "the log is out of order");
  const bySeq = new Map(log.map((event) => [event.seq, event.text]));
  const lost = acknowledged.filter(([seq, text]) => bySeq.get(seq) !== text);
  assert.deepEqual(lost, [], "acknowledged messages are gone");
  for (const speaker of speakers) {
    const theirs = texts.filter((text) => text.startsWith(`${speaker.number}:`)).map((text) => Number(text.split(":")[1]));
    assert.deepEqual(theirs, [...theirs].sort((a, b) => a - b), "one person's messages changed places");
  }
}

/**
 * Says one message after the other until the line breaks. What was under way then is said again with the same key
 * on the next line, as a real client does.
 * @param {{ person: Person, number: number, said: number, acknowledged: [number, string][], pending?: { key: number, text: string } }} speaker
 * @param {string} room
 */
async function talk(speaker, room) {
  const line = await speaker.person.line(room);
  let answers = 0;
  const over = (async () => {
    for (;;) {
      speaker.pending ??= { key: Math.floor(Math.random() * 2 ** 52) + 1, text: `${speaker.number}:${speaker.said++}` };
      const { key, text } = speaker.pending;
      const answer = await line.chat(text, key);
      if (answer === undefined) return;
      if (answer.code === "too_fast") {
        await Promise.race([line.closed, new Promise((wake) => setTimeout(wake, answer.retry_at - Date.now()))]);
        continue;
      }
      assert.equal(answer.type, "done", JSON.stringify(answer));
      speaker.acknowledged.push([answer.event.seq, text]);
      speaker.pending = undefined;
      answers += 1;
    }
  })();
  return { line, over, answers: () => answers };
}

/** Every message of a room. @param {Person} person @param {string} room */
async function history(person, room) {
  const all = [];
  let before = "";
  for (;;) {
    const { status, body } = await person.ask("GET", `/rooms/${room}/history?limit=100${before}`);
    assert.equal(status, 200, JSON.stringify(body));
    all.unshift(...body.events);
    if (!body.more) return all;
    before = `&before=${body.events[0].seq}`;
  }
}

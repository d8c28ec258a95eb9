import { expect, test } from "vitest";

import { complete, mentionAt, mentioned, pieces } from "../../src/viewer/mention.ts";

test.each([
  ["@", 1, { from: 0, part: "" }],
  ["hi @me", 6, { from: 3, part: "me" }],
  ["你好@小", 4, { from: 2, part: "小" }],
  ["hi @me", 4, { from: 3, part: "" }],
  ["mail me@example", 15, null],
  ["@mei hello", 10, null],
  ["nothing", 3, null],
  ["", 0, null],
])("what is being named in %j at %i", (text, caret, expected) => {
  expect(mentionAt(text, caret)).toEqual(expected);
});

test("the chosen name takes the place of what was written, once", () => {
  expect(complete("hi @m there", 5, { from: 3, part: "m" }, "Mei Lin")).toEqual({
    text: "hi @Mei Lin there",
    caret: 12,
  });
});

test("only those whose name is still there are mentioned", () => {
  const chosen = new Map([
    [1, "Mei"],
    [2, "Tom"],
  ]);
  expect(mentioned("hello @Tom", chosen)).toEqual([2]);
});

test("names are told from the rest, the longer first", () => {
  const people = [
    { id: 1, name: "An" },
    { id: 2, name: "Ana" },
  ];
  expect(pieces("@Ana and @An, not @Bob", people)).toEqual([
    { text: "@Ana", names: 2 },
    { text: " and ", names: null },
    { text: "@An", names: 1 },
    { text: ", not @Bob", names: null },
  ]);
  expect(pieces("", people)).toEqual([]);
});

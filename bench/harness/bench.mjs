// How a bench is called, and how it ends: with a table for people and, as its last line, one JSON object.

import { loadavg } from "node:os";

/** How a bench ends that cannot run on this machine. */
const NOT_HERE = 77;

/** Whether this is the short run, which ends within a minute. */
export const quick = readFlags();

function readFlags() {
  const [flag, ...more] = process.argv.slice(2);
  if (flag === undefined) return false;
  if (flag === "--quick" && more.length === 0) return true;
  console.error(`usage: ${process.argv[1]} [--quick]`);
  process.exit(2);
}

/** Ends the bench, saying what it needs and does not find. @param {string} what @returns {never} */
export function missing(what) {
  console.error(`cannot be measured here: ${what}`);
  process.exit(NOT_HERE);
}

/** What the machine was busy with as the bench began: other work makes figures worse. */
export const loadAtStart = Math.round((loadavg()[0] ?? 0) * 10) / 10;

/**
 * Runs a bench to its end.
 * @param {string} name
 * @param {() => Promise<{ table: string[][], notes?: string[], figures: Record<string, unknown> }>} measure the first
 * row of the table is its head
 */
export async function bench(name, measure) {
  const { table, notes = [], figures } = await measure();
  console.log([...lines(table), "", ...notes, `Load average as it began: ${loadAtStart}.`].join("\n"));
  console.log(JSON.stringify({ bench: name, quick, load_average: loadAtStart, ...figures }));
  // Browsers and encoders have been closed; what they left open must not keep the bench alive.
  process.exit(0);
}

/** Columns as wide as their widest cell, words to the left and figures to the right. @param {string[][]} table */
function lines(table) {
  const [head = []] = table;
  const widths = head.map((_, column) => Math.max(...table.map((row) => (row[column] ?? "").length)));
  return table.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  "),
  );
}

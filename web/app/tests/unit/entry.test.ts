//! The pure halves of the way in: addresses, tokens, passwords.

import { describe, expect, test } from "vitest";

import { isSlug, slugOf, suggestSlug } from "../../src/entry/slug.ts";
import { tokenIn } from "../../src/entry/token.ts";
import { strengthOf } from "../../src/shell/password.ts";

describe("a room's address", () => {
  test("is what the server takes, and nothing else", () => {
    for (const good of ["a", "my-room", "7", "a".repeat(40)]) expect(isSlug(good), good).toBe(true);
    for (const bad of ["", "A", "-a", "a-", "a/b", "..", "a b", "房间", "a".repeat(41)])
      expect(isSlug(bad), bad).toBe(false);
  });

  test("is made from a title", () => {
    expect(slugOf("Evening by the piano!")).toBe("evening-by-the-piano");
    expect(slugOf("  Café – São Tomé ")).toBe("cafe-sao-tome");
    expect(slugOf(`${"long ".repeat(12)}`)).toBe("long-long-long-long-long-long-long-long");
  });

  test("is suggested from the title, else the name, else one that is short to say; and can always be used", () => {
    expect(suggestSlug("Evening", "Mei")).toBe("evening");
    expect(suggestSlug("钢琴边的夜晚", "Mei")).toBe("mei");
    expect(suggestSlug("钢琴边的夜晚", "梅老师")).toBe("live");
    for (const title of ["!!!", "—", "x", "トーク", "a-"])
      expect(isSlug(suggestSlug(title, "")), title).toBe(true);
  });
});

test("a one-time token is found in the link, behind the mark, or by itself", () => {
  expect(tokenIn("http://host:8080/setup#token=abc_DEF-123")).toBe("abc_DEF-123");
  expect(tokenIn("#token=abc&x=1")).toBe("abc");
  expect(tokenIn("  0123456789abcdef0123  ")).toBe("0123456789abcdef0123");
  expect(tokenIn("http://host:8080/setup")).toBeNull();
  expect(tokenIn("")).toBeNull();
  expect(tokenIn("two words here and more")).toBeNull();
});

test("what is easy to guess is called so", () => {
  const told = (password: string, name?: string): string => strengthOf(password, name);
  expect(told("short")).toBe("short");
  for (const weak of ["password", "Password123", "12345678", "abcdefgh", "aaaaaaaaaa", "admin2026!"])
    expect(told(weak), weak).toBe("weak");
  expect(told("mei-2026!", "Mei")).toBe("weak");
  expect(told("four blue herons walk")).toBe("strong");
  expect(told("Kd7!nv2Qzx")).toBe("strong");
  expect(told("kitchenette")).toBe("fair");
  expect(told("四只蓝鹭在水边走过一座桥去看朋友")).toBe("strong");
});

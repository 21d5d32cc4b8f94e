import { expect, test } from "vitest";
import { decodeWindows1252, isWindows1252 } from "./windows-1252.ts";

test("all 256 bytes, on every Node: 0x80–0x9f by the standard's table, the others as Latin-1", () => {
  const decoded = decodeWindows1252(Uint8Array.from({ length: 256 }, (_, byte) => byte));
  expect(decoded.length).toBe(256);
  const c1 = [...decoded.slice(0x80, 0xa0)].map((character) => character.codePointAt(0)!.toString(16)).join(" ");
  expect(c1).toBe(
    "20ac 81 201a 192 201e 2026 2020 2021 2c6 2030 160 2039 152 8d 17d 8f " +
      "90 2018 2019 201c 201d 2022 2013 2014 2dc 2122 161 203a 153 9d 17e 178",
  );
  for (let byte = 0; byte < 256; byte++) {
    if (byte < 0x80 || byte > 0x9f) expect(decoded.charCodeAt(byte)).toBe(byte);
  }
});

test("the standard's other names of it", () => {
  expect(["ISO-8859-1", " us-ascii ", "latin1", "Windows-1252"].every(isWindows1252)).toBe(true);
  expect(["iso-8859-15", "windows-1251", "utf-8"].some(isWindows1252)).toBe(false);
});

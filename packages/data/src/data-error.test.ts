import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { DataError, errorCode, explainFileError } from "./data-error.ts";

test("a missing file is explained in one line, with the system's error as its cause", async () => {
  const error = await readFile("/no/such/file").catch((caught: unknown) => caught);
  const explained = explainFileError(error, "/no/such/file");
  expect(explained).toBeInstanceOf(DataError);
  expect(String(explained)).toBe("DataError: /no/such/file: there is no such file");
  expect(explained instanceof Error && explained.cause).toBe(error);
});

test("an error that is not the file system's passes through", () => {
  const bug = new TypeError("x is not a function");
  expect(explainFileError(bug, "a.csv")).toBe(bug);
  expect(errorCode(bug)).toBeUndefined();
  expect(errorCode("EACCES")).toBeUndefined();
});

test("a full disk and a folder nobody may write to say what to do", () => {
  const full = Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
  expect(String(explainFileError(full, "a"))).toMatch(/a: no space left on this disk; free some/);
  const locked = Object.assign(new Error("EACCES"), { code: "EACCES" });
  expect(String(explainFileError(locked, "a"))).toMatch(/a: permission denied; change the permissions/);
});

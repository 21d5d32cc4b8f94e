import { userInfo } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { cacheFolder, dataFolder } from "./folders.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

test("the cache is ltt in XDG_CACHE_HOME; one that is empty, blank or relative does not count", () => {
  expect(cacheFolder({ XDG_CACHE_HOME: "/somewhere" })).toBe("/somewhere/ltt");
  const own = cacheFolder({});
  for (const XDG_CACHE_HOME of ["", " ", "cache"]) expect(cacheFolder({ XDG_CACHE_HOME })).toBe(own);
});

test("with an empty HOME it is in the user's home folder, not in the current one", () => {
  vi.stubEnv("HOME", "");
  expect(cacheFolder({})).toBe(join(userInfo().homedir, ".cache", "ltt"));
});

test("LTT_DATA names the data folder; empty or blank it names none", () => {
  expect(dataFolder({ LTT_DATA: "some data" })).toBe("some data");
  for (const environment of [{}, { LTT_DATA: "" }, { LTT_DATA: " \t" }])
    expect(dataFolder(environment)).toBeUndefined();
});

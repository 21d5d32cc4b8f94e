import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

interface Locked {
  readonly packages: Readonly<Record<string, { optionalDependencies?: Record<string, string>; resolved?: string }>>;
}

const { packages }: Locked = JSON.parse(readFileSync(new URL("../package-lock.json", import.meta.url), "utf8"));

// `npm install` leaves out what a registry does not serve, as mirrors do with other platforms' binaries; `npm ci` of npm 11 then refuses
// the lock file everywhere. Such entries are added by hand: name, version, os, cpu, libc.
test("the lock file has the optional packages of every platform", () => {
  const locked = new Set(Object.keys(packages).map((path) => path.split("node_modules/").at(-1)));
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !locked.has(name))
      .map((name) => `${name}, which ${path} names`),
  );
  expect(missing).toEqual([]);
});

test("the lock file names no registry's address", () => {
  expect(Object.entries(packages).filter(([, { resolved }]) => resolved?.startsWith("http"))).toEqual([]);
});

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

interface Entry {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly resolved?: string;
  readonly integrity?: string;
  /** A folder of this repository. */
  readonly link?: boolean;
}
interface Locked {
  readonly packages: Readonly<Record<string, Entry>>;
}

const { packages }: Locked = JSON.parse(readFileSync(new URL("../package-lock.json", import.meta.url), "utf8"));

// `npm install` leaves out what a registry does not serve, as some mirrors do with other platforms' binaries; `npm ci` of npm 11 then
// refuses the lock file everywhere. With a registry that serves them, `npm install --package-lock-only` adds them.
test("the lock file has the optional packages of every platform", () => {
  const locked = new Set(Object.keys(packages).map((path) => path.split("node_modules/").at(-1)));
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !locked.has(name))
      .map((name) => `${name}, which ${path} names`),
  );
  expect(missing).toEqual([]);
});

// An entry written by hand has none, and npm then takes any bytes for the package. Delete it; `npm install --package-lock-only` writes it anew.
test("the lock file has the checksum of every package that comes from a registry", () => {
  const installed = Object.entries(packages).filter(([path, { link }]) => path.includes("node_modules/") && !link);
  expect(installed.length).toBeGreaterThan(400);
  expect(installed.filter(([, { integrity }]) => !integrity?.startsWith("sha512-")).map(([path]) => path)).toEqual([]);
});

test("the lock file names no registry's address", () => {
  expect(Object.entries(packages).filter(([, { resolved }]) => resolved?.startsWith("http"))).toEqual([]);
});

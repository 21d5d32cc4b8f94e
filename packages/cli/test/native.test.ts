import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasNative } from "@ltt/native";
import { afterAll, describe, expect, test } from "vitest";
import { createBackend, describeBackend, nameOf } from "../src/backends.ts";
import { ltt } from "./command.ts";

const root = mkdtempSync(join(tmpdir(), "ltt-native-"));
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

const small = ["run", "spam-cnn", "--profile", "quick", "--train-size", "20", "--max-length", "8", "--epochs", "1"];
const run = (backend: string, rounds: number, out: string) =>
  ltt(
    [...small, "--arms", "winning-ticket", "--backend", backend, "--rounds", String(rounds), "--json", "--out", out],
    { cwd: root },
  );

/** The bytes of all weights and curves under a run folder, by file. */
function files(folder: string): Record<string, string> {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).sort();
  const kept = names.filter((name) => /\.(jsonl|safetensors)$/.test(name));
  return Object.fromEntries(kept.map((name) => [name, readFileSync(join(root, folder, name), "base64")]));
}

test("there are no vectors of 128 bits with it, and none of 512 without", async () => {
  await expect(createBackend("native", { width: 128 })).rejects.toThrow(
    '--width 128: the backend "native" has 256 or 512: --backend wasm-fma has 128',
  );
  await expect(createBackend("wasm-fma", { width: 512 })).rejects.toThrow(
    '--width 512: the backend "wasm-fma" has 128 or 256: --backend native has 512',
  );
});

describe.skipIf(!hasNative())("--backend native", { timeout: 240_000 }, () => {
  test("says what computes, and how to get one like it", async () => {
    const backend = await createBackend("native", { threads: 1, width: 256 });
    expect(describeBackend(backend)).toBe("wasm-fma with native kernels of 256 bits");
    expect(nameOf(backend)).toEqual(["native", 256]);
  });

  test("goes on with a run of wasm-fma, and wasm-fma with one of it: the same nodes, the same bytes", async () => {
    const first = await run("wasm-fma", 0, "a");
    const second = await run("native", 1, "a");
    expect([first.code, second.code]).toEqual([0, 0]);
    expect(second.err).toMatch(/backend wasm-fma with native kernels of (256|512) bits/);
    await run("native", 0, "b");
    await run("wasm-fma", 1, "b");
    expect((await run("wasm-fma", 1, "c")).code).toBe(0);
    const expected = files("c");
    expect(Object.keys(expected).length).toBeGreaterThan(3);
    expect(files("a")).toEqual(expected);
    expect(files("b")).toEqual(expected);
  });
});

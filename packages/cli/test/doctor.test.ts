import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Backend, createReferenceBackend, type Storage } from "@ltt/core";
import { afterAll, describe, expect, test } from "vitest";
import { createBackend } from "../src/backends.ts";
import { type DoctorPlaces, examine, type Finding } from "../src/doctor.ts";
import { ltt } from "./command.ts";

const root = mkdtempSync(join(tmpdir(), "ltt-doctor-"));
const places: DoctorPlaces = { data: undefined, cache: join(root, "none") };
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

describe("ltt doctor", { timeout: 60_000 }, () => {
  test("names what computes here, and which of it a run takes", async () => {
    const { code, out } = await ltt(["doctor", "--json"], { cwd: root });
    const findings: Finding[] = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const stateOf = Object.fromEntries(findings.map(({ name, state }) => [name, state]));
    expect(code).toBe(0);
    expect(stateOf).toMatchObject({ node: "ok", threads: "ok", wasm: "ok", reference: "ok", "data: imdb": "missing" });
    const taken = findings.filter(({ detail }) => detail.includes("what a run takes"));
    expect(taken.map(({ name }) => name)).toEqual([(await createBackend()).name]);
  });

  test("a backend that computes wrong values is told, and is an exit code", async () => {
    const findings = await examined(async (name) => (name === "wasm" ? offByOne() : createReferenceBackend()));
    expect(findings.find(({ name }) => name === "wasm")).toMatchObject({
      state: "wrong",
      detail: expect.stringMatching(/^gives -?[\d.]+ where -?[\d.]+ is right/),
    });
    expect(findings.filter(({ state }) => state === "wrong")).toHaveLength(1);
  });

  test("a backend that cannot start says why", async () => {
    const findings = await examined(async (name) => {
      if (name === "gpu") throw new Error("gpu: there is none");
      return createReferenceBackend();
    });
    expect(findings.find(({ name }) => name === "gpu")).toEqual({
      name: "gpu",
      state: "missing",
      detail: "there is none",
    });
  });

  test("what no command downloads is missing too, and says what to do", async () => {
    const findings = await examined(async () => createReferenceBackend());
    const byHand = findings.filter(({ name }) => ["sst1", "subj", "cr", "mpqa"].includes(name.slice(6)));
    expect(byHand.map(({ state }) => state)).toEqual(["missing", "missing", "missing", "missing"]);
    expect(byHand.map(({ detail }) => detail)).toContainEqual(
      expect.stringMatching(/^not in .*: put .*\/custrev\.all in cr\/, or name its folder with --data$/),
    );
  });

  test("finds data sets, in other forms too", async () => {
    mkdirSync(join(root, "data", "imdb"), { recursive: true });
    const file = join(root, "data", "imdb", "IMDB Dataset.csv");
    writeFileSync(file, "review,sentiment\n");
    const findings = await examined(async () => createReferenceBackend(), { ...places, data: join(root, "data") });
    expect(findings.find(({ name }) => name === "data: imdb")).toEqual({
      name: "data: imdb",
      state: "ok",
      detail: file,
    });
  });
});

async function examined(create: Parameters<typeof examine>[1], where = places): Promise<Finding[]> {
  const findings: Finding[] = [];
  for await (const finding of examine(where, create)) findings.push(finding);
  return findings;
}

/** A reference whose products are wrong in one place. */
function offByOne(): Backend {
  const right = createReferenceBackend();
  const matmul: Backend["kernels"]["matmul"] = (a, b, y, ...sizes) => {
    right.kernels.matmul(a, b, y, ...sizes);
    (right.view(y as Storage) as Float32Array)[0]! += 1;
  };
  return { ...right, kernels: { ...right.kernels, matmul } };
}

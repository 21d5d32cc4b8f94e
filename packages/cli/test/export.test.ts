import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromBinary } from "@bufbuild/protobuf";
import { stream } from "@ltt/core";
import { ModelProtoSchema } from "onnx-buf";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ImageShape } from "../src/architecture.ts";
import { exportNetwork } from "../src/export/export-network.ts";
import type { Samples } from "../src/export/samples.ts";
import { openClassifier } from "../src/trained-network.ts";
import { TICKETS, writeTicket } from "./pruned-tickets.ts";

const ONNXRUNTIME = process.env.LTT_ONNXRUNTIME;
const PYTORCH = process.env.LTT_PYTORCH;
const hasRuntime = ONNXRUNTIME !== undefined && existsSync(join(ONNXRUNTIME, "node_modules/onnxruntime-node"));
if (!hasRuntime)
  console.warn(
    "SKIPPED: exports in onnxruntime-node: LTT_ONNXRUNTIME names no folder into which it was installed (CONTRIBUTING.md)",
  );
if (PYTORCH === undefined)
  console.warn('SKIPPED: exports in PyTorch: LTT_PYTORCH is no command such as "python3" (CONTRIBUTING.md)');

/** Logits here are up to about 1; the other side adds the same float32 products in another order. */
const TOLERANCE = 1e-5;

let root: string;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "ltt-export-"));
  for (const ticket of TICKETS)
    await writeTicket(join(root, ticket.architecture.model, String(ticket.several)), ticket);
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

describe.each(TICKETS)("$name", ({ architecture, several, classes }) => {
  const from = () => join(root, architecture.model, String(several));
  const isText = "rows" in architecture;
  const exported = async (format: "safetensors" | "pytorch" | "onnx") => {
    const to = `${from()}-${format}`;
    if (!existsSync(to)) await exportNetwork(from(), format, to);
    return to;
  };

  const shapeOf = async () => (await openClassifier(from())).imageShape;

  test("is read again with the same predictions, to the bit", async () => {
    const [before, after] = [await openClassifier(from()), await openClassifier(await exported("safetensors"))];
    const questions = isText ? ["word1 word2 word3 word2", "", "word57 unseen"] : [image(before.imageShape!)];
    expect(after.classes).toEqual(classes);
    const answers = await after.classify(questions);
    expect(answers).toEqual(await before.classify(questions));
    expect(answers.every(({ probabilities }) => probabilities.every((p) => p >= 0 && p <= 1))).toBe(true);
  });

  test("is an ONNX file of fewer weights", async () => {
    const file = join(await exported("onnx"), "model.onnx");
    const { graph, irVersion } = fromBinary(ModelProtoSchema, readFileSync(file));
    expect(irVersion).toBe(8n);
    expect(graph!.output.map(({ name }) => name)).toEqual(["logits", "probabilities"]);
    expect(graph!.input.map(({ name }) => name)).toEqual(
      isText ? ["tokens", "lengths"] : [architecture.model === "lenet-300-100" ? "pixels" : "image"],
    );
    const given = new Set([...graph!.input, ...graph!.initializer].map(({ name }) => name));
    for (const { values } of graph!.sparseInitializer) given.add(values!.name);
    for (const { input, output } of graph!.node) {
      expect(input.filter((name) => !given.has(name))).toEqual([]); // every input was made before
      for (const name of output) given.add(name);
    }
    const { sizes } = await exportNetwork(from(), "onnx", `${from()}-sizes`);
    expect(sizes!.after).toBeLessThan(0.95 * sizes!.before);
  });

  test("is at most ten lines of PyTorch", async () => {
    const script = readFileSync(join(await exported("pytorch"), "model.py"), "utf8");
    expect(script.trimEnd().split("\n").length).toBeLessThanOrEqual(10);
    expect(Math.max(...script.split("\n").map((line) => line.length))).toBeLessThanOrEqual(160);
  });

  test.skipIf(!hasRuntime)("says the same in onnxruntime-node", { timeout: 120_000 }, async () => {
    const folder = await exported("onnx");
    const { inputs, logits } = samplesIn(folder);
    const said = await inOnnxruntime(join(folder, "model.onnx"), inputs, await shapeOf());
    expect(largestDifference(said, logits.flat())).toBeLessThan(TOLERANCE);
  });

  test.skipIf(PYTORCH === undefined)("says the same in PyTorch", { timeout: 120_000 }, async () => {
    expect(inPyTorch(await exported("pytorch"))).toBeLessThan(TOLERANCE);
  });
});

describe("an export", () => {
  const from = () => join(root, "text-cnn", "false");

  test("is refused where something is, and leaves it alone", async () => {
    const to = join(root, "taken");
    await exportNetwork(from(), "safetensors", to);
    const before = statSync(join(to, "ticket.json")).mtimeMs;
    await expect(exportNetwork(from(), "safetensors", to)).rejects.toThrow(/taken: is not empty: name a folder/);
    expect(statSync(join(to, "ticket.json")).mtimeMs).toBe(before);
    expect(readdirSync(root).filter((name) => name.includes("partial"))).toEqual([]);
  });

  test("that was changed is refused, with the file's name", async () => {
    const to = join(root, "changed");
    await exportNetwork(from(), "safetensors", to);
    const path = join(to, "weights.safetensors");
    const bytes = readFileSync(path);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(path, bytes);
    await expect(openClassifier(to)).rejects.toThrow(
      /weights\.safetensors: is not what ticket\.json says: export it again/,
    );
  });

  test("of what is no network is refused", async () => {
    await expect(exportNetwork(join(root, "nothing"), "onnx", join(root, "none"))).rejects.toThrow(
      /is no trained network/,
    );
    expect(existsSync(join(root, "none"))).toBe(false);
  });

  test("refuses questions that its network does not take", async () => {
    const [texts, digits] = [await openClassifier(from()), await openClassifier(join(root, "lenet-300-100", "false"))];
    await expect(texts.classify([[0, 1]])).rejects.toThrow("question 0 is an image; this network takes texts");
    await expect(digits.classify(["a text"])).rejects.toThrow("question 0 is a text; this network takes images");
    await expect(digits.classify([[0, 1]])).rejects.toThrow("question 0 has 2 pixels; an image has 784");
    await expect(digits.classify([new Array(784).fill(2)])).rejects.toThrow(
      "question 0: pixel 0 is 2; brightness is from 0 to 1",
    );
  });
});

function image([channels, height, width]: ImageShape): Float32Array {
  return stream(3, "image").uniforms(channels * height * width);
}

function samplesIn(folder: string): Samples {
  return JSON.parse(readFileSync(join(folder, "check.json"), "utf8"));
}

function largestDifference(a: readonly number[], b: readonly number[]): number {
  expect(a).toHaveLength(b.length);
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));
}

/** @param shape - Of images. */
async function inOnnxruntime(
  file: string,
  inputs: Samples["inputs"],
  shape: ImageShape | undefined,
): Promise<number[]> {
  const { InferenceSession, Tensor } = createRequire(join(ONNXRUNTIME!, "package.json"))("onnxruntime-node");
  const session = await InferenceSession.create(file);
  const longest = Math.max(...inputs.map(({ length }) => length));
  const ids = inputs.flatMap((text) => [...text, ...new Array(longest - text.length).fill(1)]);
  const brightness = Float32Array.from(inputs.flat(), (byte) => byte / 255);
  const feeds =
    shape === undefined
      ? {
          tokens: new Tensor("int64", BigInt64Array.from(ids, BigInt), [inputs.length, longest]),
          lengths: new Tensor(
            "int64",
            BigInt64Array.from(inputs, ({ length }) => BigInt(length)),
            [inputs.length],
          ),
        }
      : session.inputNames[0] === "pixels"
        ? { pixels: new Tensor("float32", brightness, [inputs.length, longest]) }
        : { image: new Tensor("float32", brightness, [inputs.length, ...shape]) };
  return Array.from((await session.run(feeds)).logits.data as Float32Array);
}

/**
 * The largest difference that the Python of the export's README prints. The command may run where no folder of ours is, as in a chroot: the files come with the program, which it reads
 * from standard input.
 */
function inPyTorch(folder: string): number {
  const files = Object.fromEntries(
    ["model.py", "model.safetensors", "check.json"].map((name) => [
      name,
      readFileSync(join(folder, name)).toString("base64"),
    ]),
  );
  const [, script] = /```python\n(.*?)```/s.exec(readFileSync(join(folder, "README.md"), "utf8"))!;
  const program = `
import base64, json, os, sys, tempfile
os.chdir(tempfile.mkdtemp())
for name, content in json.loads('${JSON.stringify(files)}').items():
    open(name, "wb").write(base64.b64decode(content))
sys.path.insert(0, ".")
${script}`;
  const [command, ...args] = PYTORCH!.split(" ");
  const { status, stdout, stderr } = spawnSync(command!, [...args, "-"], { input: program, encoding: "utf8" });
  expect([status, stderr]).toEqual([0, expect.any(String)]);
  return stdout.trim() === "" ? Number.NaN : Number(stdout);
}

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Sparse, stream, tensor, type Weight } from "@ltt/core";
import { encodeCheckpoint } from "@ltt/layers";
import { expect, test } from "vitest";
import { root } from "../tools/pack.ts";

const hasNumpy = spawnSync("python3", ["-c", "import numpy"]).status === 0;
if (!hasNumpy) console.warn("SKIPPED: the Python reader of tickets: there is no python3 with numpy here");

const rng = stream(1);
const positions = Int32Array.from({ length: 20_000 }, (_, i) => i).filter(() => rng.uniform() < 0.1);
const values = rng.normals(positions.length);
const ticket = new Map<string, Weight>([
  ["embedding.weight", new Sparse([200, 100], positions, tensor(values, [values.length]))],
  ["linear.bias", tensor([1, -2, 0.5])],
]);

test("a ticket takes eight bytes a weight, within 15 %", async () => {
  const bytes = await encodeCheckpoint({ weights: ticket });
  const needed = (values.length + 3) * 8;
  expect(bytes.length).toBeGreaterThanOrEqual(values.length * 8);
  expect(bytes.length).toBeLessThan(1.15 * needed);
});

test.skipIf(!hasNumpy)("the Python of docs/architecture.md reads a ticket", async () => {
  const script = /```python\n(.*?)```/s.exec(readFileSync(join(root, "docs/architecture.md"), "utf8"))![1]!;
  const folder = mkdtempSync(join(tmpdir(), "ltt-python-"));
  try {
    const path = join(folder, "ticket.safetensors");
    writeFileSync(path, await encodeCheckpoint({ weights: ticket }));
    const print = "print(json.dumps({k: [w.shape, w.ravel().tolist()] for k, w in read(sys.argv[1]).items()}))";
    const said = execFileSync("python3", ["-c", `${script}\n${print}`, path], { encoding: "utf8", maxBuffer: 2 ** 26 });
    const whole = new Float32Array(20_000);
    positions.forEach((at, i) => {
      whole[at] = values[i]!;
    });
    expect(JSON.parse(said)).toEqual({
      "embedding.weight": [[200, 100], [...whole]],
      "linear.bias": [[3], [1, -2, 0.5]],
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

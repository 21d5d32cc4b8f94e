import { availableParallelism, cpus, totalmem } from "node:os";
import { type Backend, backend, gradients, matmul, stream, sum, tanh, tensor, useBackend } from "@ltt/core";
import { listOtherForms, listSource, type Source, sources } from "@ltt/data";
import { BACKENDS, type BackendName, createBackend, describeBackend } from "./backends.ts";

/** One thing that was looked at. */
export interface Finding {
  readonly name: string;
  /** `missing` is no fault: whoever wants it reads in the detail what to do. `wrong` is: results here are not to be believed. */
  readonly state: "ok" | "missing" | "wrong";
  readonly detail: string;
}

/** Where data sets are looked for: what was named, and what `ltt data get` downloads to. */
export interface DoctorPlaces {
  readonly data: string | undefined;
  readonly cache: string;
}

/**
 * Looks at what runs on this machine, one finding after the other; trains nothing and writes nothing. Each backend computes a small
 * gradient, whose values are compared with those of the reference.
 */
export async function* examine(
  { data, cache }: DoctorPlaces,
  create: (name: BackendName) => Promise<Backend> = createBackend,
): AsyncGenerator<Finding> {
  yield node();
  const processor = cpus()[0]?.model.trim() ?? "unknown";
  const gigabytes = (totalmem() / 2 ** 30).toFixed(0);
  yield ok("machine", `${process.platform} ${process.arch}, ${processor}, ${gigabytes} GiB of memory`);
  const threads = availableParallelism();
  yield ok("threads", `${threads}: a run takes all unless --threads says fewer; the bits are the same`);
  let first = true;
  for (const name of BACKENDS) {
    const finding = await backendFinding(name, create);
    const isDefault = first && finding.state === "ok";
    if (isDefault) first = false;
    yield isDefault
      ? { ...finding, detail: `${finding.detail}; what a run takes unless --backend says another` }
      : finding;
  }
  for (const source of sources) yield await dataFinding(source, data ?? cache);
}

function node(): Finding {
  const { node: version } = process.versions;
  const [major] = version.split(".").map(Number) as [number];
  return ok("node", major >= 24 ? version : `${version}; from Node 24 on kernels may be wider, and faster`);
}

/** Whether a backend starts, and gives the values that it should. */
async function backendFinding(name: BackendName, create: (name: BackendName) => Promise<Backend>): Promise<Finding> {
  let made: Backend;
  try {
    made = await create(name);
  } catch (error) {
    return { name, state: "missing", detail: reasonOf(error) };
  }
  try {
    const expected = await probe(await createBackend("reference"));
    const values = await probe(made);
    const far = values.findIndex(
      (value, i) => !(Math.abs(value - expected[i]!) <= tolerance(name) * (1 + Math.abs(expected[i]!))),
    );
    if (far >= 0) {
      const detail = `gives ${values[far]} where ${expected[far]} is right: report it with this line, and compute with another --backend`;
      return { name, state: "wrong", detail };
    }
    return ok(name, [...(name === "reference" ? [] : [describeBackend(made)]), ARITHMETIC[name]].join(": "));
  } catch (error) {
    return { name, state: "wrong", detail: reasonOf(error) };
  } finally {
    if ("close" in made) await (made as Backend & { close(): Promise<void> }).close();
  }
}

const ARITHMETIC: Readonly<Record<BackendName, string>> = {
  "wasm-fma": "a product and its sum are rounded once; the same bits wherever it runs",
  wasm: "a product and its sum are each rounded; the bits of the reference",
  native: "the bits of wasm-fma, and its networks",
  reference: "plain loops that define the right values; slow",
  gpu: "kernels through gpu.js; values within a tolerance, not the same bits",
};

/** Messages begin with the name that the finding has already. */
function reasonOf(error: unknown): string {
  return (error as Error).message.replace(/^(gpu|wasm|native|--backend native): /, "");
}

/** `wasm` has the bits of the reference; the others round elsewhere. */
function tolerance(name: BackendName): number {
  return name === "wasm" || name === "reference" ? 0 : 1e-4;
}

/** The gradients of sum(tanh(x · w)): a product, an elementary function, a sum, and their rules. */
async function probe(on: Backend): Promise<Float32Array> {
  const before = backend();
  useBackend(on);
  try {
    const drawn = stream(1, "doctor");
    const x = tensor(drawn.normals(9 * 33), [9, 33]);
    const w = tensor(drawn.normals(33 * 17, 0, 0.2), [33, 17], { requiresGrad: true });
    const [dw] = gradients(sum(tanh(matmul(x, w))), [w]);
    return await dw!.read();
  } finally {
    useBackend(before);
  }
}

async function dataFinding(source: Source, folder: string): Promise<Finding> {
  const files = await listSource(source, folder);
  const others = await listOtherForms(source, folder);
  const there = files.filter(({ state }) => state !== "missing");
  const name = `data: ${source.name}`;
  if (files.length > 0 && there.length === files.length) return ok(name, files.map(({ path }) => path).join(", "));
  if (others.length > 0) return ok(name, others.map(({ path }) => path).join(", "));
  const part = there.length === 0 ? "not" : `${there.length} of ${files.length} files`;
  const get = source.byHand ?? `ltt data get ${source.name}`;
  return { name, state: "missing", detail: `${part} in ${folder}: ${get}, or name its folder with --data` };
}

function ok(name: string, detail: string): Finding {
  return { name, state: "ok", detail };
}

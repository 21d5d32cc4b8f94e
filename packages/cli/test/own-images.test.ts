import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ltt } from "./command.ts";
import { greyPng } from "./grey-png.ts";

/** With 16 pixels a LeNet-5 has the same weights: they do not tell the size of its images. */
const SIDE = 17;

let root: string;
const run = (args: string) => ltt(args.split(" "), { cwd: root });
const last = () =>
  readFileSync(join(root, "run", "metrics.csv"), "utf8")
    .trim()
    .split(",")
    .at(-1)!;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "ltt-own-images-"));
  for (const [name, light] of [["dark", 20] as const, ["light", 200] as const]) {
    mkdirSync(join(root, "shapes", name), { recursive: true });
    for (let i = 0; i < 20; i++)
      writeFileSync(
        join(root, "shapes", name, `${i}.png`),
        greyPng(Uint8Array.from({ length: SIDE * SIDE }, (_, at) => light + ((at * i) % 7))),
      );
  }
  const options =
    "--model lenet-5 --profile quick --train-size 22 --batch-size 4 --steps 8 --validate-every 4 --rewind step:1";
  const { code, err } = await run(`run --images shapes ${options} --rounds 1 --arms winning-ticket --out run`);
  expect([code, err]).toEqual([0, expect.stringContaining("classes dark, light")]);
}, 120_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

test("the run folder keeps what its images are, and exports name the classes and the shape", {
  timeout: 180_000,
}, async () => {
  const [kept] = readdirSync(join(root, "run", "encodings"));
  const written = JSON.parse(readFileSync(join(root, "run", "encodings", kept!), "utf8"));
  expect(written).toEqual({ version: 1, corpus: "own images", classes: ["dark", "light"], shape: [1, SIDE, SIDE] });

  for (const to of ["safetensors", "pytorch", "onnx"])
    expect(await run(`export run/nodes/${last()} --to ${to} --out ${to}`)).toMatchObject({ code: 0, err: "" });
  const readme = readFileSync(join(root, "pytorch", "README.md"), "utf8");
  expect(readme).toContain(`.reshape(-1, 1, ${SIDE}, ${SIDE}) / 255)`);
  expect(readme).toContain("Classes, in the order of the outputs: `dark`, `light`");

  writeFileSync(join(root, "asked.jsonl"), JSON.stringify({ pixels: new Array(SIDE * SIDE).fill(0.8) }));
  const [here, there] = [`run/nodes/${last()}`, "safetensors"].map((place) =>
    run(`predict ${place} --file asked.jsonl --json`),
  );
  const { out } = await here!;
  expect(Object.keys(JSON.parse(out).probabilities)).toEqual(["dark", "light"]);
  expect((await there!).out).toBe(out);
});

test("predict answers images by their files, named or listed, and says which do not fit", {
  timeout: 180_000,
}, async () => {
  const network = `run/nodes/${last()}`;
  const named = await run(`predict ${network} shapes/dark/0.png shapes/light/3.png --json`);
  expect(named.err).toBe("");
  const answers = named.out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(answers.map(({ image }) => image)).toEqual(["shapes/dark/0.png", "shapes/light/3.png"]);
  writeFileSync(join(root, "asked.txt"), "shapes/dark/0.png\n\nshapes/light/3.png\n");
  expect((await run(`predict ${network} --file asked.txt --json`)).out).toBe(named.out);
  // Image 3 of "light": brightness 200 and 0 to 6 more, of 255.
  const pixels = Array.from({ length: SIDE * SIDE }, (_, at) => (200 + ((at * 3) % 7)) / 255);
  writeFileSync(join(root, "asked.jsonl"), JSON.stringify({ pixels }));
  const told = JSON.parse((await run(`predict ${network} --file asked.jsonl --json`)).out);
  expect(told.probabilities).toEqual(answers[1].probabilities);
  expect((await run(`predict ${network} shapes/light/3.png`)).out).toMatch(
    /^0\.\d{3} (dark|light)\tshapes\/light\/3\.png\n$/,
  );

  writeFileSync(join(root, "other.png"), greyPng(new Uint8Array(4)));
  const wrong = async (file: string) => (await run(`predict ${network} ${file}`)).err;
  expect(await wrong("other.png")).toBe(
    "ltt: other.png: has 2 × 2 pixels; this network takes 17 × 17: scale or cut it\n",
  );
  expect(await wrong("none.png")).toBe("ltt: none.png: there is no such file\n");
  expect(await wrong("asked.txt")).toBe("ltt: asked.txt: is no PNG; convert it\n");
  writeFileSync(join(root, "asked.txt"), "shapes/dark/0.png\n\nnone.png\nshapes/light/3.png\n");
  const { code, out, err } = await run(`predict ${network} --file asked.txt --json`);
  expect([code, err]).toEqual([1, "ltt: asked.txt: question 2: none.png: there is no such file\n"]);
  expect(out.split("\n")[0]).toBe(named.out.split("\n")[0]); // those before it are answered
  expect(out).not.toContain("shapes/light");
});

test("a folder of its own tests, what it shares with training is told, and a folder that changes is refused", {
  timeout: 180_000,
}, async () => {
  mkdirSync(join(root, "tests", "light"), { recursive: true });
  const added = greyPng(new Uint8Array(SIDE * SIDE).fill(99));
  writeFileSync(join(root, "tests", "light", "new.png"), added);
  writeFileSync(join(root, "tests", "light", "old.png"), readFileSync(join(root, "shapes", "light", "0.png")));
  const go = () =>
    run(
      "run --images shapes --test tests --model lenet-5 --profile quick --train-size 28 --batch-size 4 --steps 4 --validate-every 2 " +
        "--rewind step:1 --rounds 1 --arms winning-ticket --out tested",
    );
  const { code, err } = await go();
  expect([code, err]).toEqual([0, expect.stringContaining("28 to train, 12 to validate, 2 to test")]);
  const noted = JSON.parse(readFileSync(join(root, "tested", "run.json"), "utf8"));
  expect(noted.runs[0].report.notes).toContain("1 of 2 test images also stand in training or validation.");
  expect(noted.runs[0].files.map(({ option, path }: { option: string; path: string }) => [option, path])).toEqual([
    ["images", join(root, "shapes")],
    ["test", join(root, "tests")],
  ]);
  writeFileSync(join(root, "tests", "light", "newer.png"), added);
  const changed = await go();
  expect([changed.code, changed.err]).toEqual([1, expect.stringContaining("tests: has changed since the run in ")]);
  rmSync(join(root, "tests", "light", "newer.png"));
  writeFileSync(join(root, "tests", "Thumbs.db"), "in no class, so it is not read");
  expect((await go()).code).toBe(0);
  symlinkSync("nowhere", join(root, "tests", "dark"));
  expect((await go()).err).toContain("tests/dark: is a link that leads nowhere");
  rmSync(join(root, "tests"), { recursive: true });
  expect((await go()).err).toMatch(
    /tests: there is no such folder; the run in .* if it was moved, name it with --test/,
  );
});

test("latency and compact take it too", { timeout: 180_000 }, async () => {
  expect(await run("latency run --passes 2 --batch 2")).toMatchObject({ code: 0, err: "" });
  const compact = await run(`compact run/nodes/${last()} --out small --json`);
  expect([compact.code, compact.err]).toEqual([0, ""]);
  const { units, difference } = JSON.parse(compact.out);
  expect(units.map(({ name }: { name: string }) => name)).toEqual(["convs.0", "convs.1", "fc1"]);
  expect(difference).toBeLessThan(1e-4);
});

test("without what was kept it says that the network cannot be made", { timeout: 180_000 }, async () => {
  const node = last();
  rmSync(join(root, "run", "encodings"), { recursive: true });
  const { code, err } = await run(`export run/nodes/${node} --to onnx --out again`);
  expect([code, err]).toEqual([
    1,
    expect.stringContaining('its network is {"model":"lenet-5","outputs":2}, which this version cannot make'),
  ]);
});

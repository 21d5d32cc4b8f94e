import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadPlugins } from "../src/plugins.ts";
import { ltt } from "./command.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "ltt-plugin-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A criterion, and an arm of one cut straight to the last sparsity, which scores by a criterion of its own. */
const plugin = `
export const criteria = [
  { name: "weakest-init", version: 1, score: async ({ initial }) => new Map([...(await initial())].map(([k, v]) => [k, v.map(Math.abs)])) },
];
const mine = { name: "mine", version: 1, score: async ({ trained }) => new Map([...(await trained())].map(([k, v]) => [k, v.map((w) => w * w)])) };
export const arms = [
  {
    name: "all-at-once",
    *levels(graph, _seed, { rounds, rate }) {
      const cut = { rate: 1 - (1 - rate) ** rounds, criterion: mine };
      const mask = graph.cut(graph.dense, cut);
      yield { round: rounds, network: graph.train(graph.rewind(mask, graph.init)), expect: graph.expectCut(graph.dense, cut) };
    },
  },
];
`;

const settings =
  "run spam-cnn --profile quick --train-size 60 --max-length 8 --epochs 3 --rounds 2 --rate 0.5 --out run";
const run = (...args: string[]) => ltt([...settings.split(" "), ...args], { cwd: root });
/** The networks of the last run, by arm and round. */
const networks = () =>
  new Map(
    readFileSync(join(root, "run", "metrics.csv"), "utf8")
      .trim()
      .split("\r\n")
      .slice(1)
      .map((row) => row.split(","))
      .map((cells) => [`${cells[0]} ${cells[2]}`, cells.at(-1)!]),
  );

test("a criterion and an arm of a file train networks, and a changed file trains others where its code decides", async () => {
  writeFileSync(join(root, "plugin.js"), plugin);
  const args = ["--plugin", "plugin.js", "--criterion", "weakest-init", "--arms", "winning-ticket,all-at-once"];
  const first = await run(...args);
  expect([first.code, first.err.match(/audit.*/)?.[0]]).toEqual([
    0,
    expect.stringMatching(/^audit: \d+ checks passed$/),
  ]);
  const before = networks();
  expect([...before.keys()]).toEqual(["dense 0", "winning-ticket 1", "winning-ticket 2", "all-at-once 2"]);
  const report = readFileSync(join(root, "run", "report.html"), "utf8");
  expect(report).toContain("weakest-init, of a plugin (SHA-256 ");

  expect((await run(...args)).code).toBe(0);
  expect(networks()).toEqual(before);

  writeFileSync(join(root, "plugin.js"), `${plugin}// another file`);
  expect((await run(...args)).code).toBe(0);
  const after = networks();
  expect(after.get("dense 0")).toBe(before.get("dense 0"));
  for (const name of ["winning-ticket 1", "winning-ticket 2", "all-at-once 2"])
    expect(after.get(name)).not.toBe(before.get(name));
}, 120_000);

test("networks that rest on a file's criterion and its arm's stop are replayed, and copies of them trained", async () => {
  const searching = `
const mine = { name: "mine", version: 1, score: async ({ trained }) => new Map([...(await trained())].map(([k, v]) => [k, v.map((w) => w * w)])) };
const second = { name: "second", version: 1, stop: (seen) => seen.length === 2 };
export const arms = [
  {
    name: "searching",
    *levels(graph) {
      const mask = graph.search(graph.dense, [1, 2, 3], second, { criterion: mine });
      yield { round: 1, network: graph.train(graph.rewind(mask, graph.init)), expect: graph.expectSearch(graph.dense) };
    },
  },
];`;
  writeFileSync(join(root, "searching.js"), searching);
  expect((await run("--plugin", "searching.js", "--arms", "searching")).code).toBe(0);
  const node = networks().get("searching 1")!;
  const replayed = await ltt(["replay", node, "--out", "run"], { cwd: root });
  expect([replayed.code, replayed.out]).toEqual([0, expect.stringMatching(/(\d+) of \1 files have the same bytes/)]);
  const look = ["inspect", node, "--out", "run", "--siblings", "0", "--between", "1"];
  const inspected = await ltt(look, { cwd: root });
  expect([inspected.code, inspected.out]).toEqual([0, expect.stringContaining(`between copies ${node} and `)]);
}, 120_000);

test("an arm that cuts by a built-in criterion has the same networks, whatever its file says", async () => {
  const magnitude = plugin.replace(", criterion: mine", "");
  writeFileSync(join(root, "arm.js"), magnitude);
  await run("--plugin", "arm.js", "--arms", "all-at-once");
  const before = networks().get("all-at-once 2");
  writeFileSync(join(root, "arm.js"), `${magnitude}// another file`);
  await run("--plugin", "arm.js", "--arms", "all-at-once");
  expect(networks().get("all-at-once 2")).toBe(before);
}, 120_000);

describe("what is wrong with a file is one line", () => {
  test.each([
    ["throws", "throw new Error('no luck');", /^--plugin .*throws\.mjs: no luck$/],
    ["nothing", "export const other = 1;", /: it exports neither criteria nor arms; it has: other$/],
    ["empty", "", /: it exports neither criteria nor arms; it has: no exports$/],
    ["object", "export const criteria = {};", /: its export criteria is no array$/],
    [
      "no-score",
      "export const criteria = [{ name: 'a', version: 1 }];",
      /: criterion\.score is undefined; it is a function$/,
    ],
    [
      "built-in",
      "export const criteria = [{ name: 'random', version: 1, score: async () => new Map() }];",
      /: criterion\.name is "random", which is ours; give it another$/,
    ],
    [
      "no-levels",
      "export const arms = [{ name: 'a' }];",
      /: an arm is no object of name, a string, and levels, a function$/,
    ],
    [
      "built-in-arm",
      "export const arms = [{ name: 'late-rewinding', levels: () => [] }];",
      /: there is another arm "late-rewinding"; give this one another name$/,
    ],
  ])("%s", async (name, content, message) => {
    const file = join(root, `${name}.mjs`);
    writeFileSync(file, content);
    await expect(loadPlugins([file])).rejects.toThrow(message);
  });

  test("two files with one name", async () => {
    for (const name of ["a.mjs", "b.mjs"]) {
      writeFileSync(join(root, name), "export const arms = [{ name: 'mine', levels: () => [] }];");
    }
    const files = ["a.mjs", "b.mjs"].map((name) => join(root, name));
    await expect(loadPlugins(files)).rejects.toThrow('b.mjs: there is another arm "mine"; give this one another name');
  });

  test("a folder, and no file", async () => {
    await expect(loadPlugins([root])).rejects.toThrow(/: this is a folder; name a file in it$/);
    await expect(loadPlugins([join(root, "none.js")])).rejects.toThrow(/: there is no such file$/);
  });

  test("and an arm that plans no networks is named", async () => {
    writeFileSync(join(root, "bad-arm.js"), "export const arms = [{ name: 'bad', levels: () => [{ round: 1 }] }];");
    const { code, err } = await run("--plugin", "bad-arm.js", "--arms", "bad");
    expect(err).toContain('ltt: arm "bad": level 0.network is undefined; it is a string');
    expect(code).toBe(1);
  });
});

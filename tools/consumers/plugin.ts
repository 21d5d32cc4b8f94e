import { appendFileSync, copyFileSync } from "node:fs";
import { join } from "node:path";
import { type Checks, run } from "../checks.ts";
import { root } from "../pack.ts";

/** What a run with the plugin trained: the node of each network. */
type Nodes = Readonly<Record<"dense" | "winning-ticket" | "all-at-once", string>>;

/**
 * A criterion and an arm from outside, used by the installed command: its networks are trained and pass the audit, the same file gives the same nodes, and a changed
 * file another one where its criterion was used, and only there.
 */
export async function checkPlugin(checks: Checks, project: string): Promise<void> {
  copyFileSync(join(root, "tools/consumers/plugin.js"), join(project, "plugin.js"));
  const first = await checks.check("a criterion and an arm of a plugin, with the installed ltt", () =>
    lottery(project, "first"),
  );
  if (first === undefined) return;
  await checks.check("the same plugin gives the same nodes, another one other nodes where its criterion cut", () => {
    const again = lottery(project, "again");
    appendFileSync(join(project, "plugin.js"), "// changed\n");
    const changed = lottery(project, "changed");
    const same = (a: Nodes, b: Nodes) =>
      Object.keys(a).filter((arm) => a[arm as keyof Nodes] === b[arm as keyof Nodes]);
    expectArms("the same file", same(first, again), ["dense", "winning-ticket", "all-at-once"]);
    // all-at-once says no criterion, so it cuts by that of the run
    expectArms("a changed file", same(first, changed), ["dense"]);
  });
}

function lottery(project: string, out: string): Nodes {
  const size = ["--profile", "quick", "--rounds", "1", "--epochs", "1", "--train-size", "300"];
  const plugin = ["--plugin", "plugin.js", "--criterion", "smallest-move", "--arms", "winning-ticket,all-at-once"];
  const printed = run(
    join(project, "node_modules/.bin/ltt"),
    ["run", "spam-cnn", ...size, ...plugin, "--out", join("runs", out), "--json"],
    { cwd: project },
  );
  const events: { event: string; arm: string; node: string }[] = printed
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const levels = events.filter(({ event }) => event === "level");
  const nodes = Object.fromEntries(levels.map(({ arm, node }) => [arm, node]));
  expectArms("a run", Object.keys(nodes), ["dense", "winning-ticket", "all-at-once"]);
  return nodes as Nodes;
}

function expectArms(what: string, found: readonly string[], wanted: readonly string[]): void {
  if (found.join() !== wanted.join()) throw new Error(`${what}: ${found.join(", ")} instead of ${wanted.join(", ")}`);
}

import { judge } from "@ltt/lottery";
import { describe, expect, test } from "vitest";
import { renderModelCard } from "./model-card.ts";
import { sampleLevel, sampleResults } from "./sample.ts";
import { renderFigures } from "./standalone-figures.ts";

const levels = [1, 2, 3].flatMap((seed) => [
  sampleLevel({ arm: "dense", round: 0, seed, testAccuracy: 0.87 + seed / 1000, node: `d${seed}` }),
  ...[1, 2].flatMap((round) => [
    sampleLevel({ arm: "winning-ticket", round, seed, testAccuracy: 0.87 + seed / 1000, node: `t${seed}${round}` }),
    sampleLevel({ arm: "random-reinit", round, seed, testAccuracy: 0.8 + seed / 1000 }),
  ]),
]);

/** What the key under a figure says. */
function keyOf(svg: string): string[] {
  return Array.from(svg.matchAll(/<text class="axis" x="37" y="11">([^<]*)</g), ([, words]) => words!);
}

describe("figures as SVG", () => {
  const figures = renderFigures(sampleResults(levels, { uses: { "linear.weight": 9 } }));

  test("are all that a report has", () => {
    expect([...figures.keys()]).toEqual([
      ...["accuracy", "difference-dense", "difference-random-reinit", "speed-0", "speed-1"],
      ...["accuracy-curves", "loss-curves", "cost"],
    ]);
  });

  test("stand alone: one element with its style, closed throughout, with one round of curves and nothing for pointers", () => {
    for (const svg of figures.values()) {
      expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" [^>]*viewBox="0 0 \d+ \d+"[^>]*><style>/);
      expect(svg).not.toMatch(/class="column|class="round"|@media|prefers-color/);
      const open: string[] = [];
      const drawn = svg.replace(/<style>.*?<\/style>/s, "");
      for (const [, slash, name, rest] of drawn.matchAll(/<(\/?)([a-zA-Z0-9]+)((?:\s[^<>]*)?)>/g)) {
        if (rest!.endsWith("/")) continue;
        if (slash === "") open.push(name!);
        else expect(open.pop()).toBe(name);
      }
      expect(open).toEqual([]);
    }
    expect(figures.get("accuracy-curves")!.match(/class="round shown"/g)).toHaveLength(1);
  });

  test("have colours that every program knows, each rule once for each arm that is drawn", () => {
    for (const svg of figures.values()) {
      expect(svg).not.toMatch(/var\(|--/);
      expect(svg).not.toContain("arm-2");
    }
    const [, rules] = /<style>(.*?)<\/style>/s.exec(figures.get("accuracy")!)!;
    expect(rules).toContain(".arm-0 .line, .arm-0.line { stroke: #0072b2; stroke-width: 2;");
    expect(rules).toContain(".arm-1 .band, .arm-1.band { fill: #d55e00; opacity: .15; }");
  });

  test("have a key to what is drawn in them, and to nothing else", () => {
    const keys = Object.fromEntries([...figures].map(([name, svg]) => [name, keyOf(svg)]));
    const arms = ["dense network", "winning ticket", "random re-initialisation"];
    expect(keys).toMatchObject({ accuracy: arms, "loss-curves": arms, cost: arms });
    expect(keys["speed-1"]).toEqual(["dense network", "random re-initialisation"]);
    expect(keys["difference-dense"]).toEqual(["supported", "to match, an interval lies above −0.5 points"]);
    expect(keys["difference-random-reinit"]).toEqual(["supported"]);
  });

  test("tell apart hollow points and published curves, and repeat what is said of all figures", () => {
    const drawn = renderFigures({
      ...sampleResults(levels.map((level) => ({ ...level, censored: level.arm === "winning-ticket" }))),
      published: [{ label: "one & other", arm: "winning-ticket", points: [{ sparsity: 0.2, testAccuracy: 0.9 }] }],
      warning: `Faults are on. ${"Long words. ".repeat(20)}`.trim(),
    });
    expect(keyOf(drawn.get("accuracy")!)).toContain("one &amp; other");
    expect(keyOf(drawn.get("speed-0")!)).toEqual(["dense network", "winning ticket", "best at the last step"]);
    for (const svg of drawn.values()) {
      const lines = Array.from(svg.matchAll(/<text class="warning" x="46" y="(\d+)">([^<]*)</g));
      expect(lines.map(([, , words]) => words).join(" ")).toMatch(/^Faults are on\. (Long words\. ){19}Long words\.$/);
      expect(Number(lines.at(-1)![1])).toBeLessThan(Number(/viewBox="0 0 \d+ (\d+)"/.exec(svg)![1]));
    }
  });

  test("are of the end of training too, where that was measured", () => {
    const ended = levels.map((level) => ({
      ...level,
      end: { validationLoss: 1, validationAccuracy: 0.5, testLoss: 1, testAccuracy: level.testAccuracy - 0.05 },
    }));
    const names = (given: typeof levels) => [...renderFigures(sampleResults(given)).keys()];
    expect(names(ended).filter((name) => !figures.has(name))).toEqual(["end-accuracy"]);
    const training = { loss: 0, accuracy: 1, measures: {} };
    const measured = ended.map((level) => ({ ...level, curve: level.curve.map((point) => ({ ...point, training })) }));
    expect(names(measured).filter((name) => !figures.has(name))).toEqual([
      "end-accuracy",
      "gap",
      "training-accuracy-curves",
      "training-loss-curves",
    ]);
    const drawn = renderFigures(sampleResults(measured)).get("gap")!;
    expect(drawn).toContain("winning ticket: +17.80 ± 0.25 points → +17.80 ± 0.25 points");
    expect(drawn).toContain("random re-initialisation: +17.80 ± 0.25 points → +24.80 ± 0.25 points");
  });

  test("have keys that stay inside", () => {
    for (const language of ["en", "ko"] as const)
      for (const [name, svg] of renderFigures(sampleResults(levels, { uses: { "linear.weight": 9 } }), { language })) {
        const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!;
        for (const [, x, y] of svg.matchAll(/<g transform="translate\((\d+),(\d+)\)"><(?:path|g)/g)) {
          expect(Number(x), name).toBeLessThan(Number(width) - 37);
          expect(Number(y) + 14, name).toBeLessThanOrEqual(Number(height));
        }
      }
  });
});

describe("the model card", () => {
  test("is of the verdict's winner, with the Hub's fields and what it is held against", () => {
    const card = renderModelCard(
      sampleResults(levels, {
        notes: ["A first look."],
        audit: [{ check: "a", passed: true, detail: "b" }],
        uses: { "linear.weight": 10 },
      }),
    );
    const [, front] = card.split("---\n");
    expect(front).toContain("pipeline_tag: text-classification\n");
    expect(front).toContain('  - name: "imdb-cnn, winning ticket, 36 % sparse"\n');
    expect(front).toContain(
      '          - type: "accuracy"\n            value: 0.8720\n          - type: "precision"\n            value: 0.8700\n',
    );
    expect(card).toContain("A winning ticket at 36 % sparsity");
    expect(card).toContain("The audit's 1 checks passed.");
    expect(card).toContain("| weights stored | 707 |");
    expect(card).toContain("| multiplications an example | 640 |");
    expect(card).toContain("| node of seed 2 | t22 |");
    expect(card).toContain(
      "| dense network | 87.20 ± 0.25 % | 3 |\n| winning ticket | 87.20 ± 0.25 % | 3 |\n| random re-initialisation | 80.20",
    );
    expect(card).toContain("- A first look.\n");
  });

  test("tells how long its network takes to answer, beside the dense one, if they were measured together", () => {
    const latency = (median: number) => ({ median, quartiles: [median / 2, 2 * median] as const });
    const network = (arm: string, round: number, node: string, median: number) => ({
      ...{ arm, seed: 1, round, node, one: latency(median), batch: latency(10 * median) },
    });
    const of = { machine: "a | machine", backend: "wasm", threads: 1, batch: 64, passes: 30 };
    const networks = [network("dense", 0, "d", 4e-4), network("winning-ticket", 1, "other", 3e-4)];
    const ticket = network("winning-ticket", 2, "t22", 1e-4);
    expect(renderModelCard(sampleResults(levels, { latencies: [{ ...of, networks }] }))).not.toContain("## Latency");
    const card = renderModelCard(sampleResults(levels, { latencies: [{ ...of, networks: [...networks, ticket] }] }));
    expect(card).toContain(
      "| network | one example, ms | 64 together, ms |\n| --- | --- | --- |\n| dense network | 0.400 | 4.00 |\n| winning ticket, round 2 | 0.100 | 1.00 |\n\n" +
        "Medians of 30 forward passes, in turn; one thread of wasm; a \\| machine.\n",
    );
  });

  test("says first that an audit failed, and lets no text become Markdown", () => {
    const failed = [{ check: "bad | check", passed: false, detail: "<b>" }];
    const results = sampleResults(levels, { title: "# a\n<script>", audit: failed });
    const card = renderModelCard({ ...results, verdict: judge(levels, { audit: failed }) });
    expect(card).toContain("# \\# a \\<script\\>\n\nAUDIT FAILED: bad \\| check; no claim.\n");
    expect(card).not.toMatch(/[^\\]<b>/);
  });

  test("of a run without tickets is of the dense network; without networks there is none", () => {
    expect(renderModelCard(sampleResults(levels.filter(({ round }) => round === 0)))).toContain(
      "| arm | dense network |",
    );
    expect(() => renderModelCard(sampleResults([]))).toThrow("renderModelCard: there is no network");
  });
});

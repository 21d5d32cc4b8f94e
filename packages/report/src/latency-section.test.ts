import { describe, expect, test } from "vitest";
import { en } from "./labels-en.ts";
import { ko } from "./labels-ko.ts";
import { checkLatencies, type Latencies, latencySection } from "./latency-section.ts";

const network = (arm: string, round: number, one: number) => ({
  ...{ arm, seed: 1, round, node: `${arm}${round}` },
  one: { median: one, quartiles: [one / 2, 2 * one] as const },
  batch: { median: 10 * one, quartiles: [9 * one, 11 * one] as const },
});
const latencies: Latencies = {
  ...{ machine: "EPYC, Node 20.20.2, load 0.1", backend: "wasm-fma", threads: 1, batch: 64, passes: 30 },
  networks: [network("dense", 0, 4e-4), network("winning-ticket", 3, 1e-4)],
};

describe("latencies", () => {
  test("stand in a table with quartiles, beside the dense network, and say of which machine they are", () => {
    const page = latencySection([latencies], en)!.text;
    expect(page).toContain(
      "medians of 30 passes, networks in turn, quartiles small; one thread of wasm-fma; EPYC, Node 20.20.2, load 0.1",
    );
    expect(page).toContain('<th scope="col">64 together</th>');
    expect(page).toMatch(
      /winning ticket, round 3<\/th><td>0\.100 <small>0\.0500–0\.200<\/small><\/td><td>4\.00 ×<\/td><td>1\.00 <small>0\.900–1\.10/i,
    );
    expect(latencySection([latencies], ko)!.text).toContain("측정한 지연 시간");
  });

  test("are left out where nothing was measured", () => {
    expect(latencySection([], en)).toBeUndefined();
  });

  test("are checked, as JSON may bring anything", () => {
    const broken = { ...latencies, networks: [{ ...latencies.networks[0]!, one: { median: "fast" } }] } as never;
    expect(() => checkLatencies("renderReport", [broken])).toThrow(
      /renderReport: latencies\[0\]\.networks\[0\]\.one\.median is "fast"/,
    );
  });
});

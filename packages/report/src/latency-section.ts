import { count as anInteger, checkFields, finite, type Kinds, list, object, text } from "@ltt/lottery/arguments";
import type { Labels } from "./labels.ts";
import { html, type Markup } from "./markup.ts";

/** Seconds of a forward pass: of several passes the median, and the quartiles. */
export interface Latency {
  readonly median: number;
  readonly quartiles: readonly [number, number];
}

/** How long networks of a run take to answer, all measured in turn. Of clocks and machines, so part of no result. */
export interface Latencies {
  /** Processor, Node, load. */
  readonly machine: string;
  readonly backend: string;
  readonly threads: number;
  /** Examples of a batch. */
  readonly batch: number;
  readonly passes: number;
  readonly networks: readonly {
    readonly arm: string;
    readonly seed: number;
    readonly round: number;
    readonly node: string;
    readonly one: Latency;
    readonly batch: Latency;
  }[];
}

const LATENCIES: Kinds<Latencies> = {
  machine: text,
  backend: text,
  threads: anInteger,
  batch: anInteger,
  passes: anInteger,
  networks: list,
};

const NETWORK: Kinds<Latencies["networks"][number]> = {
  arm: text,
  seed: anInteger,
  round: anInteger,
  node: text,
  one: object,
  batch: object,
};

const LATENCY: Kinds<Latency> = { median: finite, quartiles: list };

/** @throws {TypeError | RangeError} if a part is missing or of the wrong kind, as JSON may bring it. */
export function checkLatencies(where: string, latencies: readonly Latencies[]): void {
  for (const [i, one] of latencies.entries()) {
    checkFields(where, `latencies[${i}]`, one, LATENCIES);
    for (const [j, network] of one.networks.entries()) {
      const name = `latencies[${i}].networks[${j}]`;
      checkFields(where, name, network, NETWORK);
      for (const part of ["one", "batch"] as const) checkFields(where, `${name}.${part}`, network[part], LATENCY);
    }
  }
}

/** A table a measurement: one example and a batch, beside the dense network of the same measurement. */
export function latencySection(latencies: readonly Latencies[], labels: Labels): Markup | undefined {
  if (latencies.length === 0) return undefined;
  return html`<section><h2>${labels.latency}</h2>${latencies.map((one) => table(one, labels))}</section>`;
}

function table({ networks, batch, passes, machine, backend, threads }: Latencies, labels: Labels): Markup {
  const dense = networks.find(({ arm }) => arm === "dense");
  const cells = (latency: Latency, base: Latency | undefined) => {
    const [median, low, high] = [latency.median, ...latency.quartiles].map((seconds) =>
      (1000 * seconds).toPrecision(3),
    );
    const ratio = base === undefined ? "–" : `${(base.median / latency.median).toFixed(2)} ×`;
    return html`<td>${median} <small>${low}–${high}</small></td><td>${ratio}</td>`;
  };
  const heads = [
    labels.network,
    labels.oneExample,
    labels.againstDense,
    labels.examplesTogether(batch),
    labels.againstDense,
  ];
  return html`<div class="wide" tabindex="0"><table><caption>${labels.latencyCaption({ passes, threads, backend, machine })}</caption>
<thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${networks.map(
    (one) =>
      html`<tr class="time"><th scope="row">${one.round === 0 ? labels.arm(one.arm) : labels.inRound(labels.arm(one.arm), one.round)}</th>${cells(one.one, dense?.one)}${cells(one.batch, dense?.batch)}</tr>`,
  )}</tbody></table></div>`;
}

import { type Comparison, comparisonsOf, type Ratio, type WholeRun, wholeRunsOf } from "./comparisons.ts";
import { densityChart } from "./density-chart.ts";
import { ratioChart } from "./ratio-chart.ts";
import { type Measurement, RECOMPUTED, type ResultFile } from "./results.ts";

/** What the page of benchmarks is made of: parts of its text by name, and charts by the names of their files. */
export interface BenchmarkReport {
  readonly parts: ReadonlyMap<"answer" | "more" | "files", string>;
  readonly charts: ReadonlyMap<string, string>;
}

const NETWORKS: Readonly<Record<string, string>> = {
  "imdb-cnn": "IMDb, CNN",
  "ag-news-cnn": "AG News, CNN",
  "spam-cnn": "SpamAssassin, CNN",
  "imdb-lstm": "IMDb, LSTM 1×128",
  "ag-news-lstm": "AG News, LSTM 1×128",
  "imdb-bilstm": "IMDb, LSTM 2×bi×256",
  "ag-news-bilstm": "AG News, LSTM 2×bi×256",
  "mnist-lenet": "MNIST, LeNet-300-100",
  "lenet-300-100": "MNIST, LeNet-300-100",
  conv2: "CIFAR-10, Conv-2",
  conv4: "CIFAR-10, Conv-4",
  resnet20: "CIFAR-10, ResNet-20",
};

/** The whole of it, from result files in the order of their names. */
export function benchmarkReport(files: readonly ResultFile[]): BenchmarkReport {
  const comparisons = files.flatMap(comparisonsOf);
  const runs = files.flatMap(wholeRunsOf);
  const of = (kind: Comparison["kind"]) => comparisons.filter((comparison) => comparison.kind === kind);
  const programs = of("program").sort((a, b) => place(a) - place(b));
  const charts = new Map<string, string>();
  const pictures: string[] = [];
  if (programs.length > 0) {
    const rows = programs.map(({ ours, other, ratio }) => ({
      label: `${nameOf(ours)} : ${other.side}`,
      group: other.side,
      ratio,
    }));
    charts.set(
      "ratios.svg",
      ratioChart("Speed of ltt against other programs", "speed of ltt : speed of the other", rows),
    );
    pictures.push(
      "![Speed of ltt against other programs: medians and quartiles of the table's first rows](../benchmarks/results/ratios.svg)",
    );
  }
  if (runs.length > 0) {
    const lines = runs.map(({ dense, points }) => ({ label: `${nameOf(dense)}, ${threadsOf(dense)}`, points }));
    charts.set("densities.svg", densityChart("Time of a training step against the weights left", lines));
    pictures.push(
      "![Time of a training step against the weights left; dashed: as few as the weights](../benchmarks/results/densities.svg)",
    );
  }
  const rows = [...programs.map(rowOf), ...of("pruned").map(rowOf), ...runs.flatMap(rowsOfRun)];
  const others = [...files.flatMap(memoryRows), ...of("setting").map(rowOf), ...files.flatMap(alone)];
  const usual = mostCommon([...rows, ...others].map((row) => row.at(-1)!));
  const tabled = (all: readonly (readonly string[])[]) =>
    table(
      HEAD,
      all.map((row) => row.with(-1, row.at(-1) === usual ? "" : row.at(-1)!)),
    );
  const words = [sentences(programs, of("pruned"), runs), `Unless a row says otherwise: ${usual}.`].join(" ");
  const answer =
    rows.length === 0
      ? "Nothing is measured yet: `npm run bench -- training --only ag-news-cnn --save` writes the first result file."
      : [words, tabled(rows), ...pictures].join("\n\n");
  const more = others.length === 0 ? "Nothing else is measured yet." : tabled(others);
  return {
    parts: new Map([
      ["answer", answer],
      ["more", more],
      ["files", fileList(files)],
    ]),
    charts,
  };
}

const HEAD = ["what", "ltt", "against", "ratio (quartiles; rounds)", "with"];

/** What is there most often, of several the first. */
function mostCommon(words: readonly string[]): string {
  const count = (word: string) => words.filter((other) => other === word).length;
  return words.reduce((best, word) => (count(word) > count(best) ? word : best), words[0] ?? "");
}

/** PyTorch first, training before inference. */
function place({ ours, other }: Comparison): number {
  const benches = ["training", "inference", "latency", "kernel"];
  return 10 * (other.side.startsWith("PyTorch") ? 0 : 1) + benches.indexOf(ours.bench);
}

function rowOf({ ours, other, ratio, file }: Comparison): string[] {
  return [nameOf(ours), value(ours), `${against(ours, other)}: ${value(other)}`, shown(ratio), setting(ours, file)];
}

function rowsOfRun({ dense, cost, masked, file }: WholeRun): string[][] {
  const [name, last] = [`21 rounds, ${nameOf(dense)}`, setting(dense, file)];
  const rows = [
    [name, `${cost.median.toFixed(1)} dense trainings`, "21 dense trainings", shown(times(21, cost)), last],
  ];
  if (masked === undefined) return rows;
  return [...rows, [name, "", `${masked.side} with masks`, shown(masked.ratio), last]];
}

/** `by` in units of the ratio. */
function times(by: number, { median, quartiles: [low, high], rounds }: Ratio): Ratio {
  return { median: by / median, quartiles: [by / high, by / low], rounds };
}

/** What tensors take in training, pruned and dense, each in a process of its own. */
function memoryRows(file: ResultFile): string[][] {
  const measured = file.groups.flatMap(({ measurements }) =>
    measurements.filter(({ tensorsMb }) => tensorsMb !== undefined),
  );
  return measured
    .filter(({ name, density }) => density < 1 || name.endsWith(RECOMPUTED))
    .flatMap((one) => {
      const { name, threads, backend, tensorsMb } = one;
      const dense = measured.find(
        (other) =>
          other.density === 1 &&
          other.name === name.replace(RECOMPUTED, "") &&
          other.threads === threads &&
          other.backend === backend,
      );
      if (dense === undefined) return [];
      const ratio = `${(tensorsMb! / dense.tensorsMb!).toFixed(2)} × as much`;
      return [
        [
          `memory, ${nameOf(one)}`,
          `${digits(tensorsMb!)} MB`,
          `dense: ${digits(dense.tensorsMb!)} MB`,
          ratio,
          setting(one, file),
        ],
      ];
    });
}

/** Measurements that have nothing beside them. */
function alone(file: ResultFile): string[][] {
  return file.groups.flatMap(({ measurements }) => {
    const isCompared =
      measurements.length > 1 && measurements[0]!.bench !== "queue" && measurements[0]!.bench !== "lottery";
    return isCompared
      ? []
      : measurements.map((one) => [nameOf(one), value(one), "", `${one.values.length} rounds`, setting(one, file)]);
  });
}

function nameOf({ bench, name, density }: Measurement): string {
  const [network = "", ...rest] = name.split(", ");
  const words = [NETWORKS[network] ?? network, ...rest.filter((word) => word !== "as it is")].join(", ");
  const what = bench === "training" || bench === "kernel" ? words : `${bench}, ${words}`;
  return density === 1 ? what : `${what}, ${percent(density)} of the weights`;
}

/** In what another measurement differs. */
function against(ours: Measurement, other: Measurement): string {
  if (other.side !== "ltt") return other.side;
  if (other.density !== ours.density) return "dense";
  if (other.backend !== ours.backend) return other.backend;
  if (other.threads !== ours.threads) return threadsOf(other);
  return nameOf(other);
}

function setting(one: Measurement, { machine }: ResultFile): string {
  const width = one.width === undefined || one.backend.endsWith(`-${one.width}`) ? "" : ` ${one.width}`;
  return `${threadsOf(one)}, ${one.backend}${width}, Node ${machine.node.split(".")[0]}`;
}

function threadsOf({ threads }: Measurement): string {
  return threads === 1 ? "1 thread" : `${threads} threads`;
}

function value({ median, unit }: Measurement): string {
  if (unit !== "s") return `${digits(median)} ${unit}`;
  return median < 1e-3
    ? `${digits(1e6 * median)} µs`
    : median < 1
      ? `${digits(1e3 * median)} ms`
      : `${digits(median)} s`;
}

function digits(number: number): string {
  return Number(number.toPrecision(number >= 1000 ? 4 : 3)).toLocaleString("en-US", { maximumFractionDigits: 2 });
}

function shown({ median, quartiles: [low, high], rounds }: Ratio): string {
  return `**${median.toFixed(2)} ×** (${low.toFixed(2)}–${high.toFixed(2)}; ${rounds})`;
}

function percent(density: number): string {
  return `${Number((100 * density).toPrecision(2))} %`;
}

/** The answer in words, as the table has it. */
function sentences(programs: readonly Comparison[], pruned: readonly Comparison[], runs: readonly WholeRun[]): string {
  const range = (ratios: readonly number[]) =>
    ratios.length === 1
      ? `${ratios[0]!.toFixed(2)} ×`
      : `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)} ×`;
  const medians = (chosen: readonly Comparison[]) => chosen.map(({ ratio }) => ratio.median);
  const pytorch = medians(
    programs.filter(({ ours, other }) => ours.bench === "training" && other.side.startsWith("PyTorch")),
  );
  const steps = medians(pruned.filter(({ ours }) => ours.bench === "training"));
  const words: string[] = [];
  if (pytorch.length > 0)
    words.push(
      `A training step runs at ${range(pytorch)} the speed of PyTorch's, and is the faster one in ${pytorch.filter((ratio) => ratio > 1).length} of ${pytorch.length} comparisons.`,
    );
  if (steps.length > 0)
    words.push(`With a tenth of the weights it runs at ${range(steps)} the speed of the dense step.`);
  if (runs.length > 0) {
    const costs = runs.map(({ cost }) => cost.median);
    const list =
      costs.length === 1
        ? costs[0]!.toFixed(1)
        : `${Math.min(...costs).toFixed(1)} to ${Math.max(...costs).toFixed(1)}`;
    words.push(`The steps of 21 rounds of pruning cost those of ${list} dense trainings.`);
  }
  words.push("Above 1 ltt is faster. Each ratio is the median of ratios taken round by round, both sides in turn.");
  return words.join(" ");
}

function fileList(files: readonly ResultFile[]): string {
  const rows = files.map(({ name, command, date, machine, load }) => [
    `[${name}](../benchmarks/results/${name}.json)`,
    `${machine.commit}, ${date.slice(0, 10)}`,
    `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}`,
    `${load.before.toFixed(1)}, ${load.median.toFixed(1)}, ${load.highest.toFixed(1)}`,
    `\`${command.replaceAll("|", "\\|")}\``,
  ]);
  if (rows.length === 0) return "There are no result files yet.";
  return table(["file", "commit, day", "machine", "load: before, median, most", "command"], rows);
}

/** A table whose columns are as wide as their widest cell. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((cell, column) =>
    Math.max(...[cell, ...rows.map((row) => row[column]!)].map((text) => [...text].length)),
  );
  const lineOf = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell + " ".repeat(widths[i]! - [...cell].length)).join(" | ")} |`;
  return [lineOf(head), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...rows.map(lineOf)].join("\n");
}

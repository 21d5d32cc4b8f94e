import { armLabel, type LevelSummary, mean, summarise } from "@ltt/lottery";
import { costOf } from "./cost.ts";
import { checkInput, type ReportInput } from "./input.ts";
import type { Latencies, Latency } from "./latency-section.ts";
import { count, percentEstimate, sparsityPercent } from "./numbers.ts";
import { verdictWords } from "./verdict-words.ts";

/**
 * A model card in Markdown, with the fields that the Hugging Face Hub reads before it (`model-index`, `metrics`, `tags`): of the verdict's
 * winner, or where there is none of the most accurate winning ticket; of a run without tickets, of the dense network.
 *
 * @throws {TypeError | RangeError} as `renderReport` does; without any network.
 * @see Mitchell et al., “Model Cards for Model Reporting”, FAT* 2019; huggingface.co/docs/hub/model-cards
 */
export function renderModelCard(results: ReportInput): string {
  checkInput("renderModelCard", results, READ);
  const { title, kicker, dataset, notes, settings, verdict, audit = [], origins = [], uses } = results;
  const measure = results.measure ?? "accuracy";
  const { level, arm } = chosen(results);
  const { headline, sentences } = verdictWords(verdict);
  const [run] = level.runs;
  const { bytes, multiplications } = costOf(run!, uses);
  const measures = [...new Set(level.runs.flatMap((one) => Object.keys(one.measures)))];
  const values: [string, number][] = [
    [measure, level.testAccuracy.mean],
    ...measures.map((name): [string, number] => [name, mean(level.runs.map((one) => one.measures[name] ?? 0))]),
  ];
  const name = kicker[0] ?? title;
  const isImages = run!.tensors.every(({ group }) => group !== "embedding");
  const task = isImages ? "image-classification" : "text-classification";
  const failed = audit.filter(({ passed }) => !passed);
  return `---
library_name: ltt
pipeline_tag: ${task}
tags:
  - lottery-ticket-hypothesis
  - pruning
  - sparse
metrics:
${values.map(([metric]) => `  - ${yaml(metric)}`).join("\n")}
model-index:
  - name: ${yaml(`${name}, ${arm}, ${sparsityPercent(level.sparsity)} sparse`)}
    results:
      - task:
          type: ${task}
        dataset:
          name: ${yaml(dataset.split(/[,;:]/)[0]!)}
          type: ${yaml(name)}
          split: test
        metrics:
${values.map(([metric, value]) => `          - type: ${yaml(metric)}\n            value: ${value.toFixed(4)}`).join("\n")}
---

# ${plain(title)}

${plain(headline)}${failed.length > 0 ? "" : audit.length > 0 ? ` The audit's ${audit.length} checks passed.` : " The networks were not audited."}

## The network

${table([
  ["arm", arm],
  ["round", String(level.round)],
  ["weights removed", sparsityPercent(level.sparsity)],
  ["weights stored", count(run!.tensors.reduce((sum, { kept }) => sum + kept, 0))],
  ["bytes stored", count(bytes)],
  ...(multiplications === undefined ? [] : [["multiplications an example", count(multiplications)] as const]),
  ...level.runs.map((one) => [`node of seed ${one.seed}`, one.node ?? "not noted"] as const),
])}

## Evaluation

${plain(dataset)}

| network | test ${measure} | seeds |
| --- | --- | --- |
${rows(results, level)
  .map(([who, at]) => `| ${plain(who)} | ${percentEstimate(at.testAccuracy)} | ${at.runs.length} |`)
  .join("\n")}

${sentences.map(plain).join(" ")}
${latencyTable(results.latencies ?? [], level)}
## Training

${table(settings)}

## Limits

${[...notes, "Made to study pruning, not to be relied on: it was judged on one split of one data set."].map((note) => `- ${plain(note)}`).join("\n")}
${failed.map(({ check, detail }) => `- The audit FAILED: ${plain(check)}: ${plain(detail)}\n`).join("")}
## How to make it again

${origins.length === 0 ? "The command was not noted." : origins.map(({ command, commit }) => `    ${plain(command)}${commit === undefined ? "" : `    # commit ${plain(commit)}`}`).join("\n")}
`;
}

const READ = ["arm", "seed", "round", "sparsity", "testAccuracy", "measures", "tensors"] as const;

function chosen({ levels, verdict }: ReportInput): { arm: string; level: LevelSummary } {
  const { dense, arms } = summarise(levels);
  const tickets = arms.find(({ arm }) => arm === "winning-ticket")?.levels.filter(({ round }) => round > 0) ?? [];
  const best = tickets.toSorted((a, b) => b.validationAccuracy.mean - a.validationAccuracy.mean)[0];
  const level = tickets.find(({ round }) => round === verdict.winner?.round) ?? best ?? dense;
  if (level === undefined) throw new RangeError("renderModelCard: there is no network");
  return { arm: armLabel(level === dense ? "dense" : "winning-ticket"), level };
}

/** The network, and what it is to be held against. */
function rows({ levels }: ReportInput, { round }: LevelSummary): [string, LevelSummary][] {
  const { dense, arms } = summarise(levels);
  const beside = arms.flatMap(({ label, levels: all }): [string, LevelSummary][] => {
    const level = all.find((one) => one.round === round && round > 0);
    return level === undefined ? [] : [[label, level]];
  });
  return [...(dense === undefined ? [] : [["dense network", dense] as [string, LevelSummary]]), ...beside];
}

/** How long the network takes to answer beside the dense one, where both were measured together. */
function latencyTable(latencies: readonly Latencies[], { runs, round }: LevelSummary): string {
  const nodes = new Set(runs.map(({ node }) => node));
  const measured = latencies.find(({ networks }) => networks.some(({ node }) => nodes.has(node)));
  if (measured === undefined) return "";
  const { networks, batch, passes, threads, backend, machine } = measured;
  const shown = networks.filter((one) => one.arm === "dense" || nodes.has(one.node));
  const ms = ({ median }: Latency) => (1000 * median).toPrecision(3);
  const name = (arm: string) => (arm === "dense" ? "dense network" : `${armLabel(arm)}, round ${round}`);
  return `
## Latency

| network | one example, ms | ${batch} together, ms |
| --- | --- | --- |
${shown.map(({ arm, one, batch: together }) => `| ${plain(name(arm))} | ${ms(one)} | ${ms(together)} |`).join("\n")}

Medians of ${passes} forward passes, in turn; ${threads === 1 ? "one thread" : `${threads} threads`} of ${plain(backend)}; ${plain(machine)}.
`;
}

function table(pairs: readonly (readonly [string, string])[]): string {
  return `| | |\n| --- | --- |\n${pairs.map(([name, value]) => `| ${plain(name)} | ${plain(value)} |`).join("\n")}`;
}

/** Text of others, as it is: none of it is Markdown or HTML, and it stays on its line. */
function plain(text: string): string {
  return text.replaceAll(/[\\`*_[\]<>|#]/g, "\\$&").replaceAll(/\s*[\r\n]+\s*/g, " ");
}

/** A string of YAML in double quotes, which are those of JSON. */
function yaml(text: string): string {
  return JSON.stringify(text);
}

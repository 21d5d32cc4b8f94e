import { TEXT_PROFILES } from "./profile-names.ts";
import { settingsOf, type TextRunSettings } from "./profiles.ts";

const ROWS: readonly (readonly [name: string, value: (settings: TextRunSettings) => unknown])[] = [
  ["--rounds", ({ experiment }) => experiment.rounds],
  ["--rate", ({ experiment }) => experiment.rate],
  ["--epochs", ({ experiment }) => experiment.epochs],
  ["--seeds", ({ experiment }) => experiment.seeds.join(",")],
  ["--arms", ({ experiment }) => experiment.arms.length],
  ["--learning-rate", ({ experiment }) => experiment.learningRate],
  ["--validations", ({ experiment }) => experiment.evaluationsPerEpoch],
  ["--patience", ({ experiment }) => experiment.patience ?? "none"],
  ["--faults", ({ experiment }) => (experiment.faults.length === 0 ? "none" : "all")],
  ["--train-size", ({ data }) => data.trainSize ?? "all"],
  ["--max-length", ({ data }) => data.maxLength ?? "whole"],
  ["--batch-size", ({ data }) => data.batchSize],
];

/** What the profiles do unless told otherwise, for `imdb-cnn`, as a table of less than 80 columns. */
export function profileTable(): string {
  const settings = TEXT_PROFILES.map((profile) => settingsOf("imdb-cnn", profile));
  const rows = [
    ["", ...TEXT_PROFILES],
    ...ROWS.map(([name, value]) => [name, ...settings.map((each) => String(value(each)))]),
  ];
  return rows
    .map(([name, ...cells]) => `  ${name!.padEnd(16)}${cells.map((cell) => cell.padEnd(16)).join("")}`.trimEnd())
    .join("\n");
}

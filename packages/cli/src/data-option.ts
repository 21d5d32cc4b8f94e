import { Option } from "commander";
import { dataFolder } from "./folders.ts";
import { pathOf } from "./option-values.ts";

/** `--data`: what is typed, else what `LTT_DATA` names, else `otherwise`. commander's own `env` takes an empty variable for a value. */
export function dataOption(description: string, otherwise?: string): Option {
  const option = new Option("--data <dir>", description).argParser(pathOf);
  const named = dataFolder();
  return named === undefined ? option.default(otherwise) : option.default(named, `"${named}" of LTT_DATA`);
}

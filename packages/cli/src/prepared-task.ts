import type { Task } from "@ltt/lottery";
import type { Encoding, ImageEncoding } from "./encoding.ts";
import type { TaskData } from "./task-of.ts";

/** A task, and what a report says about its data and its model. */
export interface PreparedTask {
  readonly task: Task;
  /** What it is made of: `taskOf(data)` makes it again. */
  readonly data: TaskData;
  /** How texts became ids. */
  readonly encoding?: Encoding | undefined;
  /** What images are. */
  readonly images?: ImageEncoding | undefined;
  readonly dataset: string;
  /** Lines of the report about the model: what each is called, and what it is. */
  readonly words: readonly (readonly [name: string, value: string])[];
  readonly notes: readonly string[];
  readonly parameters: number;
  readonly stepsPerEpoch: number;
  /** What the examples are: `texts`, `images`. */
  readonly examples: string;
  /** How many of them are looked at during training at most, at every validation. */
  readonly monitored: number;
}

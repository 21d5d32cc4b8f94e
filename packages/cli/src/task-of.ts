import type { Task } from "@ltt/lottery";
import { type ImageTaskData, imageTaskOf } from "./image-task.ts";
import { type TextTaskData, textTaskOf } from "./task-data.ts";

/** All that a task is made of, as data and nothing else: what one process has read and encoded, another can be sent. */
export type TaskData = TextTaskData | ImageTaskData;

export function taskOf(data: TaskData): Task {
  return "images" in data ? imageTaskOf(data) : textTaskOf(data);
}

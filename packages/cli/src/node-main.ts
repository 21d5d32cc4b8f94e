// node-main.ts: a process that trains networks for `ltt worker`, which starts it and tells it what to do.
import { useBackend } from "@ltt/core";
import { serveNodes } from "@ltt/workers";
import { type BackendName, createBackend } from "./backends.ts";
import { loadPlugins } from "./plugins.ts";
import { type TaskData, taskOf } from "./task-of.ts";

serveNodes({
  taskOf: (data) => taskOf(data as TaskData),
  useBackend: async (name, threads) => {
    useBackend(await createBackend(name as BackendName, { threads }));
  },
  loadCriteria: async (files) => (await loadPlugins(files)).criteria,
});

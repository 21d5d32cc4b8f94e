import { availableParallelism } from "node:os";
import { defineConfig, type ViteUserConfig } from "vitest/config";

/** Tests that ask for an adapter, a browser, whole data sets or dozens of processes, simulate, or run whole programs: `npm test` runs them, `npm run test:fast` does not. */
const slow = [
  "packages/cli/test/export-page.test.ts",
  "packages/cli/test/archive.test.ts",
  "packages/cli/test/jobs.test.ts",
  "packages/cli/test/machines.test.ts",
  "packages/cli/test/native.test.ts",
  "packages/cli/test/native-steps.test.ts",
  "packages/cli/test/own-images.test.ts",
  "packages/cli/test/inspect.test.ts",
  "packages/cli/test/transfer.test.ts",
  "packages/gpu/test/**/*.test.ts",
  "packages/data/test/real-data.test.ts",
  "packages/lottery/test/layer-collapse.test.ts",
  "packages/lottery/test/processes.test.ts",
  "packages/report/test/page.test.ts",
  "packages/lottery/test/micro-f1-simulation.test.ts",
  "packages/lottery/test/verdict-simulation.test.ts",
  "packages/workers/test/machines.test.ts",
  "packages/workers/test/made-again.test.ts",
  "packages/workers/test/namespaces.test.ts",
  "packages/workers/test/tls.test.ts",
  "tools/absent.test.ts",
  "examples/library/*.test.ts",
  "docs/site/test/*.test.ts",
];

const config: ViteUserConfig = defineConfig({
  resolve: { conditions: ["@ltt/source"] },
  ssr: { resolve: { conditions: ["@ltt/source"], externalConditions: ["@ltt/source"] } },
  test: {
    // Vitest leaves a core to itself; many tests wait for processes of their own.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: "fast",
          include: ["packages/*/{src,test}/**/*.test.ts", "{benchmarks,docs,examples,tools}/**/*.test.ts"],
          exclude: slow,
        },
      },
      { extends: true, test: { name: "slow", include: slow } },
    ],
  },
});

export default config;

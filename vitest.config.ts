import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["@ltt/source"] },
  ssr: { resolve: { conditions: ["@ltt/source"], externalConditions: ["@ltt/source"] } },
  test: {
    include: ["packages/*/{src,test}/**/*.test.ts", "docs/**/*.test.ts", "examples/**/*.test.ts"],
    testTimeout: 60_000,
  },
});

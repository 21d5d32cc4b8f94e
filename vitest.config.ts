import { defineConfig, type ViteUserConfig } from "vitest/config";

const config: ViteUserConfig = defineConfig({
  resolve: { conditions: ["@ltt/source"] },
  ssr: { resolve: { conditions: ["@ltt/source"], externalConditions: ["@ltt/source"] } },
  test: {
    include: ["packages/*/{src,test}/**/*.test.ts", "docs/**/*.test.ts", "examples/**/*.test.ts", "tools/**/*.test.ts"],
    testTimeout: 60_000,
  },
});

export default config;

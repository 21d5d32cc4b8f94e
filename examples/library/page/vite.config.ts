import { defaultClientConditions, defineConfig, type UserConfig } from "vite";

const config: UserConfig = defineConfig({
  resolve: { conditions: ["@ltt/source", ...defaultClientConditions] },
  build: { target: "esnext" },
});

export default config;

import { existsSync } from "node:fs";
import { join } from "node:path";
import { defaultClientConditions } from "vite";
import { type DefaultTheme, defineConfig } from "vitepress";
import { PACKAGES } from "../packages.ts";

const root = join(import.meta.dirname, "..");
const generated = join(root, "generated");

/** Pages that have the same name in both languages. */
function sidebar(prefix: string, title: (page: keyof typeof GUIDE) => string): DefaultTheme.SidebarItem[] {
  return (Object.keys(GUIDE) as (keyof typeof GUIDE)[]).map((page) => ({
    text: title(page),
    link: `${prefix}/guide/${page}`,
  }));
}

const GUIDE = {
  start: ["Getting started", "시작하기"],
  tensors: ["Tensors", "텐서"],
  gradients: ["Gradients", "기울기"],
  training: ["Training", "학습"],
  pruning: ["Pruning", "가지치기"],
  tickets: ["Tickets", "티켓"],
  report: ["Reading a report", "보고서 읽기"],
} as const;

export default defineConfig({
  title: "ltt",
  description: "A tensor library in TypeScript, and on it a laboratory for the Lottery Ticket Hypothesis",
  srcDir: root,
  srcExclude: ["**/README.md"],
  rewrites: { "generated/pages/:rest*": ":rest*" },
  outDir: join(root, "dist"),
  cacheDir: join(root, "generated/cache"),
  cleanUrls: false,
  lastUpdated: false,
  markdown: { theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" } },
  transformHead: ({ siteData }) => [["link", { rel: "icon", type: "image/svg+xml", href: `${siteData.base}logo.svg` }]],
  themeConfig: {
    logo: "/logo.svg",
    search: { provider: "local" },
    outline: { level: [2, 3] },
  },
  locales: {
    root: {
      label: "English",
      lang: "en",
      themeConfig: {
        nav: [
          { text: "Playground", link: "/playground/" },
          { text: "Guide", link: "/guide/start" },
          { text: "Recipes", link: "/recipes" },
          { text: "Gallery", link: "/gallery" },
          { text: "API", link: "/api/" },
          {
            text: "More",
            items: [
              { text: "Benchmarks", link: "/benchmarks" },
              { text: "Comparison", link: "/comparison" },
            ],
          },
        ],
        sidebar: {
          "/guide/": [{ text: "Guide", items: sidebar("", (page) => GUIDE[page][0]) }],
          "/api/": [
            {
              text: "API",
              link: "/api/",
              items: PACKAGES.map((name) => ({ text: `@ltt/${name}`, link: `/api/${name}` })),
            },
          ],
        },
      },
    },
    ko: {
      label: "한국어",
      lang: "ko",
      link: "/ko/",
      themeConfig: {
        nav: [
          { text: "플레이그라운드", link: "/ko/playground/" },
          { text: "안내서", link: "/ko/guide/start" },
          { text: "API", link: "/api/" },
        ],
        sidebar: { "/ko/guide/": [{ text: "안내서", items: sidebar("/ko", (page) => GUIDE[page][1]) }] },
        outline: { label: "이 페이지에서" },
        docFooter: { prev: "이전", next: "다음" },
        darkModeSwitchLabel: "어두운 화면",
        sidebarMenuLabel: "목차",
        returnToTopLabel: "맨 위로",
        langMenuLabel: "언어",
      },
    },
  },
  vite: {
    resolve: { conditions: ["@ltt/source", ...defaultClientConditions] },
    define: { __DIGITS__: JSON.stringify(existsSync(join(generated, "samples/digits.sample"))) },
    build: { target: "esnext" },
    worker: { format: "es" },
  },
});

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Application, type TypeDocOptions } from "typedoc";
import { manifests, root } from "../../tools/pack.ts";
import { PACKAGES } from "./packages.ts";

/** Writes `NAME.md` for each package, of all that its `index.ts` exports, and an index of them, into a folder. */
export async function makeApi(folder: string): Promise<void> {
  const raw = join(folder, "../../typedoc");
  // TypeDoc empties its output folders: without `outputs` the project's own docs/.
  const options: TypeDocOptions & Record<string, unknown> = {
    entryPoints: PACKAGES.map((name) => join(root, "packages", name, "src/index.ts")),
    tsconfig: join(root, "tsconfig.json"),
    plugin: [createRequire(import.meta.url).resolve("typedoc-plugin-markdown")],
    outputFileStrategy: "modules",
    outputs: [{ name: "markdown", path: raw }],
    readme: "none",
    disableSources: true,
    excludeInternal: true,
    excludePrivate: true,
    skipErrorChecking: true, // `npm run check` looks for them, with the project's TypeScript
    logLevel: "Error",
    hidePageHeader: true,
    hideBreadcrumbs: true,
    useCodeBlocks: true,
    useHTMLAnchors: true, // VitePress numbers headings of one name otherwise
    anchorPrefix: "api-",
    expandObjects: true,
    parametersFormat: "table",
    propertiesFormat: "table",
    interfacePropertiesFormat: "table",
  };
  const application = await Application.bootstrapWithPlugins(options);
  const project = await application.convert();
  if (project === undefined) throw new Error("site: TypeDoc made nothing of the packages' sources");
  await application.generateOutputs(project);
  if (application.logger.hasErrors()) throw new Error("site: TypeDoc failed");
  mkdirSync(folder, { recursive: true });
  const pages = readdirSync(raw, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".md") && file !== "README.md",
  );
  for (const page of pages) {
    const text = readFileSync(join(raw, page), "utf8").replaceAll(
      /\]\(([^)\s#]+\.md)/g,
      (_, target) => `](${pageOf(join(dirname(page), target))}`,
    );
    writeFileSync(join(folder, pageOf(page)), text.replace(/^# .*$/m, `# ${titleOf(page)}`));
  }
  writeFileSync(join(folder, "index.md"), indexOf());
  rmSync(raw, { recursive: true });
}

/** `core/src.md` → `core.md`, `layers/src/namespaces/initialisers.md` → `layers-initialisers.md` */
function pageOf(file: string): string {
  const [name, , , inner] = file.replace(/\.md$/, "").split("/");
  return inner === undefined ? `${name}.md` : `${name}-${inner}.md`;
}

function titleOf(file: string): string {
  const [name, , , inner] = file.replace(/\.md$/, "").split("/");
  return inner === undefined ? `@ltt/${name}` : `@ltt/${name}: ${inner}`;
}

function indexOf(): string {
  const packages = manifests();
  const rows = PACKAGES.map((name) => `| [\`@ltt/${name}\`](./${name}.md) | ${packages.get(name)!.description} |`);
  return `# API reference\n\nMade of the comments in the sources.\n\n| package | what it is |\n| --- | --- |\n${rows.join("\n")}\n`;
}

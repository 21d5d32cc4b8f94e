import { createRequire } from "node:module";
import { join } from "node:path";
import { Application, type TypeDocOptions } from "typedoc";
import { root } from "../../tools/pack.ts";

/** The packages whose reference is made: those that one imports. `@ltt/cli` is a command. */
const PACKAGES = ["core", "layers", "data", "lottery", "report", "gpu"] as const;

/** Writes a page for each package, of all that its `index.ts` exports, into a folder of its own. */
export async function makeApi(folder: string): Promise<void> {
  // TypeDoc empties its output folders: without `outputs` the project's own docs/.
  const options: TypeDocOptions & Record<string, unknown> = {
    entryPoints: PACKAGES.map((name) => join(root, "packages", name, "src/index.ts")),
    tsconfig: join(root, "tsconfig.json"),
    plugin: [createRequire(import.meta.url).resolve("typedoc-plugin-markdown")],
    outputFileStrategy: "modules",
    outputs: [{ name: "markdown", path: folder }],
    readme: "none",
    disableSources: true,
    excludeInternal: true,
    excludePrivate: true,
    skipErrorChecking: true, // `npm run check` looks for them, with the project's TypeScript
    logLevel: "Error",
    hidePageHeader: true,
    hideBreadcrumbs: true,
    useCodeBlocks: true,
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
}

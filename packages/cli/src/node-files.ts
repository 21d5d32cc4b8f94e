import { RunFolderError, type StoredFiles } from "@ltt/lottery";

/** A node that a network rests on, as its files tell of it: anything may be in them. */
export interface ToldNode {
  readonly op?: string;
  readonly params?: { readonly [name: string]: unknown };
}

/** The nodes that a network rests on, as its `lineage.json` tells. */
export function lineageOf({ files }: StoredFiles): ToldNode[] {
  return Object.values(jsonOf(files.get("lineage.json")));
}

/**
 * The digest of the texts that a network was trained on.
 *
 * @throws {RunFolderError} if it was trained on something else.
 */
export function encodedOf({ place, files }: StoredFiles): string {
  const { params } = jsonOf(files.get("config.json")) as { params?: { data?: { encoded?: unknown } } };
  const encoded = params?.data?.encoded;
  if (typeof encoded === "string") return encoded;
  throw new RunFolderError(`${place}: this network was not trained on texts`);
}

function jsonOf(bytes: Uint8Array | undefined): object {
  return JSON.parse(Buffer.from(bytes ?? "{}").toString("utf8"));
}

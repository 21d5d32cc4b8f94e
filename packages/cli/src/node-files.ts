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

/** What a network was trained on, as its task named it. */
export function dataOf({ files }: StoredFiles): { readonly [name: string]: unknown } {
  const { params } = jsonOf(files.get("config.json")) as { params?: { data?: Record<string, unknown> } };
  return params?.data ?? {};
}

/**
 * The digest of the texts or images that a network was trained on: what its encoding is kept by.
 *
 * @throws {RunFolderError} if it was trained on something else.
 */
export function digestIn(stored: StoredFiles): { readonly digest: string; readonly isImages: boolean } {
  const { encoded, images } = dataOf(stored);
  if (typeof encoded === "string") return { digest: encoded, isImages: false };
  if (typeof images === "string") return { digest: images, isImages: true };
  throw new RunFolderError(`${stored.place}: this network was trained neither on texts nor on images`);
}

/**
 * The digest of the texts that a network was trained on.
 *
 * @throws {RunFolderError} if it was trained on something else.
 */
export function encodedOf(stored: StoredFiles): string {
  const { encoded } = dataOf(stored);
  if (typeof encoded === "string") return encoded;
  throw new RunFolderError(`${stored.place}: this network was not trained on texts`);
}

function jsonOf(bytes: Uint8Array | undefined): object {
  return JSON.parse(Buffer.from(bytes ?? "{}").toString("utf8"));
}

import { Module } from "./module.ts";

/** The modules of a kind in a tree of modules and arrays, in the order of the fields; one that stands in two places twice. */
export function modulesOf<M extends Module>(tree: unknown, kind: abstract new (...args: never[]) => M): M[] {
  if (Array.isArray(tree)) return tree.flatMap((part) => modulesOf(part, kind));
  if (!(tree instanceof Module)) return [];
  const inside = Object.values(tree).flatMap((field) => modulesOf(field, kind));
  return tree instanceof kind ? [tree, ...inside] : inside;
}

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { format, stripVTControlCharacters } from "node:util";
import { expect, test, vi } from "vitest";

const folder = join(import.meta.dirname, "code");
const programs = readdirSync(folder).flatMap((file) => /^(.+)\.txt$/.exec(file)?.[1] ?? []);

// The guide shows each program and, beside it, what it prints.
test.each(programs)("%s prints what the guide shows", async (name) => {
  const lines: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((...values) => {
    lines.push(stripVTControlCharacters(format(...values)));
  });
  await import(`./code/${name}.ts`).finally(() => log.mockRestore());
  await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot(join(folder, `${name}.txt`));
});

test("every page shows its program, in both languages", () => {
  expect(programs.sort()).toEqual(["gradients", "pruning", "tensors", "tickets", "training"]);
  for (const language of ["guide", "ko/guide"])
    for (const name of programs) {
      const page = readFileSync(join(import.meta.dirname, "..", language, `${name}.md`), "utf8");
      for (const file of [`${name}.ts`, `${name}.txt`]) expect(page).toContain(`<<< @/guide/code/${file}`);
    }
});

import { expect, test } from "vitest";
import { profileTable } from "./profile-help.ts";

test("the help tells what each profile does, in lines that fit", () => {
  const lines = profileTable().split("\n");
  expect(lines[0]).toMatch(/^ +quick +corrected +published-2020$/);
  expect(lines).toContainEqual(expect.stringMatching(/^ {2}--rounds +3 +20 +20$/));
  expect(lines).toContainEqual(expect.stringMatching(/^ {2}--patience +24 +24 +3$/));
  for (const line of lines) expect(line.length).toBeLessThan(80);
});

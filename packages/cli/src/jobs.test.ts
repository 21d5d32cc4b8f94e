import { expect, test } from "vitest";
import { chooseJobs } from "./jobs.ts";
import { settingsOf } from "./profiles.ts";

const { experiment } = settingsOf("spam-cnn", "quick"); // one seed, four arms
const four = { cores: 4, memoryMb: 16_000 };

test("one job has all cores unless told", () => {
  expect(chooseJobs({}, experiment, four)).toEqual({
    jobs: 1,
    threads: 4,
    threadsAtMost: 4,
    words: "1 job of 4 threads",
  });
  expect(chooseJobs({ threads: 2 }, experiment, four).words).toBe("1 job of 2 threads");
  expect(chooseJobs({ backend: "reference" }, experiment, four).words).toBe("1 job of 1 thread");
});

test("several divide the cores, and one that works alone has them all, up to eight", () => {
  expect(chooseJobs({ jobs: 2 }, experiment, four)).toMatchObject({ threads: 2, threadsAtMost: 4 });
  expect(chooseJobs({ jobs: 3 }, experiment, four)).toMatchObject({ threads: 1, threadsAtMost: 3 });
  expect(chooseJobs({ jobs: 4 }, experiment, { ...four, cores: 64 })).toMatchObject({ threads: 16, threadsAtMost: 16 });
  expect(chooseJobs({ jobs: 4 }, experiment, { ...four, cores: 16 })).toMatchObject({ threads: 4, threadsAtMost: 8 });
});

test("there are no more than networks that can be trained at once", () => {
  expect(chooseJobs({ jobs: 9 }, experiment, four).words).toBe(
    "4 jobs of 1 thread (no more than 4 networks can be trained at once)",
  );
  expect(chooseJobs({ jobs: 9 }, { ...experiment, seeds: [1, 2, 3], rounds: 0 }, four).jobs).toBe(3);
});

test("auto: a job for each core, as far as there are networks and memory", () => {
  const words = (resources: { cores: number; memoryMb: number }) =>
    chooseJobs({ jobs: "auto" }, experiment, resources).words;
  expect(words({ cores: 2, memoryMb: 20_000 })).toBe(
    "2 jobs of 1 thread (2 cores, 4 networks at once, memory for 25 jobs)",
  );
  expect(words({ cores: 8, memoryMb: 20_000 })).toMatch(/^4 jobs of 2 threads /);
  expect(words({ cores: 8, memoryMb: 1700 })).toMatch(/^2 jobs of 4 threads /);
  expect(words({ cores: 8, memoryMb: 500 })).toMatch(/^1 job of 8 threads /);
});

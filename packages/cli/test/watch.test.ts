import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ltt } from "./command.ts";

let root: string;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "ltt-watch-"));
  const small =
    "run spam-cnn --profile quick --train-size 20 --max-length 8 --epochs 1 --rounds 2 --arms winning-ticket --out run";
  await ltt(small.split(" "), { cwd: root });
  // as it was before the last network was finished
  const metrics = (await ltt(["status", "run", "--json"], { cwd: root })).out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  rmSync(join(root, "run", "nodes", metrics.find(({ round }) => round === 2).node), { recursive: true });
}, 120_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

const get = (port: number, path: string, headers: Record<string, string> = {}) =>
  new Promise<{ code: number; text: string; policy: string }>((resolve, reject) => {
    request({ host: "127.0.0.1", port, path, headers }, (response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () =>
        resolve({ code: response.statusCode!, text, policy: String(response.headers["content-security-policy"]) }),
      );
    })
      .on("error", reject)
      .end();
  });

test("ltt watch serves how far a run is, and the report of what is finished, to this machine only", async () => {
  let asked: Promise<void> | undefined;
  const { code, out, err } = await ltt(["watch", "run", "--port", "0"], {
    cwd: root,
    onOutput: (said, kill) => {
      const port = /127\.0\.0\.1:(\d+)/.exec(said)?.[1];
      if (port === undefined || asked !== undefined) return;
      asked = look(Number(port)).finally(() => kill("SIGINT"));
    },
  });
  await asked;
  expect(asked).toBeDefined();
  expect(out).toMatch(/^run: http:\/\/127\.0\.0\.1:\d+\/ \(Ctrl-C ends it\)\n$/);
  expect([code, err]).toEqual([0, ""]);
  expect(readdirSync(join(root, "run"))).not.toContain("quarantine");
}, 60_000);

async function look(port: number): Promise<void> {
  const status = JSON.parse((await get(port, "/status")).text);
  expect(status).toMatchObject({ done: 2, networks: 3 });
  expect(status.words).toMatch(/^2 of 3 networks done · about .* left/);
  const report = await get(port, "/report");
  expect(report.text).toContain("Audit: these networks were not audited.");
  expect(report.text.match(/<tr class="run-row"/g)).toHaveLength(2);
  const page = await get(port, "/");
  expect(page.text).toContain('<iframe id="frame"');
  expect(page.policy).toMatch(/^default-src 'none'; connect-src 'self'; frame-src 'self'; style-src 'sha256-/);
  expect((await get(port, "/run.json")).code).toBe(404);
  expect((await get(port, "/status", { host: "evil.example" })).code).toBe(403);
}

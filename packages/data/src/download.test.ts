import { createHash, randomBytes } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cut, serve, stall, startTestServer, status, type TestServer } from "../test/test-server.ts";
import { DataError } from "./data-error.ts";
import { checksumOf, type DownloadOptions, download, type Progress } from "./download.ts";

const content = randomBytes(300_000);
const md5 = createHash("md5").update(content).digest("hex");

let server: TestServer;
let folder: string;
let path: string;
let slept: number[];
beforeEach(async () => {
  server = await startTestServer();
  folder = await mkdtemp(join(tmpdir(), "ltt-download-"));
  path = join(folder, "deep", "file.bin");
  slept = [];
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

let time = 0;
const clock = {
  now: () => (time += 100),
  sleep: async (ms: number) => {
    slept.push(ms);
  },
};
const get = (options: DownloadOptions = {}, url = `${server.url}/file.bin`) =>
  download({ url, checksum: { algorithm: "md5", hex: md5 } }, path, { clock, stallTimeout: 300, ...options });

async function message(downloading: Promise<void>): Promise<string> {
  const error: unknown = await downloading.then(
    () => "no error",
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(DataError);
  return error instanceof Error ? error.message.replaceAll(server.url, "http://x").replaceAll(folder, "DIR") : "";
}

const files = () => readdir(join(folder, "deep")).then((names) => names.sort());

describe("a download that succeeds", () => {
  test("is the file, nothing else, and reports its progress", async () => {
    server.answers = [serve(content)];
    const seen: Progress[] = [];
    await get({ onProgress: (progress) => seen.push(progress) });
    expect((await readFile(path)).equals(content)).toBe(true);
    expect(await files()).toEqual(["file.bin"]);
    expect(seen.at(-1)).toMatchObject({ bytes: 300_000, total: 300_000 });
    expect(seen.at(-1)!.rate).toBeGreaterThan(0);
    expect(seen.every((progress, i) => i === 0 || progress.bytes > seen[i - 1]!.bytes)).toBe(true);
  });

  test("goes on where the connection broke, twice, with the server's mark", async () => {
    server.answers = [cut(content, 100_000), cut(content, 50_000), serve(content)];
    await get();
    expect((await readFile(path)).equals(content)).toBe(true);
    expect(server.requests).toEqual([
      { path: "/file.bin", range: undefined, ifRange: undefined },
      { path: "/file.bin", range: "bytes=100000-", ifRange: '"v1"' },
      { path: "/file.bin", range: "bytes=150000-", ifRange: '"v1"' },
    ]);
    expect(slept).toEqual([1000, 2000]);
    expect(await files()).toEqual(["file.bin"]);
  });

  test("goes on in a later call", async () => {
    server.answers = [cut(content, 100_000)];
    expect(await message(get({ retries: 0 }))).toMatch(
      /^http:\/\/x\/file.bin: the connection broke \(.+\), 1 times; DIR\/deep\/file.bin.part keeps what came: run the same again to go on$/,
    );
    expect(await files()).toEqual(["file.bin.part", "file.bin.part.mark"]);
    server.answers = [serve(content)];
    await get();
    expect((await readFile(path)).equals(content)).toBe(true);
    expect(server.requests[1]).toEqual({ path: "/file.bin", range: "bytes=100000-", ifRange: '"v1"' });
  });

  test("goes on after a stall", async () => {
    server.answers = [stall(content, 100_000), serve(content)];
    await get();
    expect((await readFile(path)).equals(content)).toBe(true);
    expect(server.requests[1]!.range).toBe("bytes=100000-");
  });

  test("starts anew when the file on the server has changed", async () => {
    server.answers = [cut(randomBytes(300_000), 100_000, { etag: '"v0"' }), serve(content)];
    await get();
    expect((await readFile(path)).equals(content)).toBe(true);
  });

  test("starts anew when the server ignores ranges", async () => {
    server.answers = [cut(content, 100_000), (_, response) => void response.writeHead(200).end(content)];
    await get();
    expect((await readFile(path)).equals(content)).toBe(true);
  });

  test("needs nothing more when all had come already (416)", async () => {
    server.answers = [cut(content, 100_000)];
    await message(get({ retries: 0 }));
    await writeFile(`${path}.part`, content);
    server.answers = [serve(content)];
    await get();
    expect((await readFile(path)).equals(content)).toBe(true);
  });

  test("starts anew when the part is longer than the file (416)", async () => {
    server.answers = [cut(content, 100_000)];
    await message(get({ retries: 0 }));
    await writeFile(`${path}.part`, Buffer.concat([content, content]));
    server.answers = [serve(content)];
    await get();
    expect((await readFile(path)).equals(content)).toBe(true);
    expect(server.requests.at(-1)!.range).toBeUndefined();
  });

  test("starts anew when the server sends another range than was asked for", async () => {
    server.answers = [
      cut(content, 100_000),
      status(206, { "content-range": "bytes 5-9/300000", "content-length": "19" }),
      serve(content),
    ];
    await get();
    expect((await readFile(path)).equals(content)).toBe(true);
  });

  test("waits and tries again after 500 and 503", async () => {
    server.answers = [status(500), status(503), serve(content)];
    await get({ backoff: 7 });
    expect((await readFile(path)).equals(content)).toBe(true);
    expect(slept).toEqual([7, 14]);
  });

  test.each([301, 302, 303, 307, 308])("follows a redirection (%i), with its range", async (code) => {
    server.answers = [cut(content, 100_000), status(code, { location: "/elsewhere" }), serve(content)];
    await get();
    expect((await readFile(path)).equals(content)).toBe(true);
    expect(server.requests.at(-1)).toMatchObject({ path: "/elsewhere", range: "bytes=100000-" });
  });
});

describe("a download that fails says what to do", () => {
  test("damaged on the way: the part is removed", async () => {
    const damaged = Buffer.from(content);
    damaged[1000]! ^= 1;
    server.answers = [serve(damaged)];
    const actual = createHash("md5").update(damaged).digest("hex");
    expect(await message(get())).toBe(
      `http://x/file.bin: the download is damaged: its md5 is ${actual}, expected ${md5}; ` +
        "it was removed: run the same again, or get the file elsewhere",
    );
    expect(await files()).toEqual([]);
    expect(server.requests.length).toBe(1);
  });

  test("cut every time", async () => {
    server.answers = [cut(content, 1000)];
    expect(await message(get({ retries: 2 }))).toMatch(
      /the connection broke \(.+\), 3 times; DIR\/deep\/file.bin.part keeps/,
    );
    expect((await readFile(`${path}.part`)).length).toBe(3000);
    expect(slept).toEqual([1000, 2000]);
  });

  test("stalled, before the first byte and after", async () => {
    server.answers = [() => {}];
    expect(await message(get({ retries: 1, stallTimeout: 50 }))).toContain(
      "file.bin: no byte came for 0.05 s, 2 times;",
    );
    server.answers = [stall(content, 10)];
    expect(await message(get({ retries: 0, stallTimeout: 50 }))).toContain(
      "file.bin: no byte came for 0.05 s, 1 times;",
    );
  });

  test("a loop of redirections", async () => {
    server.answers = [status(302, { location: "/a" })];
    expect(await message(get({ redirects: 3 }))).toBe(
      "http://x/file.bin: more than 3 redirections, the last to /a; try again later",
    );
    expect(server.requests.length).toBe(4);
  });

  test("a redirection to nowhere and one to another protocol", async () => {
    server.answers = [status(302)];
    expect(await message(get())).toBe("http://x/file.bin: the server redirects (302) to nowhere; try again later");
    server.answers = [status(302, { location: "file:///etc/passwd" })];
    expect(await message(get())).toContain("redirects to file:///etc/passwd, which is not safe; get the file by hand");
  });

  test.each([
    [404, "Not Found"],
    [403, "Forbidden"],
  ])("HTTP %i, at once", async (code, name) => {
    server.answers = [status(code)];
    expect(await message(get())).toBe(
      `http://x/file.bin: the server answers HTTP ${code} ${name}; the file may have moved: get it by hand and put it at DIR/deep/file.bin`,
    );
    expect(server.requests.length).toBe(1);
  });

  test("HTTP 500, after all retries", async () => {
    server.answers = [status(500)];
    expect(await message(get({ retries: 2 }))).toContain("the server answers HTTP 500 Internal Server Error, 3 times;");
    expect(server.requests.length).toBe(3);
  });

  test("no network: at once, with the way around it", async () => {
    await server.close();
    expect(await message(get())).toBe(
      "127.0.0.1: the connection failed (ECONNREFUSED): no network? Put file.bin at DIR/deep/file.bin yourself " +
        "(it is at http://x/file.bin), or name the folder that has the data with --data DIR",
    );
    expect(slept).toEqual([]);
  });

  test("a host that does not exist", async () => {
    expect(await message(get({ retries: 0 }, "http://ltt-no-such-host.invalid/f"))).toMatch(
      /^ltt-no-such-host.invalid: the connection failed \((ENOTFOUND|EAI_AGAIN)\): no network\?/,
    );
  });

  test("a folder that is a file", async () => {
    await writeFile(join(folder, "deep"), "");
    expect(await message(get())).toBe(
      "DIR/deep/file.bin: there is a file where a folder is needed; move it away or choose another folder",
    );
  });

  test.skipIf(process.platform !== "linux")("a folder that cannot be made (Linux has /proc)", async () => {
    const downloading = download({ url: `${server.url}/f`, checksum: { algorithm: "md5", hex: md5 } }, "/proc/x/f");
    expect(await message(downloading)).toBe("/proc/x: this folder cannot be made; choose another");
  });

  test.skipIf(process.platform !== "linux")("a full disk (Linux has /dev/full)", async () => {
    server.answers = [serve(content)];
    await mkdir(join(folder, "deep"));
    await symlink("/dev/full", `${path}.part`);
    expect(await message(get())).toBe(
      "DIR/deep/file.bin.part: no space left on this disk; free some or choose another folder",
    );
    expect(server.requests.length).toBe(1);
  });

  test.skipIf(process.getuid?.() === 0)("a folder nobody may write to (skipped for root, who may)", async () => {
    await chmod(folder, 0o500);
    expect(await message(get())).toContain("permission denied; change the permissions or choose another folder");
    await chmod(folder, 0o700);
  });
});

test("the caller may break it off; the part stays", async () => {
  server.answers = [stall(content, 100_000)];
  const controller = new AbortController();
  const getting = get({ signal: controller.signal, stallTimeout: 10_000, onProgress: () => controller.abort() });
  await expect(getting).rejects.toThrow(expect.objectContaining({ name: "AbortError" }));
  expect(await files()).toEqual(["file.bin.part", "file.bin.part.mark"]);
  expect(server.requests.length).toBe(1);
});

test("checksumOf gives both kinds, and names a missing file", async () => {
  const file = join(folder, "a");
  await writeFile(file, "abc");
  expect(await checksumOf(file, "md5")).toBe("900150983cd24fb0d6963f7d28e17f72");
  expect(await checksumOf(file, "sha256")).toMatch(
    /^ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad$/,
  );
  await expect(checksumOf(`${file}b`, "md5")).rejects.toThrow("ab: there is no such file");
});

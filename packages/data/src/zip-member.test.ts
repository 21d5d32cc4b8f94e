import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeZip } from "../test/make-zip.ts";
import { type Answer, cut, serve, startTestServer, status, type TestServer } from "../test/test-server.ts";
import { DataError } from "./data-error.ts";
import { type DownloadOptions, download, type Progress } from "./download.ts";

// Hexadecimal digits deflate to about half, so that a wrong window shows.
const wanted = randomBytes(40_000).toString("hex");
const other = randomBytes(200_000);
const files = { "first.txt": other, "wanted.txt": wanted, "last.bin": other };
const sha256 = createHash("sha256").update(wanted).digest("hex");

let server: TestServer;
let folder: string;
let path: string;
beforeEach(async () => {
  server = await startTestServer();
  folder = await mkdtemp(join(tmpdir(), "ltt-member-"));
  path = join(folder, "wanted.txt");
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const clock = { now: () => performance.now(), sleep: async () => {} };
const get = (options: DownloadOptions = {}, { member = "wanted.txt", hex = sha256 } = {}) =>
  download({ url: `${server.url}/all.zip`, member, checksum: { algorithm: "sha256", hex } }, path, {
    clock,
    stallTimeout: 300,
    ...options,
  });

async function message(downloading: Promise<void>): Promise<string> {
  const error: unknown = await downloading.then(
    () => "no error",
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(DataError);
  return (error as Error).message.replaceAll(server.url, "http://x").replaceAll(folder, "DIR");
}

const bytesSent = (archive: Buffer) =>
  server.requests.reduce((sum, { range }) => {
    const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(range ?? "") ?? [];
    return sum + (from === "" ? Math.min(Number(to), archive.length) : Number(to) + 1 - Number(from));
  }, 0);

describe("a member of an archive", () => {
  test.each([
    ["an archive", makeZip(files)],
    ["a Zip64 archive", makeZip(files, { zip64: true })],
    ["an archive with a comment", makeZip(files, { comment: "this, and more than twenty-two bytes" })],
    ["an archive that is not compressed", makeZip(files, { stored: true })],
  ])("comes out of %s, and nothing else is asked for", async (_, archive) => {
    server.answers = [serve(archive)];
    const seen: Progress[] = [];
    await get({ onProgress: (progress) => seen.push(progress) });
    expect(await readFile(path, "latin1")).toBe(wanted);
    expect(await readdir(folder)).toEqual(["wanted.txt"]);
    expect(server.requests.length).toBe(3); // the end, a local header, the data
    expect(bytesSent(archive)).toBeLessThan(2 ** 16 + 100 + 80_000 + 30);
    expect(seen.at(-1)!.bytes).toBe(seen.at(-1)!.total);
  });

  test("comes though its directory lies before the archive's last bytes", async () => {
    const many = Object.fromEntries(Array.from({ length: 1500 }, (_, i) => [`${"x".repeat(60)}${i}`, ""]));
    server.answers = [serve(makeZip({ ...many, ...files }, { zip64: true }))];
    await get();
    expect(await readFile(path, "latin1")).toBe(wanted);
    expect(server.requests.length).toBe(4);
  });

  test("goes on where the connection broke, with the server's mark, in a later call too", async () => {
    const archive = makeZip(files);
    server.answers = [serve(archive), serve(archive), cut(archive, 10_000)];
    expect(await message(get({ retries: 0 }))).toMatch(
      /the connection broke .*wanted.txt.part keeps what came: run the same again/,
    );
    expect(await readdir(folder)).toEqual(["wanted.txt.part", "wanted.txt.part.mark"]);
    server.answers = [serve(archive)];
    await get();
    expect(await readFile(path, "latin1")).toBe(wanted);
    const [first, last] = [server.requests[2]!, server.requests.at(-1)!];
    const from = ({ range }: typeof first) => Number(/\d+/.exec(range!)![0]);
    expect(from(last)).toBe(from(first) + 10_000);
    expect(last.ifRange).toBe('"v1"');
  });

  test("starts anew when the archive has changed meanwhile", async () => {
    const [old, current] = [makeZip({ ...files, "first.txt": "short" }), makeZip(files)];
    server.answers = [serve(old), serve(old), cut(old, 10_000, { etag: '"v0"' })];
    await message(get({ retries: 0 }));
    server.answers = [serve(current)];
    await get();
    expect(await readFile(path, "latin1")).toBe(wanted);
  });
});

describe("what cannot be fetched is an error that says what to do, and leaves no half file", () => {
  const withoutRanges =
    (content: Buffer): Answer =>
    (_, response) =>
      void response.writeHead(200).end(content);
  const damaged = makeZip(files, { stored: true });
  damaged[250_000]! ^= 1;
  const lies = makeZip(files);
  lies.writeUInt32LE(0, lies.length - 6);

  test.each([
    [
      "a server without ranges",
      withoutRanges(makeZip(files)),
      {},
      "http://x/all.zip: the server sends no parts of files, and wanted.txt is only a part: get the whole all.zip by hand, and put it, or wanted.txt out of it, into DIR",
    ],
    [
      "a page that is missing",
      status(404),
      {},
      "http://x/all.zip: the server answers HTTP 404 Not Found; the file may have moved: get it by hand and put it at DIR/wanted.txt",
    ],
    [
      "no zip archive",
      serve(other),
      {},
      /^http:\/\/x\/all.zip: not a zip archive: End of central directory record signature not found\..*; get the file by hand$/,
    ],
    [
      "a comment that looks like an end, so that there are two",
      serve(makeZip(files, { comment: "PK\x05\x06 and more than twenty-two bytes" })),
      {},
      /^http:\/\/x\/all.zip: not a zip archive: Invalid comment length\. .*; get the file by hand$/,
    ],
    [
      "a directory that is elsewhere",
      serve(lies),
      {},
      /^http:\/\/x\/all.zip: not a zip archive: invalid central directory file header signature: 0x[0-9a-f]+; get the file by hand$/,
    ],
    [
      "an archive without it",
      serve(makeZip({ a: "b" })),
      {},
      "http://x/all.zip: holds no wanted.txt; has the archive changed? Get it by hand",
    ],
    [
      "other bytes than the archive's CRC-32 is of",
      serve(damaged),
      {},
      /^http:\/\/x\/all.zip: the download of wanted.txt is damaged \(its CRC-32 is [0-9a-f]{8}, the archive says [0-9a-f]{8}\); it was removed/,
    ],
    [
      "fewer bytes than the archive says",
      serve(short()),
      {},
      /^http:\/\/x\/all.zip: the download of wanted.txt is damaged \(79999 of its 80000 bytes\); it was removed/,
    ],
    [
      "other bytes than published",
      serve(makeZip({ ...files, "wanted.txt": "another version" })),
      {},
      /^http:\/\/x\/all.zip: the download is damaged: its sha256 is [0-9a-f]{64}, expected [0-9a-f]{64}; it was removed/,
    ],
    [
      "data that is none",
      serve(broken()),
      {},
      /^http:\/\/x\/all.zip: the download of wanted.txt is damaged \(.+\); it was removed: run the same again, or get the file elsewhere$/,
    ],
  ] as const)("%s", async (_, answer, options, expected) => {
    server.answers = [answer];
    const said = await message(get(options));
    if (typeof expected === "string") expect(said).toBe(expected);
    else expect(said).toMatch(expected);
    expect(await readdir(folder)).toEqual([]);
  });

  test("a server that is busy is asked again", async () => {
    server.answers = [status(503), serve(makeZip(files))];
    await get();
    expect(await readFile(path, "latin1")).toBe(wanted);
  });
});

/** A stored member whose directory entry says that it is one byte longer when unpacked. */
function short(): Buffer {
  const archive = makeZip({ "wanted.txt": wanted.slice(1) }, { stored: true });
  archive.writeUInt32LE(wanted.length, archive.indexOf("PK\x01\x02") + 24);
  return archive;
}

/** Deflated data in which a block is of a kind that does not exist. */
function broken(): Buffer {
  const archive = makeZip({ "wanted.txt": wanted });
  archive[30 + "wanted.txt".length + 7] = 0xff;
  return archive;
}

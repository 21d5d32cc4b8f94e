import { describe, expect, test } from "vitest";
import { queueAddress, storeAddress } from "./address.ts";

const keys = { AWS_ACCESS_KEY_ID: "me", AWS_SECRET_ACCESS_KEY: "s3cret" };

describe("queueAddress", () => {
  test("reads host, port, database, prefix, user and password, and shows no password", () => {
    expect(queueAddress("rediss://lab:s%40cret@queue.example:6380/3?prefix=mine")).toEqual({
      kind: "queue",
      host: "queue.example",
      port: 6380,
      database: 3,
      prefix: "mine",
      username: "lab",
      password: "s@cret",
      isSecure: true,
      shown: "rediss://queue.example:6380/3?prefix=mine",
    });
    const plain = queueAddress("redis://[::1]", { LTT_QUEUE_PASSWORD: "other" });
    expect(plain).toMatchObject({
      host: "::1",
      port: 6379,
      database: 0,
      prefix: "ltt",
      password: "other",
      isSecure: false,
    });
  });

  test.each([
    ["http://host", "--queue: http:// is no queue; it is redis://HOST:6379 or, with TLS, rediss://HOST:6379"],
    ["redis://host/x", '--queue: the database is "x"; it is a number, as in redis://HOST:6379/0'],
    ["redis://host?prefix=a:b", '--queue: prefix is "a:b"; it is letters, digits, - and _'],
    ["redis://host?tls=no", '--queue: there is no "tls"; after ? stand prefix'],
    ["redis://u:secret@:x", "--queue is no address; it is redis://HOST:6379 or, with TLS, rediss://HOST:6379"],
  ])("refuses %s", (text, message) => {
    expect(() => queueAddress(text)).toThrow(new RangeError(message));
  });
});

describe("storeAddress", () => {
  test("a path is a folder; so is file://", () => {
    expect(storeAddress("/shared/lab")).toEqual({ kind: "folder", path: "/shared/lab", shown: "/shared/lab" });
    expect(storeAddress("file:///shared/lab")).toMatchObject({ kind: "folder", path: "/shared/lab" });
  });

  test("Amazon's bucket stands in the host, others' in the path, unless told", () => {
    expect(storeAddress("s3://lab/a/b/?region=eu-central-1", { ...keys, AWS_SESSION_TOKEN: "t" })).toEqual({
      kind: "s3",
      bucket: "lab",
      prefix: "a/b/",
      endpoint: "https://s3.eu-central-1.amazonaws.com",
      region: "eu-central-1",
      style: "virtual",
      credentials: { accessKeyId: "me", secretAccessKey: "s3cret", sessionToken: "t" },
      shown: "s3://lab/a/b/",
    });
    const own = "s3://k:s%2Fk@lab?endpoint=http://127.0.0.1:9000/";
    expect(storeAddress(own)).toMatchObject({
      endpoint: "http://127.0.0.1:9000",
      style: "path",
      prefix: "",
      credentials: { accessKeyId: "k", secretAccessKey: "s/k" },
      shown: "s3://lab/",
    });
    expect(storeAddress(`${own}&style=virtual`)).toMatchObject({ style: "virtual" });
    expect(
      storeAddress("s3://lab", { ...keys, AWS_ENDPOINT_URL_S3: "https://minio.example", AWS_REGION: "x" }),
    ).toMatchObject({
      endpoint: "https://minio.example",
      region: "x",
    });
  });

  test.each([
    ["", "--store is empty; it is a folder or s3://BUCKET/PREFIX"],
    ["gs://bucket", "--store: gs:// is no store; it is a folder or s3://BUCKET/PREFIX"],
    ["s3://lab/a/%2e%2e%2fb", '--store: "%2e%2e%2fb" in the prefix; its parts are letters, digits, ., - and _'],
    ["s3://LAB_1/a", '--store: the bucket is "LAB_1"; it is lower-case letters, digits, - and .'],
    ["s3://lab?style=dns", '--store: style is "dns"; it is path or virtual'],
    ["s3://lab?endpoint=http://u:secret@h", "--store: endpoint is https://HOST[:PORT], without credentials"],
    ["s3://lab?key=secret", '--store: there is no "key"; after ? stand endpoint, region, style'],
  ])("refuses %s", (text, message) => {
    expect(() => storeAddress(text, keys)).toThrow(new RangeError(message));
  });

  test("without credentials it says what to set, and shows none", () => {
    expect(() => storeAddress("s3://lab/a")).toThrow(
      "--store s3://lab/a: there are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    );
  });
});

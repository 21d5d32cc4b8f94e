import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { createServer } from "node:tls";

/** Files of an authority of a test's own, and of a server `localhost` that it vouches for. */
export interface Certificates {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** @throws {Error} what openssl says. */
export function makeCertificates(folder: string): Certificates {
  const [authority, authorityKey, request, certificate, key, names] = [
    ...["authority.pem", "authority.key", "server.csr", "server.pem", "server.key", "names"],
  ].map((name) => join(folder, name)) as [string, string, string, string, string, string];
  const made = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  writeFileSync(names, "subjectAltName=DNS:localhost");
  openssl("req", "-x509", ...made, "-keyout", authorityKey, "-out", authority, "-days", "2", "-subj", "/CN=lab");
  openssl("req", ...made, "-keyout", key, "-out", request, "-subj", "/CN=localhost");
  const signer = ["-CA", authority, "-CAkey", authorityKey, "-CAcreateserial"];
  openssl("x509", "-req", "-in", request, ...signer, "-out", certificate, "-days", "2", "-extfile", names);
  return { authority, certificate, key };
}

/** Ends TLS before a server of this machine that does not speak it. @returns its port, and how to close it. */
export async function secureFront(
  port: number,
  { certificate, key }: Certificates,
): Promise<{ readonly port: number; close(): void }> {
  const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (secure) => {
    const open = connect(port, "127.0.0.1");
    secure.pipe(open).pipe(secure);
    for (const socket of [secure, open]) socket.on("error", () => {});
    secure.on("close", () => open.destroy());
    open.on("close", () => secure.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() };
}

function openssl(...args: readonly string[]): void {
  const { status, stderr, error } = spawnSync("openssl", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`openssl ${args.join(" ")}: ${error?.message ?? stderr}`);
}

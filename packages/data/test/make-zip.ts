import { crc32, deflateRawSync } from "node:zlib";

export interface ZipOptions {
  /** With Zip64 records and fields, as archives of more than 4 GiB have. */
  readonly zip64?: boolean;
  /** Behind the last record. */
  readonly comment?: string;
  /** Without compression. */
  readonly stored?: boolean;
}

/** A small zip file (PKWARE APPNOTE 6.3.10, 4.3): local headers with data, the central directory, its end. */
export function makeZip(
  files: Readonly<Record<string, string | Buffer>>,
  { zip64 = false, comment = "", stored = false }: ZipOptions = {},
): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const whole = Buffer.from(content);
    const data = stored ? whole : deflateRawSync(whole);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(zip64 ? 45 : 20, 0);
    common.writeUInt16LE(stored ? 0 : 8, 4);
    common.writeUInt32LE(crc32(whole), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(whole.length, 18);
    common.writeUInt16LE(name.length, 22);
    // An extra field that only the local header has: where the data begins stands nowhere else.
    const extra = Buffer.from("\x99\x99\x03\0abc", "latin1");
    const localCommon = Buffer.from(common);
    localCommon.writeUInt16LE(extra.length, 24);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), localCommon, Buffer.from(name), extra, data]);

    const rest = Buffer.alloc(14);
    const wide = zip64
      ? Buffer.concat([Buffer.from("\x01\0\x18\0"), long(whole.length, data.length, offset)])
      : Buffer.alloc(0);
    if (zip64) {
      common.fill(0xff, 14, 22);
      common.writeUInt16LE(wide.length, 24);
      rest.fill(0xff, 10);
    } else {
      rest.writeUInt32LE(offset, 10);
    }
    central.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\0"), common, rest, Buffer.from(name), wide]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const records: Buffer[] = [];
  if (zip64) {
    const record = Buffer.alloc(56);
    record.write("PK\x06\x06");
    long(44).copy(record, 4);
    long(central.length, central.length, directory.length, offset).copy(record, 24);
    const locator = Buffer.alloc(20);
    locator.write("PK\x06\x07");
    long(offset + directory.length).copy(locator, 8);
    locator.writeUInt32LE(1, 16);
    records.push(record, locator);
  }
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06");
  end.writeUInt16LE(central.length, 8);
  end.writeUInt16LE(central.length, 10);
  end.writeUInt32LE(zip64 ? 0xffffffff : directory.length, 12);
  end.writeUInt32LE(zip64 ? 0xffffffff : offset, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...locals, directory, ...records, end, Buffer.from(comment)]);
}

function long(...values: number[]): Buffer {
  const bytes = Buffer.alloc(8 * values.length);
  for (const [i, value] of values.entries()) bytes.writeBigUInt64LE(BigInt(value), 8 * i);
  return bytes;
}

declare module "s3rver" {
  interface Options {
    readonly address: string;
    readonly port: number;
    readonly silent: boolean;
    readonly directory: string;
    readonly configureBuckets: readonly { readonly name: string; readonly configs: readonly never[] }[];
  }
  /** An object or a part as it comes in. */
  type Content = Buffer | import("node:stream").Readable;
  interface S3Object {
    readonly bucket: string;
    readonly key: string;
    readonly content: Content;
    readonly metadata: object;
  }
  interface Written {
    readonly size: number;
    readonly md5: string;
  }
  interface FilesystemStore {
    getResourcePath(bucket: string, key: string | undefined, resource: string): string;
    putMetadata(bucket: string, key: string, metadata: object, md5: string): Promise<void>;
    putObject(object: S3Object): Promise<Written>;
    putPart(bucket: string, uploadId: string, partNumber: number, content: Content): Promise<Written>;
  }
  // biome-ignore lint/style/noDefaultExport: of the package
  export default class S3rver {
    constructor(options: Options);
    run(): Promise<{ readonly port: number }>;
    close(): Promise<void>;
    readonly store: FilesystemStore;
  }
}

/** A file that breaks the format, or tensors that the format cannot hold. */
export class SafetensorsError extends Error {
  override readonly name = "SafetensorsError";
}

export type Refuse = (problem: string) => never;

export function fail(file: string, problem: string): never {
  throw new SafetensorsError(file === "" ? `safetensors: ${problem}` : `safetensors: ${file}: ${problem}`);
}

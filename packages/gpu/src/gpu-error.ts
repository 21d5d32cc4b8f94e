/** What a program that wants a GPU may want to tell apart. */
export type GpuProblem =
  | "package absent"
  | "native load failure"
  | "no adapter"
  | "device lost"
  | "buffer too large"
  | "too many inputs";

/** There is no GPU to compute on, or it cannot compute this. The message says what to do. */
export class GpuError extends Error {
  override readonly name = "GpuError";
  readonly problem: GpuProblem;

  constructor(problem: GpuProblem, message: string, options?: ErrorOptions) {
    super(`gpu: ${message}`, options);
    this.problem = problem;
  }
}

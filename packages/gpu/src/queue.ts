/**
 * One chain of promises: work takes effect in the order in which it was issued. The first error stops the rest, and meets whoever asks
 * next.
 */
export class Queue {
  #last: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  issue(work: () => void | Promise<void>): void {
    this.#last = this.#last.then(async () => {
      if (this.#failure !== undefined) return;
      try {
        await work();
      } catch (error) {
        this.#failure = { error };
      }
    });
  }

  /** What `work` gives, once everything issued so far has run. */
  async answer<T>(work: () => Promise<T>): Promise<T> {
    let answer: { readonly value: T } | undefined;
    this.issue(async () => {
      answer = { value: await work() };
    });
    await this.#last;
    if (answer === undefined) throw this.#failure!.error;
    return answer.value;
  }
}

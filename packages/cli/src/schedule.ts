/** A node, and what making it takes. */
interface Timed {
  readonly hash: string;
  /** Hashes of the nodes that it rests on. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Whether it is there already; null of what is no file. */
  readonly stored: boolean | null;
  readonly secondsAtMost: number;
}

/**
 * Seconds in which so many jobs make the nodes that are not stored: each takes the first, in the order of the plan, whose inputs are there.
 * Jobs do not slow each other down here.
 */
export function secondsOfJobs(nodes: readonly Timed[], jobs: number): number {
  const planned = new Set(nodes.map(({ hash }) => hash));
  const made = new Set<string>();
  const canBeMade = ({ inputs }: Timed) => Object.values(inputs).every((hash) => made.has(hash) || !planned.has(hash));
  let waiting = nodes;
  const running: { readonly hash: string; readonly until: number }[] = [];
  for (let now = 0; ; ) {
    for (let before = Number.POSITIVE_INFINITY; waiting.length < before; ) {
      before = waiting.length;
      waiting = waiting.filter((node) => {
        if (!canBeMade(node)) return true;
        const seconds = node.stored === true ? 0 : node.secondsAtMost;
        if (seconds === 0) made.add(node.hash);
        else if (running.length < jobs) running.push({ hash: node.hash, until: now + seconds });
        else return true;
        return false;
      });
    }
    if (running.length === 0) return now;
    running.sort((a, b) => b.until - a.until);
    const { hash, until } = running.pop()!;
    made.add(hash);
    now = until;
  }
}

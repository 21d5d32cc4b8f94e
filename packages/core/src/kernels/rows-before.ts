/**
 * For every token and direction of texts that lie one after the other, the row of the state before that step, in the states of `lstm`
 * as `[(tokens + batch + 1)·directions, hidden]`: of the first step, the last row, which holds zeros.
 *
 * @param starts - `[batch + 1]`, see `LstmSize`.
 */
export function rowsBefore(starts: Int32Array, directions: number): Int32Array {
  const batch = starts.length - 1;
  const tokens = starts[batch]!;
  const zeros = tokens + batch;
  const before = new Int32Array(tokens * directions);
  for (let b = 0; b < batch; b++) {
    const [first, last] = [starts[b]!, starts[b + 1]! - 1];
    for (let n = first; n <= last; n++) {
      before[n * directions] = (n === first ? zeros : n - 1) * directions;
      if (directions === 2) before[n * 2 + 1] = (n === last ? zeros : n + 1) * 2 + 1;
    }
  }
  return before;
}

/** @throws {TypeError} unless seed and epoch, which make an order together, are both there or both not. */
export function checkOrder(where: string, seed: number | undefined, epoch: number | undefined): void {
  if ((seed === undefined) === (epoch === undefined)) return;
  const missing = seed === undefined ? "seed" : "epoch";
  throw new TypeError(`${where}: ${missing} is undefined; a shuffled order wants seed and epoch`);
}

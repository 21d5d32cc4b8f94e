import { check, type Kind, list } from "@ltt/core/arguments";

/** @throws {TypeError | RangeError} unless they are classes, ascending, each once. */
export function checkLabels(where: string, name: string, labels: unknown, classes: number): void {
  check(where, name, labels, list);
  const known = oneOfClasses(classes);
  let last = -1;
  for (const [i, label] of (labels as readonly number[]).entries()) {
    check(where, `${name}[${i}]`, label, known);
    if (label <= last)
      throw new RangeError(`${where}: ${name}[${i}] is ${label} after ${last}; labels are ascending, each once`);
    last = label;
  }
}

/** An index of one of so many classes. */
export function oneOfClasses(classes: number): Kind {
  return {
    type: "number",
    words: `one of the ${classes} classes, an integer from 0 to ${classes - 1}`,
    accepts: (value) => Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) < classes,
  };
}

import type { Stop } from "../training-options.ts";

/** Ends training after so many validations without improvement in all, in a row or not. */
export const patienceNeverResets: Stop = ({ misses, patience }) => misses >= patience;

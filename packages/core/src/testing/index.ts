export {
  axis,
  axisOrNone,
  distinctValuesOf,
  eighths,
  idsOf,
  nonZeroEighths,
  positiveEighths,
  type Values,
  valuesOf,
} from "./arbitraries.ts";
export { checkGradient } from "./check-gradient.ts";
export { createDeferredBackend } from "./deferred-backend.ts";
export { type Call, callOf, refusedOtherwise } from "./misuse.ts";

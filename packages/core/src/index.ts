export { Rng, type RngKey, stream } from "./rng.ts";
export { type Shape, ShapeError, type ShapeOf } from "./shape.ts";
export { Tokens, tokens } from "./tokens.ts";

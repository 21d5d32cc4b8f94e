import type { Tensor } from "../../src/index.ts";
import * as core from "../../src/index.ts";
import { as } from "./operation.ts";

/** Golden images are [batch, height, width, channels]. */
export const firstChannels = (x: Tensor | undefined): core.Tensor4 => core.transpose(as.images(x), [0, 3, 1, 2]);
export const lastChannels = (y: core.Tensor4): core.Tensor4 => core.transpose(y, [0, 2, 3, 1]);

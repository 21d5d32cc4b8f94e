import { type Kernel, kernel } from "./kernel.ts";
import { TEXELS } from "./texels.ts";

// Kernels for WebGL that change how values lie in textures.

/** One value a texel → four. */
export const pack: Kernel = kernel({
  name: "pack",
  arrays: ["x"],
  together: 4,
  shared: TEXELS,
  natives: [
    {
      name: "fourOf",
      returnType: "Array(4)",
      argumentTypes: { i: "Integer" },
      source: `
vec4 fourOf(int i) {
  vec2 size = 1.0 / vec2(user_xSize);
  ivec2 at = texelAt(4 * i, user_xSize.x);
  vec4 four;
  for (int u = 0; u < 4; u++) {
    four[u] = texel(user_x, at, size).r;
    at = onward(at, ivec2(1, 0), user_xSize.x);
  }
  return four;
}`,
    },
  ],
  body: "return fourOf(this.thread.x);",
});
/** Four values a texel → one. */
export const unpack: Kernel = kernel({
  name: "unpack",
  arrays: ["x"],
  packed: true,
  shared: TEXELS,
  natives: [
    {
      name: "oneOf",
      returnType: "Number",
      argumentTypes: { i: "Integer" },
      source: `
float oneOf(int i) {
  return texel(user_x, texelAt(i / 4, user_xSize.x), 1.0 / vec2(user_xSize))[i % 4];
}`,
    },
  ],
  body: "return oneOf(this.thread.x);",
});

/**
 * What a kernel of four rows computed, each fourth row in a texture of its own → rows of `width` texels in their order. The last group of
 * the `length` rows of a batch may have rows too many.
 */
export const interleave: Kernel = kernel({
  name: "interleave",
  arrays: ["row0", "row1", "row2", "row3"],
  integers: ["width", "length"],
  together: 4,
  packed: true,
  shared: TEXELS,
  natives: [
    {
      name: "texelOfRow",
      returnType: "Array(4)",
      argumentTypes: { i: "Integer", width: "Integer", length: "Integer" },
      source: `
vec4 texelOfRow(int i, int width, int length) {
  int row = i / width;
  int batch = row / length;
  int inBatch = row - batch * length;
  int group = batch * ((length + 3) / 4) + inBatch / 4;
  ivec2 at = texelAt(group * width + i - row * width, user_row0Size.x);
  vec2 size = 1.0 / vec2(user_row0Size);
  switch (inBatch % 4) {
    case 0: return texel(user_row0, at, size);
    case 1: return texel(user_row1, at, size);
    case 2: return texel(user_row2, at, size);
    default: return texel(user_row3, at, size);
  }
}`,
    },
  ],
  body: "return texelOfRow(this.thread.x, width, length);",
});

/**
 * GLSL for natives that walk an array of WebGL: index i is the texel i mod width of row ⌊i / width⌋ of its texture. gpu.js divides for each
 * read; a walk divides once, where it begins, and goes onward by columns, fewer than a row has, and rows.
 *
 * Texels are sampled at their middles, off by a few thousandths of a texel at most in float32: `texelFetch` took
 * 1.4 times as long on SwiftShader. Textures have one level and no filter, so that what samples beside it do does not matter.
 */
export const TEXELS = `
ivec2 texelAt(int index, int width) {
  int row = index / width;
  return ivec2(index - row * width, row);
}
ivec2 onward(ivec2 at, ivec2 by, int width) {
  at += by;
  return at + int(at.x >= width) * ivec2(-width, 1);
}
vec4 texel(sampler2D values, ivec2 at, vec2 texelSize) {
  return texture(values, (vec2(at) + 0.5) * texelSize);
}
`;

import { alongX } from "./along-x.ts";
import type { AdapterInfo, Device, DeviceArray } from "./device.ts";
import { interleave, pack, unpack } from "./forms.ts";
import { GpuError } from "./gpu-error.ts";
import { Compiler, type GpuJs, outputOf } from "./gpu-js.ts";
import { type Grid, type Kernel, kernel } from "./kernel.ts";

/** gpu.js's `GLTextureFloat`, of one float32 a texel, or `GLTextureArray4Float`, of four; values in rows. */
interface FloatTexture {
  readonly texture: WebGLTexture;
  readonly size: Int32Array;
  readonly context: WebGL2RenderingContext;
  readonly kernel: object;
  readonly internalFormat: number;
  readonly textureFormat: number;
  readonly constructor: new (settings: object) => FloatTexture;
  /** Four float32 a texel, also where only the first is a value. */
  renderValues(): Float32Array;
  delete(): void;
}

/** What a kernel of several rows or results gives: the first, and the others by their index. */
interface Results {
  readonly result: FloatTexture;
  readonly [index: number]: FloatTexture;
}
const allOf = (results: Results, count: number) => [
  results.result,
  ...Array.from({ length: count - 1 }, (_, i) => results[i]!),
];

/**
 * Values with one a texel, with four a texel for kernels that read by fours, or both: the other form is made when it is first asked for.
 */
class TextureArray implements DeviceArray {
  readonly length: number;
  flat: FloatTexture | undefined;
  packed: FloatTexture | undefined;

  constructor(length: number, form: { flat: FloatTexture } | { packed: FloatTexture }) {
    this.length = length;
    Object.assign(this, form);
  }
}

const first = kernel({ name: "first", arrays: [], body: "return 0;" });
const firstFour = kernel({ name: "firstFour", arrays: [], together: 4, body: "return [0, 0, 0, 0];" });

/** gpu.js on WebGL 2. The first kernels bring the context and the classes of results. */
export function openWebGl(library: GpuJs): Device {
  const compiler = new Compiler(library, "webgl2", {
    flat: "ArrayTexture(1)",
    packed: "ArrayTexture(4)",
    immutable: true,
  });
  const probe = (kernel: Kernel) => compiler.compiled(kernel, [1])() as FloatTexture;
  return new WebGlDevice(compiler, probe(first), probe(firstFour));
}

class WebGlDevice implements Device {
  readonly adapter: AdapterInfo;
  readonly #compiler: Compiler;
  readonly #probe: FloatTexture;
  readonly #probeOfFours: FloatTexture;
  /** The longest side of a texture: gpu.js gives an output of two axes one of its form, and any other a square one. */
  readonly #side: number;

  constructor(compiler: Compiler, probe: FloatTexture, probeOfFours: FloatTexture) {
    this.#compiler = compiler;
    this.#probe = probe;
    this.#probeOfFours = probeOfFours;
    this.#side = probe.context.getParameter(probe.context.MAX_TEXTURE_SIZE);
    this.adapter = describe(probe.context);
  }

  async run(
    kernel: Kernel,
    arrays: readonly DeviceArray[],
    scalars: readonly number[],
    grid: Grid,
  ): Promise<DeviceArray[]> {
    this.#check();
    const form = kernel.packed ? this.#packed : this.#flat;
    const inputs = arrays.map((array) => form.call(this, array as TextureArray));
    const [x, y = 1, z = 1] = grid;
    const textures = this.#launch(kernel, inputs, scalars, outputOf([x, Math.ceil(y / kernel.rows), z]));
    const results = kernel.rows === 1 ? textures : [this.#interleaved(textures, grid)];
    const length = x * y * z * kernel.together;
    return results.map((one) => new TextureArray(length, kernel.together === 4 ? { packed: one } : { flat: one }));
  }

  upload(values: Float32Array): DeviceArray {
    this.#check();
    const gl = this.#probe.context;
    const width = Math.ceil(Math.sqrt(values.length));
    const size = Int32Array.of(width, Math.ceil(values.length / width));
    const texels = new Float32Array(size[0]! * size[1]!);
    texels.set(values);
    const texture = gl.createTexture();
    gl.activeTexture(gl.TEXTURE15);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    for (const side of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, side, gl.CLAMP_TO_EDGE);
    for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER])
      gl.texParameteri(gl.TEXTURE_2D, filter, gl.NEAREST);
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.R32F, size[0]!, size[1]!, 0, gl.RED, gl.FLOAT, texels);
    return new TextureArray(values.length, { flat: this.#wrapped(texture, size, values.length, 1) });
  }

  async read(array: DeviceArray): Promise<Float32Array> {
    this.#check();
    const { length, flat, packed } = array as TextureArray;
    if (packed !== undefined) return packed.renderValues().slice(0, length);
    const texels = flat!.renderValues();
    return Float32Array.from({ length }, (_, i) => texels[4 * i]!);
  }

  free(array: DeviceArray): void {
    const { flat, packed } = array as TextureArray;
    flat?.delete();
    packed?.delete();
  }

  #flat(array: TextureArray): FloatTexture {
    return (array.flat ??= this.#launch(unpack, [array.packed!], [], [array.length])[0]!);
  }

  #packed(array: TextureArray): FloatTexture {
    return (array.packed ??= this.#launch(pack, [array.flat!], [], [array.length / 4])[0]!);
  }

  #interleaved(rows: readonly FloatTexture[], [x, y = 1, z = 1]: Grid): FloatTexture {
    const [texture] = this.#launch(interleave, rows, [x, y], [x * y * z]);
    for (const row of rows) row.delete();
    return texture!;
  }

  /** A texture for each row, or result, that a thread computes. */
  #launch(
    kernel: Kernel,
    inputs: readonly FloatTexture[],
    scalars: readonly number[],
    output: readonly number[],
  ): FloatTexture[] {
    const whole = { kernel, scalars, output };
    const launch = output.length !== 2 || Math.max(...output) <= this.#side ? whole : alongX(whole);
    const compiled = this.#compiler.compiled(launch.kernel, launch.output);
    let results: readonly FloatTexture[];
    try {
      const found = compiled(...inputs, ...launch.scalars);
      const count = kernel.rows * kernel.results;
      results = count === 1 ? [found as FloatTexture] : allOf(found as Results, count);
    } catch (cause) {
      this.#check();
      throw new Error(`gpu: the kernel ${kernel.name}: ${(cause as Error).message}`, { cause });
    }
    // a kernel only takes textures of one class, and each rank of output has its own
    const texels = output.reduce((product, size) => product * size, 1);
    return results.map((result) => {
      const texture = this.#wrapped(result.texture, result.size, texels, kernel.together);
      result.delete();
      return texture;
    });
  }

  #wrapped(texture: WebGLTexture, size: Int32Array, texels: number, values: 1 | 4): FloatTexture {
    const { constructor: Result, context, kernel } = values === 1 ? this.#probe : this.#probeOfFours;
    const [internalFormat, textureFormat] =
      values === 1 ? [context.R32F, context.RED] : [context.RGBA32F, context.RGBA];
    const shape = { dimensions: [texels, 1, 1], output: [texels], size: size.slice() };
    return new Result({ texture, ...shape, context, kernel, internalFormat, textureFormat });
  }

  #check(): void {
    if (this.#probe.context.isContextLost()) {
      throw new GpuError(
        "device lost",
        "the WebGL context was lost: what was on the device is gone. Make a new backend and go on from the last checkpoint",
      );
    }
  }
}

function describe(gl: WebGL2RenderingContext): AdapterInfo {
  const unmasked = gl.getExtension("WEBGL_debug_renderer_info");
  const description = String(gl.getParameter(unmasked === null ? gl.RENDERER : unmasked.UNMASKED_RENDERER_WEBGL));
  return {
    mode: "webgl2",
    description,
    software: /swiftshader|llvmpipe|software|basic render/i.test(description),
    largestBuffer: gl.getParameter(gl.MAX_TEXTURE_SIZE) ** 2 * Float32Array.BYTES_PER_ELEMENT,
    inputs: gl.getParameter(gl.MAX_TEXTURE_IMAGE_UNITS) - 1, // the last is gpu.js's own
    results: 4,
    prefers: "packed",
  };
}

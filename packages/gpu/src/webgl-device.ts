import type { AdapterInfo, Device, DeviceArray } from "./device.ts";
import { GpuError } from "./gpu-error.ts";
import { Compiler, type GpuJs, outputOf } from "./gpu-js.ts";
import { type Grid, type Kernel, kernel } from "./kernel.ts";

/** gpu.js's `GLTextureFloat`: a texture of one float32 a texel, values in rows. */
interface FloatTexture {
  readonly texture: WebGLTexture;
  readonly size: Int32Array;
  readonly context: WebGL2RenderingContext;
  readonly kernel: object;
  readonly internalFormat: number;
  readonly textureFormat: number;
  readonly constructor: new (settings: object) => FloatTexture;
  /** Four float32 a texel, the first of which is the value. */
  renderValues(): Float32Array;
  delete(): void;
}

class TextureArray implements DeviceArray {
  readonly length: number;
  readonly texture: FloatTexture;

  constructor(texture: FloatTexture, length: number) {
    this.texture = texture;
    this.length = length;
  }
}

const first = kernel({ name: "first", arrays: [], body: "return 0;" });

/** gpu.js on WebGL 2. The first kernel brings the context and the class of results. */
export function openWebGl(library: GpuJs): Device {
  const compiler = new Compiler(library, "webgl2", "ArrayTexture(1)");
  return new WebGlDevice(compiler, compiler.compiled(first, [1])() as FloatTexture);
}

class WebGlDevice implements Device {
  readonly adapter: AdapterInfo;
  readonly #compiler: Compiler;
  readonly #probe: FloatTexture;

  constructor(compiler: Compiler, probe: FloatTexture) {
    this.#compiler = compiler;
    this.#probe = probe;
    this.adapter = describe(probe.context);
  }

  async run(
    kernel: Kernel,
    arrays: readonly DeviceArray[],
    scalars: readonly number[],
    grid: Grid,
  ): Promise<DeviceArray> {
    this.#check();
    const output = outputOf(grid);
    const compiled = this.#compiler.compiled(kernel, output);
    const inputs = arrays.map((array) => (array as TextureArray).texture);
    let result: FloatTexture;
    try {
      result = compiled(...inputs, ...scalars) as FloatTexture;
    } catch (cause) {
      this.#check();
      throw new Error(`gpu: the kernel ${kernel.name}: ${(cause as Error).message}`, { cause });
    }
    // a kernel only takes textures of one class, and each rank of output has its own
    const length = output.reduce((product, size) => product * size, 1);
    const flat = this.#flat(result.texture, result.size, length);
    result.delete();
    return flat;
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
    return this.#flat(texture, size, values.length);
  }

  async read(array: DeviceArray): Promise<Float32Array> {
    this.#check();
    const texels = (array as TextureArray).texture.renderValues();
    return Float32Array.from({ length: array.length }, (_, i) => texels[4 * i]!);
  }

  free(array: DeviceArray): void {
    (array as TextureArray).texture.delete();
  }

  #flat(texture: WebGLTexture, size: Int32Array, length: number): TextureArray {
    const { constructor: Result, context, kernel } = this.#probe;
    const [internalFormat, textureFormat] = [context.R32F, context.RED];
    const shape = { dimensions: [length, 1, 1], output: [length], size: size.slice() };
    return new TextureArray(new Result({ texture, ...shape, context, kernel, internalFormat, textureFormat }), length);
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
    together: 1,
  };
}

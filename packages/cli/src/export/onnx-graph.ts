import { create, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataType as DataType,
  ModelProtoSchema,
} from "onnx-buf";
import type { HostTensor } from "./host-tensor.ts";

/** Version of the operators, and of the file format that goes with it (ONNX 1.12): old enough for every runtime that is kept. */
const [OPERATORS, FORMAT] = [17, 8] as const;

/** Bytes of a weight in a sparse initialiser: its value, and its position as int64. */
const SPARSE_BYTES = 12;

type Attribute = number | string | readonly number[];

/** A length of an input's or output's shape: a number, or the name of one that may be any. */
type Axis = number | string;

/** An ONNX graph in the making. Every method that adds a node gives the name of its output. */
export class OnnxGraph {
  readonly #nodes: {
    opType: string;
    name: string;
    input: string[];
    output: string[];
    attribute: ReturnType<typeof attributeOf>[];
  }[] = [];
  readonly #initialisers: ReturnType<typeof tensorOf>[] = [];
  readonly #sparse: ReturnType<typeof sparseOf>[] = [];
  readonly #inputs: ReturnType<typeof valueInfo>[] = [];
  readonly #outputs: ReturnType<typeof valueInfo>[] = [];

  /** A node with one output, which is named for it. */
  node(opType: string, input: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}): string {
    return this.nodes(opType, input, 1, attributes)[0]!;
  }

  /** A node with several outputs. */
  nodes(
    opType: string,
    input: readonly string[],
    outputs: number,
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string[] {
    const name = `${opType}_${this.#nodes.length}`;
    const output = Array.from({ length: outputs }, (_, i) => (i === 0 ? name : `${name}_${i}`));
    const attribute = Object.entries(attributes).map(([key, value]) => attributeOf(key, value));
    this.#nodes.push({ opType, name, input: [...input], output, attribute });
    return output;
  }

  /** A weight, as a sparse initialiser where that takes fewer bytes. */
  weight(name: string, { shape, data }: HostTensor): string {
    const stored = data.reduce((count, value) => count + (value === 0 ? 0 : 1), 0);
    if (stored > 0 && stored * SPARSE_BYTES < data.length * 4) this.#sparse.push(sparseOf(name, shape, data));
    else this.#initialisers.push(tensorOf(name, DataType.FLOAT, shape, bytesOf(data)));
    return name;
  }

  int64(name: string, values: readonly number[], shape: readonly number[] = [values.length]): string {
    const data = bytesOf(BigInt64Array.from(values, BigInt));
    this.#initialisers.push(tensorOf(name, DataType.INT64, shape, data));
    return name;
  }

  int32(name: string, { shape, data }: HostTensor<Int32Array>): string {
    this.#initialisers.push(tensorOf(name, DataType.INT32, shape, bytesOf(data)));
    return name;
  }

  input(name: string, type: "float" | "int64", shape: readonly Axis[]): string {
    this.#inputs.push(valueInfo(name, type === "float" ? DataType.FLOAT : DataType.INT64, shape));
    return name;
  }

  /** Names what a node gave as an output of the graph, float32. */
  output(name: string, from: string, shape: readonly Axis[]): void {
    this.#nodes.push({ opType: "Identity", name, input: [from], output: [name], attribute: [] });
    this.#outputs.push(valueInfo(name, DataType.FLOAT, shape));
  }

  /** The bytes of a model file; the same graph gives the same bytes. */
  encode(name: string, metadata: Readonly<Record<string, string>>): Uint8Array {
    const model = create(ModelProtoSchema, {
      irVersion: BigInt(FORMAT),
      opsetImport: [{ domain: "", version: BigInt(OPERATORS) }],
      producerName: "ltt",
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
      graph: {
        name,
        node: this.#nodes,
        initializer: this.#initialisers,
        sparseInitializer: this.#sparse,
        input: this.#inputs,
        output: this.#outputs,
      },
    });
    return toBinary(ModelProtoSchema, model);
  }
}

function attributeOf(name: string, value: Attribute) {
  if (typeof value === "string")
    return { name, type: AttributeType.STRING, s: Uint8Array.from(new TextEncoder().encode(value)) };
  if (typeof value === "number") return { name, type: AttributeType.INT, i: BigInt(value) };
  return { name, type: AttributeType.INTS, ints: value.map(BigInt) };
}

function tensorOf(name: string, dataType: DataType, shape: readonly number[], rawData: Uint8Array<ArrayBuffer>) {
  return { name, dataType, dims: shape.map(BigInt), rawData };
}

/** Values that are not 0, with their row-major positions. */
function sparseOf(name: string, shape: readonly number[], data: Float32Array) {
  const positions = Array.from(data.keys()).filter((at) => data[at] !== 0);
  const values = Float32Array.from(positions, (at) => data[at]!);
  const indices = BigInt64Array.from(positions, BigInt);
  return {
    values: tensorOf(name, DataType.FLOAT, [values.length], bytesOf(values)),
    indices: tensorOf(`${name}.positions`, DataType.INT64, [indices.length], bytesOf(indices)),
    dims: shape.map(BigInt),
  };
}

function valueInfo(name: string, elemType: DataType, shape: readonly Axis[]) {
  const dim = shape.map((axis) => ({
    value:
      typeof axis === "number"
        ? ({ case: "dimValue", value: BigInt(axis) } as const)
        : ({ case: "dimParam", value: axis } as const),
  }));
  return { name, type: { value: { case: "tensorType", value: { elemType, shape: { dim } } } as const } };
}

/** Little-endian, as files have them, whatever the machine. */
function bytesOf(values: Float32Array | Int32Array | BigInt64Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(values.byteLength);
  const view = new DataView(bytes.buffer);
  const width = values.BYTES_PER_ELEMENT;
  for (const [i, value] of values.entries()) {
    if (typeof value === "bigint") view.setBigInt64(i * width, value, true);
    else if (values instanceof Float32Array) view.setFloat32(i * width, value, true);
    else view.setInt32(i * width, value, true);
  }
  return bytes;
}

const FLOAT = 1;
const INT64 = 7;

/**
 * An ONNX model written by hand (onnx.proto of ONNX 1.10, operator set 13), so that a test needs no tool to make one.
 * Its input is float32 [1, 3, side, side]; its output has the shape `outputShape` and the values
 * bias + red * weights[0] + green * weights[1] + blue * weights[2], of the mean red, green and blue of the input.
 */
export interface TinyModel {
  readonly sidePx: number;
  readonly outputShape: readonly number[];
  readonly bias: readonly number[];
  readonly weights: readonly [red: readonly number[], green: readonly number[], blue: readonly number[]];
}

/** The bytes of the model's file. */
export function tinyOnnx({ sidePx, outputShape, bias, weights }: TinyModel): Buffer {
  const size = bias.length;
  const graph = Buffer.concat([
    field(1, node('GlobalAveragePool', ['picture'], 'means')),
    field(1, node('Flatten', ['means'], 'row')),
    field(1, node('Gemm', ['row', 'weights', 'bias'], 'values')),
    field(1, node('Reshape', ['values', 'shape'], 'result')),
    field(2, Buffer.from('tiny')),
    field(5, tensor('weights', [3, size], FLOAT, floats(weights.flat()))),
    field(5, tensor('bias', [size], FLOAT, floats(bias))),
    field(5, tensor('shape', [outputShape.length], INT64, int64s(outputShape))),
    field(11, valueInfo('picture', [1, 3, sidePx, sidePx])),
    field(12, valueInfo('result', outputShape)),
  ]);
  return Buffer.concat([varintField(1, 7), field(7, graph), field(8, varintField(2, 13))]);
}

/** NodeProto */
function node(operator: string, inputs: readonly string[], output: string): Buffer {
  return Buffer.concat([...inputs.map((name) => field(1, Buffer.from(name))), text(2, output), text(4, operator)]);
}

/** TensorProto */
function tensor(name: string, dims: readonly number[], type: number, rawData: Buffer): Buffer {
  return Buffer.concat([
    ...dims.map((dim) => varintField(1, dim)),
    varintField(2, type),
    text(8, name),
    field(9, rawData),
  ]);
}

/** ValueInfoProto of a float tensor. */
function valueInfo(name: string, dims: readonly number[]): Buffer {
  const shape = Buffer.concat(dims.map((dim) => field(1, varintField(1, dim))));
  const tensorType = Buffer.concat([varintField(1, FLOAT), field(2, shape)]);
  return Buffer.concat([text(1, name), field(2, field(1, tensorType))]);
}

function floats(values: readonly number[]): Buffer {
  return Buffer.from(Float32Array.from(values).buffer);
}

function int64s(values: readonly number[]): Buffer {
  return Buffer.from(BigInt64Array.from(values.map(BigInt)).buffer);
}

function text(number: number, value: string): Buffer {
  return field(number, Buffer.from(value));
}

/** A field of protobuf's wire type 2: a length, then so many bytes. */
function field(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}

function varintField(number: number, value: number): Buffer {
  return Buffer.concat([varint(number << 3), varint(value)]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left > 127; left = Math.floor(left / 128)) bytes.push((left & 127) | 128);
  return Buffer.from([...bytes, left]);
}

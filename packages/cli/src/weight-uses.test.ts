import { expect, test } from "vitest";
import type { ImageModel } from "./image-models.ts";
import { usesOf } from "./weight-uses.ts";

const images = (size: number, channels: number) => ({
  pixels: new Uint8Array(channels * size * size),
  shape: [1, channels, size, size] as const,
  labels: Uint8Array.of(0),
});
const uses = (model: ImageModel, size: number, channels: number) => {
  const part = images(size, channels);
  const data = { name: "x", images: { train: part, validation: part, test: part }, batchSize: 1, model, outputs: 10 };
  return usesOf(data as never);
};

test("a kernel of ResNet-20 is used once a pixel of its result, whose sides its strides halve; a dense weight once, γ and β never", () => {
  const found = uses("resnet-20", 32, 3);
  expect(found["conv1.weight"]).toBe(1024);
  expect(found["layer1.0.conv2.weight"]).toBe(1024);
  expect([found["layer2.0.conv1.weight"], found["layer2.0.downsample.0.weight"]]).toEqual([256, 256]);
  expect(found["layer3.2.conv2.weight"]).toBe(64);
  expect([found["bn1.weight"], found["fc.weight"]]).toEqual([0, 1]);
});

test("VGG-11 pools after its first, second, fourth, sixth and eighth convolution", () => {
  const found = uses("vgg-11", 32, 3);
  const sides = [32, 16, 8, 8, 4, 4, 2, 2];
  expect(sides.map((_, i) => found[`convs.${i}.weight`])).toEqual(sides.map((side) => side ** 2));
});

test("Conv-2 pools once, behind both convolutions; LeNet has no positions", () => {
  const conv = uses("conv-2", 28, 1);
  expect([conv["convs.0.weight"], conv["convs.1.weight"], conv["fc1.weight"]]).toEqual([784, 784, 1]);
  expect(uses("lenet-300-100", 28, 1)["fc1.weight"]).toBe(1);
});

import { expect, test } from "vitest";
import { renderCsv, renderCurvesCsv, renderLatencyCsv, renderStatisticsCsv, renderTensorsCsv } from "./csv.ts";
import { sampleLevel, sampleTensor } from "./sample.ts";

const HEADER =
  "arm,seed,round,sparsity,embeddingSparsity,otherSparsity,trainLoss,validationLoss,validationAccuracy,testLoss,testAccuracy," +
  "test precision,test recall,earlyStopStep,censored,collapsed,firstStep,steps,storedBytes,node\r\n";

test("metrics.csv is a header and a line a network, ended by CRLF, numbers in full", () => {
  const level = sampleLevel({
    arm: "winning-ticket",
    round: 1,
    sparsity: 0.2,
    groups: { embedding: 0.1 + 0.2, other: 0 },
    testAccuracy: 1 / 3,
    node: "0123456789abcdef",
  });
  expect(renderCsv([level])).toBe(
    `${HEADER}winning-ticket,1,1,0.2,0.30000000000000004,0,0.2,0.3,0.88,0.31,0.3333333333333333,0.87,0.86,300,false,,0,400,7064,0123456789abcdef\r\n`,
  );
});

test("metrics.csv has a column for each group and measure of any network, blank where one has not", () => {
  const levels = [
    sampleLevel({ arm: "dense", round: 0, groups: { conv: 0 }, measures: {}, collapsed: "chance" }),
    sampleLevel({ arm: "dense", round: 0, seed: 2, groups: { dense: 0.5 }, measures: { f1: 0.25 } }),
  ];
  const [header, first, second] = renderCsv(levels).split("\r\n");
  expect(header).toContain(",sparsity,convSparsity,denseSparsity,trainLoss,");
  expect(header).toContain(",test f1,earlyStopStep,");
  expect(first).toContain("dense,1,0,0,0,,0.2,");
  expect(first).toContain(",,300,false,chance,0,400,");
  expect(second).toContain("dense,2,0,0,,0.5,0.2,");
});

test("metrics.csv has what was measured at the end of training, where it was", () => {
  const end = { validationLoss: 0.5, validationAccuracy: 0.75, testLoss: 0.625, testAccuracy: 0.25 };
  const [header, first, second] = renderCsv([
    sampleLevel({ arm: "dense", round: 0, end }),
    sampleLevel({ arm: "dense", round: 0, seed: 2 }),
  ]).split("\r\n");
  expect(header).toContain(",endValidationLoss,endValidationAccuracy,endTestLoss,endTestAccuracy,earlyStopStep,");
  expect(first).toContain(",0.5,0.75,0.625,0.25,300,");
  expect(second).toContain(",,,,,300,");
});

test("metrics.csv has how training examples fared when training ended, and only then", () => {
  const end = { validationLoss: 0.5, validationAccuracy: 0.75, testLoss: 0.625, testAccuracy: 0.25 };
  const level = sampleLevel({ arm: "dense", round: 0, end });
  const training = { loss: 0.125, accuracy: 0.96875, measures: {} };
  const measuredAt = (step: number) =>
    level.curve.map((point) => (point.step === step ? { ...point, training } : point));
  const [header, first, second] = renderCsv([
    { ...level, curve: measuredAt(400) },
    { ...level, curve: measuredAt(300) },
  ]).split("\r\n");
  expect(header).toContain(",endTrainLoss,endTrainAccuracy,endValidationLoss,");
  expect(first).toContain(",0.125,0.96875,0.5,");
  expect(second).toContain(",,,0.5,");
});

test("metrics.csv of no networks is a header", () => {
  expect(renderCsv([])).toMatch(/^arm,seed,round,sparsity,trainLoss,[^\r\n]*,steps,storedBytes,node\r\n$/);
});

test("metrics.csv quotes commas, quotes and line ends (RFC 4180, 2.5–2.7)", () => {
  const arm = 'a "b", c\r\nd';
  expect(renderCsv([sampleLevel({ arm, round: 0 })]).slice(HEADER.length)).toMatch(/^"a ""b"", c\r\nd",1,0,/);
});

test("metrics.csv of the same results has the same bytes, however long they took", () => {
  const level = { arm: "dense", round: 0 };
  expect(renderCsv([sampleLevel({ ...level, seconds: 1 })])).toBe(renderCsv([sampleLevel({ ...level, seconds: 2 })]));
});

test("latency.csv is a line a network and number of examples, in seconds", () => {
  const network = {
    ...{ arm: "dense", seed: 1, round: 0, node: "abc" },
    one: { median: 0.001, quartiles: [0.0005, 0.002] as const },
    batch: { median: 0.01, quartiles: [0.009, 0.011] as const },
  };
  const of = { machine: "EPYC, Node 20", backend: "wasm", threads: 1, batch: 64, passes: 30 };
  expect(renderLatencyCsv([{ ...of, networks: [network] }])).toBe(
    "arm,seed,round,examples,median,quartile1,quartile3,passes,threads,backend,machine,node\r\n" +
      'dense,1,0,1,0.001,0.0005,0.002,30,1,wasm,"EPYC, Node 20",abc\r\n' +
      'dense,1,0,64,0.01,0.009,0.011,30,1,wasm,"EPYC, Node 20",abc\r\n',
  );
});

test("tensors.csv is a line a tensor, with what is stored and which parts are empty", () => {
  const kernel = {
    ...sampleTensor("convs.0.weight", [3, 4, 5], 0.5),
    parts: [
      { part: "filters", empty: 0, of: 5 },
      { part: "taps", empty: 7, of: 15 },
    ] as const,
  };
  const tensors = [kernel, sampleTensor("convs.0.bias", [5], 0.4)];
  expect(renderTensorsCsv([sampleLevel({ arm: "dense", round: 0, seed: 3, tensors })]).split("\r\n")).toEqual([
    "arm,seed,round,tensor,shape,size,kept,empty words,empty dimensions,empty filters,empty taps,empty channels,empty gates,empty inputs,empty states,empty units,empty outputs",
    "dense,3,0,convs.0.weight,3x4x5,60,30,,,0,7,,,,,,",
    "dense,3,0,convs.0.bias,5,5,2,,,,,,,,,,",
    "",
  ]);
});

test.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠A1"])(
  "a text that begins as %j is no formula to a spreadsheet; numbers are numbers",
  (text) => {
    const quoted = /[\r\n]/.test(text) ? `"'${text}"` : `'${text}`;
    const level = sampleLevel({ arm: text, round: 1, trainLoss: -0.5, tensors: [sampleTensor(text, [2], 1)] });
    const line = renderCsv([level]).slice(HEADER.length);
    expect(line.startsWith(`${quoted},1,1,`)).toBe(true);
    expect(line).toContain(",-0.5,"); // the training loss
    expect(renderTensorsCsv([level])).toContain(`\r\n${quoted},1,1,${quoted},2,2,2,`);
  },
);

test("a text with a sign within stays as it is", () => {
  expect(renderCsv([sampleLevel({ arm: "a-b=c", round: 0 })]).slice(HEADER.length)).toMatch(/^a-b=c,/);
});

test("curves have a line a validation, with the measures that were kept, blank where training texts were not measured", () => {
  const point = { trainLoss: 0.5, validationLoss: 0.4, validationAccuracy: 0.8, measures: { f1: 0.7 } };
  const training = { loss: 0.25, accuracy: 0.875, measures: { f1: 0.75 } };
  const level = sampleLevel({ arm: "dense", round: 0, seed: 3 });
  const curve = [
    { ...point, step: 5 },
    { ...point, step: 10, trainLoss: null, training },
  ];
  expect(renderCurvesCsv([{ ...level, curve }]).split("\r\n")).toEqual([
    "arm,seed,round,step,trainLoss,validationLoss,validationAccuracy,validation f1,trainingPartLoss,trainingPartAccuracy,training f1",
    "dense,3,0,5,0.5,0.4,0.8,0.7,,,",
    "dense,3,0,10,,0.4,0.8,0.7,0.25,0.875,0.75",
    "",
  ]);
});

test("metrics.csv counts an example's multiplications, where it is known how often weights are used", () => {
  const uses = { "linear.weight": 2.5, embedding: 0 };
  const [header, line] = renderCsv([sampleLevel({ arm: "dense", round: 0 })], { uses }).split("\r\n");
  expect(header).toMatch(/,storedBytes,multiplications,node$/);
  expect(line).toMatch(/,4416,250,$/); // 1,104 values of 4 bytes; 100 weights, each 2.5 times
});

test("statistics.csv is a line a round and other network, with columns for each seed, blank where one has none", () => {
  const row = { against: "dense", round: 1, sparsity: 0.2, difference: 0.01, low: -0.02, high: 0.04 };
  const seed = { seed: 1, onlyTicket: 12, onlyOther: 9, p: 0.5 };
  const csv = renderStatisticsCsv({
    rows: [
      { ...row, seeds: [seed, { ...seed, seed: 2 }] },
      { ...row, round: 2, seeds: [{ ...seed, seed: 2 }] },
    ],
    seedsNeeded: { difference: 0.005, levels: [{ round: 1, seeds: 34 }] },
  });
  expect(csv.split("\r\n")).toEqual([
    "arm,against,round,sparsity,difference,bootstrapLow,bootstrapHigh,seed 1 onlyTicket,seed 1 onlyOther,seed 1 mcnemarP,seed 2 onlyTicket,seed 2 onlyOther,seed 2 mcnemarP,seedsNeededForHalfAPoint",
    "winning-ticket,dense,1,0.2,0.01,-0.02,0.04,12,9,0.5,12,9,0.5,34",
    "winning-ticket,dense,2,0.2,0.01,-0.02,0.04,,,,12,9,0.5,",
    "",
  ]);
});

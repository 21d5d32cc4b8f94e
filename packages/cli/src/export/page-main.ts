// What runs in an exported page: the network, its tokeniser and vocabulary, as the command runs them. Built into dist/ticket-page.mjs.
import { parseVocabulary } from "@ltt/data";
import { type Architecture, networkOf } from "../architecture.ts";
import { type Answer, type Classifier, createClassifier, type Question } from "../classifier.ts";

/** What the page is given, as JSON. */
export interface PageTicket {
  readonly architecture: Architecture;
  readonly classes: readonly string[];
  readonly several: boolean;
  readonly maxLength: number | null;
  /** The vocabulary's file, of a network that takes texts. */
  readonly vocabulary: string | undefined;
  /** The weights file, as base64. */
  readonly weights: string;
}

const find = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;

const classifier = open(JSON.parse(find("ticket").textContent!));
if (classifier.imageShape === undefined) askTexts(classifier);
else askImages(classifier, classifier.imageShape);

function open({ architecture, classes, several, maxLength, vocabulary, weights }: PageTicket): Classifier {
  const bytes = Uint8Array.from(atob(weights), (character) => character.charCodeAt(0));
  const encoding =
    vocabulary === undefined ? undefined : { vocabulary: parseVocabulary(vocabulary, "vocabulary"), maxLength };
  return createClassifier(networkOf(architecture, bytes, "ticket"), { classes, several, encoding });
}

/** Answers the latest question: one asked meanwhile replaces those that wait. */
function asker({ classes, classify }: Classifier): (question: Question) => void {
  let waiting: Question | undefined;
  let isBusy = false;
  const work = async () => {
    isBusy = true;
    while (waiting !== undefined) {
      const question = waiting;
      waiting = undefined;
      try {
        const [answer] = await classify([question]);
        show(classes, answer!);
      } catch (error) {
        find("answer").textContent = (error as Error).message;
      }
    }
    isBusy = false;
  };
  return (question) => {
    waiting = question;
    if (!isBusy) void work();
  };
}

/** The most probable classes that are shown. */
const SHOWN = 10;

function show(classes: readonly string[], { labels, probabilities }: Answer): void {
  find("answer").textContent = labels.length === 0 ? "none" : labels.join(", ");
  const places = [...classes.keys()].sort((a, b) => probabilities[b]! - probabilities[a]!).slice(0, SHOWN);
  const rows = places.map((place) => {
    const row = document.createElement("tr");
    const [name, bar, value] = [
      document.createElement("th"),
      document.createElement("td"),
      document.createElement("td"),
    ];
    const meter = document.createElement("meter");
    name.scope = "row";
    name.textContent = classes[place]!;
    meter.value = probabilities[place]!;
    meter.setAttribute("aria-label", classes[place]!);
    bar.append(meter);
    value.textContent = probabilities[place]!.toFixed(3);
    row.append(name, bar, value);
    return row;
  });
  find("probabilities").replaceChildren(...rows);
}

function askTexts(texts: Classifier): void {
  const ask = asker(texts);
  const field = find<HTMLTextAreaElement>("text");
  field.addEventListener("input", () => ask(field.value));
  ask(field.value);
}

function askImages(images: Classifier, shape: readonly [number, number, number]): void {
  const ask = asker(images);
  const canvas = find<HTMLCanvasElement>("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  const clear = () => {
    context.fillStyle = "black";
    context.fillRect(0, 0, canvas.width, canvas.height);
  };
  canvas.height = Math.round((canvas.width * shape[1]) / shape[2]);
  const isOfDigits = shape[0] === 1 && images.classes.join("") === "0123456789";
  let isDrawn = true; // until a picture is chosen
  const look = () => ask(isDrawn && isOfDigits ? digitOf(canvas, shape) : pictureOf(canvas, shape));
  context.lineWidth = canvas.width / 12;
  context.lineCap = "round";
  context.strokeStyle = "white";
  clear();
  let last: readonly [number, number] | undefined;
  const place = (event: PointerEvent): readonly [number, number] => {
    const box = canvas.getBoundingClientRect();
    return [
      ((event.clientX - box.left) / box.width) * canvas.width,
      ((event.clientY - box.top) / box.height) * canvas.height,
    ];
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    last = place(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (last === undefined) return;
    const next = place(event);
    context.beginPath();
    context.moveTo(...last);
    context.lineTo(...next);
    context.stroke();
    last = next;
    look();
  });
  canvas.addEventListener("pointerup", () => {
    last = undefined;
  });
  find("clear").addEventListener("click", () => {
    isDrawn = true;
    clear();
    look();
  });
  const file = find<HTMLInputElement>("file");
  file.addEventListener("change", async () => {
    const [chosen] = file.files ?? [];
    if (chosen === undefined) return;
    const picture = await createImageBitmap(chosen);
    isDrawn = false;
    clear();
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
    ask(pictureOf(picture, shape)); // not what is seen of it: a picture of the network's size stays as it is
  });
  look();
}

/** A drawn digit as MNIST has its own: fitted into 20 × 20 pixels, its centre of mass in the middle of all. */
function digitOf(canvas: HTMLCanvasElement, [, height, width]: readonly [number, number, number]): Float32Array {
  const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
  let [left, top, right, bottom, mass, x, y] = [canvas.width, canvas.height, 0, 0, 0, 0, 0];
  for (let at = 0; at < data.length; at += 4) {
    const [column, row, light] = [(at / 4) % canvas.width, Math.floor(at / 4 / canvas.width), data[at]!];
    if (light < 32) continue;
    [left, right] = [Math.min(left, column), Math.max(right, column)];
    [top, bottom] = [Math.min(top, row), Math.max(bottom, row)];
    mass += light;
    x += light * column;
    y += light * row;
  }
  if (mass === 0) return new Float32Array(width * height);
  const scale = ((20 / 28) * width) / Math.max(right - left + 1, bottom - top + 1);
  const [centreX, centreY] = [x / mass + 0.5, y / mass + 0.5];
  return greyOf(
    brightnessOf(width, height, (small) => {
      small.translate(width / 2, height / 2);
      small.scale(scale, scale);
      small.drawImage(canvas, -centreX, -centreY);
    }),
  );
}

/** A picture as it is, at the network's size and in as many colours as it takes. */
function pictureOf(
  picture: CanvasImageSource,
  [channels, height, width]: readonly [number, number, number],
): Float32Array {
  const pixels = brightnessOf(width, height, (small) => small.drawImage(picture, 0, 0, width, height));
  return channels === 1 ? greyOf(pixels) : pixels;
}

/** Luma of red, green and blue (ITU-R BT.601); of grey the grey. */
function greyOf(pixels: Float32Array): Float32Array {
  const size = pixels.length / 3;
  return Float32Array.from({ length: size }, (_, at) => {
    const [red, green, blue] = [pixels[at]!, pixels[at + size]!, pixels[at + 2 * size]!];
    return red === green && green === blue ? red : 0.299 * red + 0.587 * green + 0.114 * blue;
  });
}

/** What was drawn, `[3, height, width]` from 0 to 1. */
function brightnessOf(
  width: number,
  height: number,
  draw: (context: OffscreenCanvasRenderingContext2D) => void,
): Float32Array {
  const small = new OffscreenCanvas(width, height).getContext("2d")!;
  small.imageSmoothingQuality = "high";
  draw(small);
  const { data } = small.getImageData(0, 0, width, height);
  const size = width * height;
  return Float32Array.from({ length: 3 * size }, (_, at) => data[(at % size) * 4 + Math.floor(at / size)]! / 255);
}

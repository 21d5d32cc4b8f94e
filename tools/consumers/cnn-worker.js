import { train } from "./cnn.js";

train().then(postMessage);

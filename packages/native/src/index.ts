export { hasNative, type NativeWidth, native } from "./native.ts";

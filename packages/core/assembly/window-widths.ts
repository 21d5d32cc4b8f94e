// The kernels of all widths, as callers list them, a line each: kernel[width,channels,filters], its gradient or what is
// stored of it, and of what is stored the values, and entries by filters. Results of all filters lie side by side,
// width after width.

/** Bytes of a line. */
export const LINE: usize = 32;

// @ts-ignore: decorator
@inline
export function kernelOf(line: usize): usize {
  return load<usize>(line);
}

// @ts-ignore: decorator
@inline
export function widthOf(line: usize): i32 {
  return load<i32>(line, 4);
}

// @ts-ignore: decorator
@inline
export function filtersOf(line: usize): i32 {
  return load<i32>(line, 8);
}

/** 0 if nobody asks for it. */
// @ts-ignore: decorator
@inline
export function gradientOf(line: usize): usize {
  return load<usize>(line, 12);
}

// @ts-ignore: decorator
@inline
export function valuesOf(line: usize): usize {
  return load<usize>(line, 16);
}

// @ts-ignore: decorator
@inline
export function startsOf(line: usize): usize {
  return load<usize>(line, 20);
}

// @ts-ignore: decorator
@inline
export function storedOf(line: usize): usize {
  return load<usize>(line, 24);
}

/** 0 where entries lie as their values do. */
// @ts-ignore: decorator
@inline
export function orderOf(line: usize): usize {
  return load<usize>(line, 28);
}

/** The first of the filters of one width that are a part's own; those of the part after it begin where its own end. */
// @ts-ignore: decorator
@inline
export function firstOf(filters: i32, part: i32, parts: i32): i32 {
  return filters * part / parts;
}

// What a checked build looks at before a kernel runs: whether all that it may read and write lies in the memory, and where indices lead. A sanitized build lets it touch nothing else.
#pragma once
#include <stddef.h>
#include <stdint.h>

/** A call of a kernel on a memory of that many bytes, at that width; the first complaint goes to `message`. */
void check_begin(const char *base, uint64_t size, int32_t width, const char *kernel, char *message, size_t room);
/** Whether there was no complaint. In a sanitized build nothing but what was named may be touched from now on, by no thread. */
int check_end(void);
/** The kernel has run. */
void check_after(void);

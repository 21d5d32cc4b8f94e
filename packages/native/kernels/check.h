// What a checked build looks at before a kernel runs: whether all that it reads and writes lies in the memory, and at what an index leads to.
#pragma once
#include <stddef.h>
#include <stdint.h>

/** What is checked next, against a memory of that many bytes; the first complaint goes to `message`. */
int check_begin(const char *base, uint64_t size, const char *kernel, char *message, size_t room);
/** Whether nothing was wrong. In a sanitized build nothing but what was named may be touched from now on. */
int check_end(void);
void check_after(void);

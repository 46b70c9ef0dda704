/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H
/*
 * A fuzz target is one file, tests/fuzz/fuzz_NAME.c, that defines
 * LLVMFuzzerTestOneInput(); its seeds are the files of
 * tests/fuzz/corpus/NAME/ (each below 2 KB).  The same object is linked
 *
 *	with smoke.c     a plain program: every seed, then a fixed number of
 *	                 mutants from a fixed stream, under gcc and ASan, as a test
 *	with libFuzzer   clang -fsanitize=fuzzer,address,undefined, for hours
 *
 * A target keeps nothing from one input to the next, frees all that it took,
 * reads no clock and no randomness, and prints nothing: equal bytes, equal
 * path.  What must hold it says with assert(), so that a wrong answer counts
 * as much as a crash.
 */
#include <stddef.h>
#include <stdint.h>

/*
 * data: exactly size bytes, so that the sanitizer sees a read past the end;
 * borrowed, not to be changed.  size may be 0.  Return: 0, always (-1 would
 * tell libFuzzer to forget the input).
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * Optional: a mutant of data in place, in a way that knows what inputs mean;
 * its new size, at most max.  Equal seed, equal mutant.  LLVMFuzzerMutate() is
 * libFuzzer's own way, NULL without it.
 */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max) __attribute__((weak));

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Allocation that never returns NULL: out of memory prints one line and
 * aborts. Sizes that come from outside are capped by the caller first.
 */
#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include <stddef.h>

/* Allocate SIZE bytes (at least one). */
void *xmalloc(size_t size) __attribute__((malloc, returns_nonnull));

/* Allocate COUNT zeroed elements of SIZE bytes; aborts on overflow. */
void *xcalloc(size_t count, size_t size) __attribute__((returns_nonnull));

/* Resize POINTER to COUNT elements of SIZE bytes; aborts on overflow. */
void *xreallocarray(void *pointer, size_t count, size_t size)
	__attribute__((returns_nonnull));

/* Copy a string; NULL stays NULL. */
char *xstrdup(const char *text);

/* Copy at most LENGTH bytes of TEXT and terminate them. */
char *xstrndup(const char *text, size_t length)
	__attribute__((returns_nonnull));

/* Copy SIZE bytes. */
void *xmemdup(const void *data, size_t size) __attribute__((returns_nonnull));

/* Format into a new string. */
char *xasprintf(const char *format, ...)
	__attribute__((format(printf, 1, 2), returns_nonnull));

#endif

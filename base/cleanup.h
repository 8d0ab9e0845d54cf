/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scope-bound release of what a local variable owns.
 *
 * Declare the destructor once, beside the type, with DEFINE_CLEANUP (storage
 * is the caller's) or DEFINE_CLEANUP_PTR (heap object), then write
 * `autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;`.
 * Initialise at the declaration: a destructor sees whatever is there.
 * Ownership leaves a scope visibly, by TAKE_PTR or TAKE_FD.
 */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* Run destructor FN (declared by one of the macros below) at scope's end. */
#define autoclean(fn) __attribute__((cleanup(cleanup_##fn)))

/* Declare FN(TYPE *) as a destructor of a TYPE local. */
#define DEFINE_CLEANUP(type, fn)                      \
	static inline void cleanup_##fn(type *object) \
	{                                             \
		int saved = errno;                    \
		fn(object);                           \
		errno = saved;                        \
	}

/* Declare FN(TYPE *) as the destructor of a `TYPE *` local. */
#define DEFINE_CLEANUP_PTR(type, fn)                   \
	static inline void cleanup_##fn(type **object) \
	{                                              \
		int saved = errno;                     \
		if (*object)                           \
			fn(*object);                   \
		errno = saved;                         \
	}

/* Free a malloc'ed local. */
#define autofree __attribute__((cleanup(cleanup_free)))

/* Close a descriptor held in an int local; -1 means none, also afterwards. */
#define autoclose __attribute__((cleanup(cleanup_close)))

static inline void cleanup_free(void *object)
{
	int saved = errno;

	free(*(void **)object);
	errno = saved;
}

static inline void cleanup_close(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		(void)close(*fd); /* read side, or synced before */
	*fd = -1;		  /* called by hand, too: never closed twice */
	errno = saved;
}

/* Hand a pointer over: yields its value and forgets it here. */
#define TAKE_PTR(pointer)                               \
	({                                              \
		__typeof__(pointer) taken_ = (pointer); \
		(pointer) = NULL;                       \
		taken_;                                 \
	})

/* Hand a descriptor over: yields its value and leaves -1 here. */
#define TAKE_FD(fd)                \
	({                         \
		int taken_ = (fd); \
		(fd) = -1;         \
		taken_;            \
	})

#endif

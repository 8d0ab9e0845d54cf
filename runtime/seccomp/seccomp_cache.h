/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs of filters that were built before, kept in the run folder: a start
 * then neither parses a profile nor builds its program (0.1 ms for the default
 * one, several times that for a profile of docker's size).
 *
 * A file holds what it was built from, whole: the profile's text, the host's
 * architecture and kernel, the capabilities, and which version of this code
 * built it. All of it is compared when it is read, so a file that has the
 * wanted name and other contents, is cut, or of another version is as good as
 * none. Files are named by a hash of 8 bits of the same; there are never more
 * than 256. They appear whole, by a rename, and are never waited for.
 */
#ifndef RUNTIME_SECCOMP_CACHE_H
#define RUNTIME_SECCOMP_CACHE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"
#include "runtime/seccomp/seccomp_filter.h"

/* What a program is built from. */
struct seccomp_cache_key {
	const char *text; /* of the profile; NULL: the default one */
	struct seccomp_context context;
};

/* Find KEY's program below the run folder RUN_FD; whether it is there. */
bool seccomp_cache_find(int run_fd, const struct seccomp_cache_key *key,
			struct seccomp_filter *out);

/* Keep FILTER as KEY's below RUN_FD, if that can be done. */
void seccomp_cache_keep(int run_fd, const struct seccomp_cache_key *key,
			const struct seccomp_filter *filter);

/* The contents of a file that holds FILTER as KEY's. */
void seccomp_cache_format(const struct seccomp_cache_key *key,
			  const struct seccomp_filter *filter,
			  struct strbuf *out);

/* The filter in LENGTH BYTES of a file, if it is KEY's and whole. Pure. */
bool seccomp_cache_parse(const char *bytes, size_t length,
			 const struct seccomp_cache_key *key,
			 struct seccomp_filter *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an image runs on: "os[/architecture[/variant]]", in Go's names.
 *
 * Parsing normalises spellings (x86_64, aarch64, armhf, macos). A platform
 * read from a document keeps its words; ranking normalises both sides, so
 * that arm64 and arm64/v8, or arm and arm/v7, are the same. Absent parts are
 * NULL; nothing here looks at the running system, platform_host answers for
 * the machine this program was compiled for.
 */
#ifndef REGISTRY_SPEC_PLATFORM_H
#define REGISTRY_SPEC_PLATFORM_H

#include <stdbool.h>

#include "base/error.h"

struct platform {
	char *os;
	char *architecture;
	char *variant;
	char *os_version; /* Windows only */
};

#define PLATFORM_INIT                  \
	{                              \
		NULL, NULL, NULL, NULL \
	}

/* platform_rank when the image does not run there. */
#define PLATFORM_NO_MATCH (-1)

/*
 * Parse "linux/arm64/v8", or a bare "arm64" or "linux" (the host completes
 * it); INVALID when a part is malformed or a bare word is not known.
 */
int platform_parse(const char *text, struct platform *out,
		   struct error *err) must_check;

/* The platform of this program. */
void platform_host(struct platform *out);

/* The text form; parts that are missing in the middle read "unknown". */
char *platform_format(const struct platform *platform)
	__attribute__((returns_nonnull));

/*
 * How well an image for HAVE serves WANT: 0 is exact, greater is worse (an
 * older variant of the same architecture), PLATFORM_NO_MATCH is not at all.
 */
int platform_rank(const struct platform *want, const struct platform *have);

/* Whether an image for HAVE runs where WANT is asked for. */
bool platform_is_match(const struct platform *want,
		       const struct platform *have);

/* Make TO (released first) a copy of FROM. */
void platform_copy(const struct platform *from, struct platform *to);

/* Free the strings and return to the initial state. */
void platform_release(struct platform *platform);
DEFINE_CLEANUP(struct platform, platform_release)

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ceilings of builder/: what a hostile Dockerfile, ignore file or build
 * argument may cost. Each is far above what people write; passing one is
 * TOO_LARGE and names the limit.
 */
#ifndef BUILDER_BUILDER_LIMITS_H
#define BUILDER_BUILDER_LIMITS_H

enum {
	/* Bytes of a Dockerfile, heredocs included. */
	BUILDER_MAX_DOCKERFILE = 1 << 20,

	/* Instructions of a Dockerfile, and stages among them. */
	BUILDER_MAX_INSTRUCTIONS = 10000,
	BUILDER_MAX_STAGES = 1000,

	/* Heredocs that one instruction opens. */
	BUILDER_MAX_HEREDOCS = 64,

	/* Words, pairs or flags of one instruction. */
	BUILDER_MAX_WORDS = 10000,

	/* --mount options of one RUN. */
	BUILDER_MAX_MOUNTS = 256,

	/* Bytes of one word, variables filled in. */
	BUILDER_MAX_WORD = 1 << 20,

	/* A variable in the default of a variable of ... */
	BUILDER_MAX_EXPAND_DEPTH = 16,

	/* Steps of matching one pattern against one value, by value's bytes. */
	BUILDER_MAX_PATTERN = 4096,

	/* Bytes of an ignore file, and its patterns. */
	BUILDER_MAX_IGNORE_FILE = 1 << 20,
	BUILDER_MAX_IGNORE_PATTERNS = 10000,

	/* Bytes of a database of packages in an image, and packages in it. */
	BUILDER_MAX_PACKAGE_FILE = 256 << 20,
	BUILDER_MAX_PACKAGES = 200000,
};

#endif

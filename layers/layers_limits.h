/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ceilings of layers/: what hostile archives and indexes may cost.
 *
 * Every size that comes from outside is compared with one of these before it
 * is believed. Those that a user may want to change are only defaults and
 * travel in an options structure; the others are properties of the formats and
 * of Linux. Raising a default never makes extraction less contained, only more
 * expensive to abuse.
 */
#ifndef LAYERS_LAYERS_LIMITS_H
#define LAYERS_LAYERS_LIMITS_H

/* Uncompressed bytes of one layer (default; the store sets free space). */
#define LAYERS_MAX_BYTES (UINT64_C(1) << 40)

/* Entries of one layer (default). */
#define LAYERS_MAX_ENTRIES (UINT64_C(16) << 20)

enum {
	/* A path in a layer, as the kernel bounds it (PATH_MAX with its NUL).
	 */
	LAYERS_MAX_PATH = 4095,

	/* One component of a path (NAME_MAX of every Linux file system). */
	LAYERS_MAX_NAME = 255,

	/* A zstd window is at most 1 << 27 = 128 MiB, as zstd(1) has it. */
	LAYERS_MAX_WINDOW_LOG = 27,

	/* Extended attributes of one entry; the kernel's bounds for each. */
	LAYERS_MAX_XATTRS = 128,
	LAYERS_MAX_XATTR_NAME = 255,
	LAYERS_MAX_XATTR_VALUE = 64 << 10,

	/* What may be remembered about a layer's names while it is unpacked. */
	LAYERS_MAX_BOOKKEEPING = 256 << 20,

	/* Headers of one entry: long names, pax records, sparse maps. */
	LAYERS_MAX_HEADER = 4 << 20,

	/* The chunk that moves between threads: a multiple of 512 (tar). */
	LAYERS_CHUNK = 512 << 10,

	/* Chunks between the inflating and the writing thread. */
	LAYERS_CHUNKS_AHEAD = 8,
};

#endif

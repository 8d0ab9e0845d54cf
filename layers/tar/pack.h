/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packs the tree below a directory as a tar stream.
 *
 * The same tree gives the same bytes: names are sorted by byte value, a
 * directory comes before what is in it, hard links name the first of their
 * paths, and times can be cut to whole seconds and capped. Sockets are left
 * out, other file systems mounted below are not entered, and attributes that
 * belong to this host (labels, overlay's own) stay behind. A file that shrinks
 * while it is read is filled up with zeros. The root itself has no entry.
 *
 * Nothing is followed or opened but regular files and directories, each below
 * a descriptor of its directory, so the tree may be hostile and in use.
 */
#ifndef LAYERS_TAR_PACK_H
#define LAYERS_TAR_PACK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/idshift.h"
#include "layers/tar/byte_sink.h"

struct pack_options {
	int directory;	       /* its tree; borrowed */
	const char *only;      /* one name in it, with what is below; or NULL */
	bool crosses_mounts;   /* into what is mounted below, but for the
				  kernel's own file systems */
	bool is_overlay_upper; /* overlay's markers become whiteouts */
	int lower;	       /* with that: what it lies on, or -1 */
	const struct idshift *ids; /* of owners in the tree; or NULL */
	bool has_root;		   /* an entry "." for the tree's own folder */
	bool keep_nanoseconds; /* else times are cut to seconds, as docker */
	bool has_latest;       /* times after LATEST become it */
	int64_t latest;	       /* seconds since 1970: SOURCE_DATE_EPOCH */
};

#define PACK_OPTIONS_INIT                    \
	{                                    \
		.directory = -1, .lower = -1 \
	}

/* What was packed. */
struct pack_result {
	uint64_t entries;
	uint64_t content_size; /* of all files: docker's size of a layer */
	int64_t latest; /* newest time of an entry, seconds; or INT64_MIN */
};

/* Pack as OPTIONS say into SINK, the end of the archive included. */
int pack_directory(const struct pack_options *options,
		   const struct byte_sink *sink, struct pack_result *out,
		   struct error *err) must_check;

#endif

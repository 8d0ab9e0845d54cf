/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unpacks one layer: compressed bytes in, a directory and two digests out.
 *
 * The calling thread reads the source, hashes what it reads and decompresses;
 * a second thread writes files; the tar is hashed by whichever would wait.
 * Between them are a few chunks, so memory does not depend on the layer.
 * Whichever side fails stops the other; the call returns when both have ended,
 * never before.
 *
 * A layer is normally unpacked alone, as a lower directory of an overlay
 * mount. If it then needs its parents (a hard link to a file of theirs, a path
 * behind a link of theirs), the entries concerned were left out: throw the
 * directory away and unpack once more, `merged`, onto an overlay mount of the
 * parents with an empty upper directory. Directories that the layer does not
 * describe are listed, for the caller to give them the parents' attributes.
 *
 * On an error the directory holds part of the layer and is the caller's to
 * remove. Digests of everything that was read are compared only at the end:
 * nothing in the directory may be used before 0 is returned.
 */
#ifndef LAYERS_TAR_UNPACK_H
#define LAYERS_TAR_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/strvec.h"
#include "layers/layers_limits.h"
#include "layers/tar/unpack_source.h"

/* Limits a user may change; beyond each is TOO_LARGE. */
struct unpack_limits {
	uint64_t max_bytes; /* uncompressed, and of all files */
	uint64_t max_entries;
	size_t max_path;	 /* at most LAYERS_MAX_PATH */
	unsigned max_window_log; /* zstd */
};

#define UNPACK_LIMITS_DEFAULT                                          \
	{                                                              \
		LAYERS_MAX_BYTES, LAYERS_MAX_ENTRIES, LAYERS_MAX_PATH, \
			LAYERS_MAX_WINDOW_LOG                          \
	}

struct unpack_options {
	int directory; /* empty, or with `merged` a mount of the parents */
	bool merged;
	bool is_plain;	    /* any archive, no layer: see extract_options.h */
	bool rootless;	    /* user.overlay.* marks, no devices */
	bool ignore_owners; /* everything becomes the caller's */
	const struct idshift *ids; /* of owners in the tree; or NULL */
	bool has_owner;		   /* everything becomes UID:GID's */
	uid_t uid;
	gid_t gid;
	struct unpack_limits limits;
	const struct digest *expect_digest;  /* of the source, or NULL */
	const struct digest *expect_diff_id; /* uncompressed, or NULL */
	void (*progress)(void *context, uint64_t compressed_bytes);
	void *progress_context;
};

#define UNPACK_OPTIONS_INIT                                      \
	{                                                        \
		.directory = -1, .limits = UNPACK_LIMITS_DEFAULT \
	}

enum unpack_need {
	UNPACK_NONE = 0,
	UNPACK_ALONE,	      /* complete as it is */
	UNPACK_NEEDS_PARENTS, /* unpack it again, merged */
};

struct unpack_result {
	struct digest digest; /* of the source's bytes */
	uint64_t size;	      /* of them */
	struct digest diff_id;
	uint64_t tar_size;
	uint64_t content_size; /* of all files: docker's size of a layer */
	uint64_t entries;
	uint64_t skipped_devices; /* that this user may not make */
	enum unpack_need need;
	bool has_root;	  /* the root directory has an entry */
	bool opaque_root; /* the layers below are hidden: leave them out */
	struct strvec implicit; /* directories made without an entry */
};

#define UNPACK_RESULT_INIT          \
	{                           \
		.need = UNPACK_NONE \
	}

/*
 * Unpack SOURCE as OPTIONS say. CORRUPT for damaged or wrong bytes, INVALID
 * for an entry that is refused, TOO_LARGE over a limit; else the source's own
 * error or the file system's.
 */
int unpack_layer(const struct unpack_source *source,
		 const struct unpack_options *options,
		 struct unpack_result *out, struct error *err) must_check;

/* Free what unpack_layer stored. */
void unpack_result_release(struct unpack_result *result);
DEFINE_CLEANUP(struct unpack_result, unpack_result_release)

#endif

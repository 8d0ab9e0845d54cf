/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What extraction is told and what it tells: shared by its face (extract.h)
 * and its inside (extract_internal.h). The options borrow the directory; the
 * result owns its list.
 */
#ifndef LAYERS_TAR_EXTRACT_OPTIONS_H
#define LAYERS_TAR_EXTRACT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/idshift.h"
#include "base/strvec.h"

struct extract_options {
	int directory; /* to fill; borrowed */
	bool merged;   /* it shows the layers below */
	bool is_plain; /* no layer: whiteouts are names like any other */
	bool rootless; /* no devices, no trusted.* attributes */
	bool ignore_owners;
	const struct idshift *ids; /* of owners in the tree; or NULL */
	mode_t umask; /* in force; bits in it cost a chmod per file */
	uint64_t max_bytes;
	uint64_t max_entries;
	size_t max_path;
};

struct extract_result {
	uint64_t entries;
	uint64_t content_size;	  /* of all files, holes included */
	uint64_t skipped_devices; /* that this user may not make */
	bool needs_parents;	  /* entries were left out: extract it merged */
	bool has_root;		  /* the layer has an entry for its root */
	bool opaque_root;	  /* it hides all of the layers below it */
	struct strvec implicit;	  /* directories without an entry, sorted */
};

#endif

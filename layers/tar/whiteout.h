/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names by which a layer takes away what the layers below it have (OCI
 * image-spec, layer.md, "Whiteouts"), and back:
 *
 *   .wh.NAME        NAME is gone
 *   .wh..wh..opq    everything in this directory is gone
 *   .wh..wh.OTHER   bookkeeping of AUFS, without meaning; skipped
 *
 * Pure. A name that would take away ".", ".." or nothing is an attack or an
 * accident and is refused.
 */
#ifndef LAYERS_TAR_WHITEOUT_H
#define LAYERS_TAR_WHITEOUT_H

#include "base/error.h"

#define WHITEOUT_PREFIX ".wh."
#define WHITEOUT_OPAQUE ".wh..wh..opq"

enum whiteout_kind {
	WHITEOUT_NONE = 0, /* an ordinary entry */
	WHITEOUT_NAME,	   /* one name is gone */
	WHITEOUT_ALL,	   /* the directory is opaque */
	WHITEOUT_METADATA, /* to be skipped */
};

/*
 * Tell what an entry called LEAF in directory PARENT ("a/b", "" for the root)
 * means. For WHITEOUT_NAME, NAME_OUT is set to the hidden name within LEAF.
 * INVALID for names that hide nothing sensible, and for paths that go through
 * a component named as a whiteout.
 */
int whiteout_parse(const char *parent, const char *leaf,
		   enum whiteout_kind *kind_out, const char **name_out,
		   struct error *err) must_check;

/* The entry name that hides NAME; the caller frees it. */
char *whiteout_format(const char *name);

#endif

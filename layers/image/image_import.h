/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An image of one layer, made of a tarball, as `import` makes it: plain,
 * gzip, zstd, xz or bzip2, from a file or a pipe. The layer stays as it came
 * where a layer may be so; xz and bzip2 are taken away.
 */
#ifndef LAYERS_IMAGE_IMPORT_H
#define LAYERS_IMAGE_IMPORT_H

#include "base/strvec.h"
#include "layers/store/store.h"
#include "layers/tar/unpack.h"
#include "registry/spec/platform.h"
#include "registry/spec/reference.h"

struct image_import {
	struct store *store;
	const struct unpack_source *source;
	const struct strvec *changes;	 /* instructions, see config_change.h */
	const char *message;		 /* of the history; NULL: docker's */
	const struct platform *platform; /* NULL: this machine's */
	const struct reference *name;	 /* with a tag; NULL: none */
	int64_t created;		 /* nanoseconds since 1970 */
	struct unpack_limits limits;
	bool wait_for_disk; /* return only when all is flushed */
};

/*
 * Make the image and store its id. INVALID for a change that is none, CORRUPT
 * when the tarball is damaged; nothing is left of it then.
 */
int image_import(const struct image_import *request, struct digest *id_out,
		 struct error *err) must_check;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pulling an image as a whole: a HEAD tells whether anything changed; the
 * documents are gathered; layers that are missing come in several at a time,
 * largest first, each downloading and extracting at once; then the layers are
 * put in order upon their parents, the image's record is written and the name
 * is made to mean it, last. Until then nothing of it is visible; what is
 * complete when it fails stays for the next pull.
 */
#ifndef LAYERS_IMAGE_PULL_H
#define LAYERS_IMAGE_PULL_H

#include "layers/image/image_events.h"
#include "layers/store/store.h"
#include "layers/tar/unpack.h"
#include "registry/client.h"
#include "registry/spec/platform.h"
#include "registry/spec/reference.h"

struct image_pull {
	struct store *store;
	const struct client_options *client_options;
	const struct reference *reference; /* with a tag or a digest */
	const struct platform *platform;   /* NULL: this machine's */
	struct image_events events;
	struct unpack_limits limits;
	unsigned workers;   /* layers at once; 0: by the machine's cores */
	unsigned streams;   /* ranges at once for a very large blob; 0: 4 */
	bool wait_for_disk; /* return only when all is flushed */
};

struct image_pulled {
	struct digest target; /* what the name means now */
	struct digest image;  /* the image's id */
	bool is_new;	      /* the name means something else than before */
};

/* Pull the image. Errors name the reference, and the layer where one failed. */
int image_pull(const struct image_pull *request, struct image_pulled *out,
	       struct error *err) must_check;

#endif

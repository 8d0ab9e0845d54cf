/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a build leaves to its caller: whatever needs the network or an
 * archive's reader, which this program does not have within itself. A const
 * table of functions; they may be called from several threads.
 */
#ifndef BUILDER_BUILD_HOST_H
#define BUILDER_BUILD_HOST_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "layers/store/image_record.h"

struct build_image_wish {
	const char *name;
	const char *pull;     /* "missing", "always", "never" */
	const char *platform; /* NULL: this machine's */
};

/* A file from the network, or a git tree. */
struct build_fetch {
	const char *url;
	int folder;	      /* where to put it */
	const char *name;     /* what to call it there */
	const char *known;    /* what its etag was, or NULL */
	bool keeps_git_dir;   /* of a git tree */
	const char *checksum; /* "sha256:…" that it must have, or NULL */
};

struct build_fetched {
	bool is_unchanged; /* it still has the etag; nothing was written */
	char *etag;	   /* owned, or NULL; a git tree's commit */
	int64_t modified;  /* seconds since 1970; 0 when unknown */
};

/* An archive to be unpacked, compressed or not. */
struct build_unpack {
	int archive; /* its bytes */
	int folder;  /* where to; borrowed */
	bool keeps_owners;
	uid_t uid;
	gid_t gid;
};

struct build_host {
	/* Have the image and load its record. */
	int (*find_image)(void *context, const struct build_image_wish *wish,
			  struct image_record *out, struct error *err);
	int (*fetch)(void *context, const struct build_fetch *fetch,
		     struct build_fetched *out, struct error *err);
	/* Whether there is a tar in ARCHIVE, once it is decompressed. */
	int (*look)(void *context, int archive, bool *is_archive_out,
		    struct error *err);
	int (*unpack)(void *context, const struct build_unpack *unpack,
		      struct error *err);
	/* --shell: carry the terminal's streams until the container ends. */
	int (*attend)(void *context, int client_fd, struct error *err);
	void *context;
};

#endif

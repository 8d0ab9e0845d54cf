/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sources of ADD that come from the network: files by http(s), trees by git.
 * A file is kept and asked for again only if it has changed:
 *
 *   cache/fetched/<digest of the address>/data, meta.json
 */
#ifndef BUILDER_ADD_FETCH_H
#define BUILDER_ADD_FETCH_H

#include "builder/build_place.h"
#include "builder/build_request.h"

struct add_fetched {
	int folder;	/* where it lies */
	char *path;	/* the file in there */
	char *name;	/* what it is called at the destination */
	bool is_folder; /* all of FOLDER is meant */
};

#define ADD_FETCHED_INIT              \
	{                             \
		-1, NULL, NULL, false \
	}

/* Whether TEXT is an address and no path. */
bool add_fetch_is_url(const char *text);

/* Whether the address TEXT is a git tree's. */
bool add_fetch_is_git(const char *text);

/*
 * Have what URL names, as COPY's options say. CORRUPT when it has another
 * checksum than it must have.
 */
int add_fetch(const struct build_request *build,
	      const struct build_place *place,
	      const struct copy_instruction *copy, const char *url,
	      struct add_fetched *out, struct error *err) must_check;

/* Close and free. */
void add_fetched_release(struct add_fetched *fetched);
DEFINE_CLEANUP(struct add_fetched, add_fetched_release)

#endif

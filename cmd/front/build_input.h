/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a build reads: its context and its Dockerfile, from a folder, standard
 * input, a git address or an address of an archive or a Dockerfile.
 */
#ifndef CMD_BUILD_INPUT_H
#define CMD_BUILD_INPUT_H

#include "base/strbuf.h"
#include "builder/build_host.h"
#include "builder/build_place.h"
#include "builder/builder_limits.h"
#include "builder/language/dockerfile.h"
#include "builder/language/ignore.h"

struct build_input_request {
	const char *path; /* PATH, URL or "-" */
	const char *file; /* -f, or NULL */
	const struct build_host *host;
	struct store *store;
};

struct build_input {
	int folder;	    /* the context; -1: none */
	char *path;	    /* of it, without links */
	char *name;	    /* of the Dockerfile, as errors show it */
	char *site;	    /* tells this build from others */
	char *commit;	    /* of a context by git, or NULL */
	struct strbuf text; /* of the Dockerfile */
	struct ignore ignore;
	struct build_place place; /* for a context that was brought here */
};

#define BUILD_INPUT_INIT                                                    \
	{                                                                   \
		.folder = -1, .text = STRBUF_LIMIT(BUILDER_MAX_DOCKERFILE), \
		.place = BUILD_PLACE_INIT                                   \
	}

/* Open all of it. NOT_FOUND when there is no Dockerfile or no such context. */
int build_input_open(const struct build_input_request *request,
		     struct build_input *out, struct error *err) must_check;

/*
 * Open a folder, or bring a git tree or an archive by http(s), for
 * --build-context. PLACE is opened if need be.
 */
int build_input_bring(const struct build_input_request *request,
		      struct build_place *place, int *folder_out,
		      char **path_out, struct error *err) must_check;

/* Read the ignore file of the folder. */
int build_input_ignore(int folder, const char *dockerfile, struct ignore *out,
		       struct error *err) must_check;

/* Close and free everything; what was brought here goes. */
void build_input_release(struct build_input *input);
DEFINE_CLEANUP(struct build_input, build_input_release)

#endif

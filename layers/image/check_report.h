/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a check finds, on its way to whoever asked. A problem is something
 * that was good and is not any more; a leftover is what a crash or a kill may
 * leave, which is in nobody's way. Only problems make a store unclean.
 */
#ifndef LAYERS_CHECK_REPORT_H
#define LAYERS_CHECK_REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "layers/store/store.h"
#include "registry/client.h"

enum check_kind {
	CHECK_NONE = 0,
	CHECK_PROBLEM,
	CHECK_LEFTOVER,
};

struct check_finding {
	enum check_kind kind;
	const char *subject; /* "blob sha256:…", "name debian:12" */
	const char *text;    /* what is wrong with it */
	bool is_repaired;
};

struct check_request {
	struct store *store;
	int64_t now; /* wall time; what is younger than an hour may be in use */
	bool repair; /* remove what is left over, mend what is damaged */
	bool is_deep; /* inflate every layer and compare diffIDs */
	void (*found)(void *context, const struct check_finding *finding);
	/*
	 * Open a session to fetch what is damaged of REFERENCE's image. NULL,
	 * or a failure: only what is here can mend it.
	 */
	int (*connect)(void *context, const struct reference *reference,
		       struct client **out, struct error *err);
	void *context; /* of both */
};

struct check_totals {
	size_t blobs, layers, images, names; /* looked at */
	size_t problems;		     /* not repaired */
	size_t repaired;
	size_t leftovers; /* not removed */
};

/* The state of one check. */
struct check {
	const struct check_request *request;
	struct check_totals totals;
	json_t *firm;	 /* blobs of images known to be on disk: a set */
	json_t *damaged; /* blobs whose bytes are wrong: a set */
};

/* Tell of something that is wrong with WHAT NAME. */
void check_report(struct check *check, enum check_kind kind, bool is_repaired,
		  const char *subject, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* Whether TIME, seconds since 1970, is so long ago that nobody works there. */
bool check_is_old(const struct check *check, int64_t time, int64_t least);

#endif

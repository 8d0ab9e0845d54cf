/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How an image was built: SLSA provenance v0.2 or v1, as BuildKit writes it.
 * There is no time and no id of the build in it, so that the same build gives
 * the same document; SOURCE_DATE_EPOCH is both times when it is given. Secrets,
 * agents and what they are called are never in it. Pure.
 */
#ifndef BUILDER_PROVENANCE_H
#define BUILDER_PROVENANCE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strbuf.h"
#include "builder/language/pairs.h"

#define PROVENANCE_V02 "https://slsa.dev/provenance/v0.2"
#define PROVENANCE_V1 "https://slsa.dev/provenance/v1"

enum provenance_mode {
	PROVENANCE_NONE = 0,
	PROVENANCE_MIN, /* no arguments, labels or sources */
	PROVENANCE_MAX,
};

/* --provenance, --attest type=provenance */
struct provenance_options {
	enum provenance_mode mode;
	bool is_v1;
	bool is_reproducible; /* the user says so */
	char *builder;	      /* its address; NULL: ours */
};

struct provenance_request {
	const struct provenance_options *options;
	const char *platform, *host_platform;
	const char *file;    /* name of the Dockerfile */
	const char *context; /* its address, without a user; NULL: local */
	const char *commit;  /* of a context by git; or NULL */
	const char *target;  /* or NULL */
	const struct pairs *args, *labels;
	const struct strbuf *source; /* the Dockerfile */
	const json_t *materials;     /* build_materials_list */
	bool has_latest;
	int64_t latest; /* seconds since 1970 */
};

/*
 * Parse the value of --provenance: a boolean, or fields "mode=min|max",
 * "version=v0.2|v1", "builder-id=…", "reproducible=bool", "disabled=bool".
 * INVALID names what is wrong.
 */
int provenance_options_parse(const char *text, struct provenance_options *out,
			     struct error *err) must_check;

/* The type of its predicate. */
const char *provenance_type(const struct provenance_options *options)
	__attribute__((returns_nonnull));

/* A new predicate. */
json_t *provenance_make(const struct provenance_request *request);

/* Free it. */
void provenance_options_release(struct provenance_options *options);
DEFINE_CLEANUP(struct provenance_options, provenance_options_release)

#endif

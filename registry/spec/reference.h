/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Image names as docker reads them: [registry/]repository[:tag][@digest].
 *
 * A parsed reference is normalised: the registry is never empty ("docker.io"
 * when none is given, also for index.docker.io), and an official name of
 * docker.io carries its "library/" prefix. The tag is not defaulted by
 * parsing; callers that need one call reference_default_tag. Every string of
 * a parsed reference matches the grammar of the distribution project, so it
 * is safe in a path and in a URL.
 *
 *   autoclean(reference_release) struct reference ref = REFERENCE_INIT;
 *   if (reference_parse(text, &ref, err) < 0)
 *           return -1;
 */
#ifndef REGISTRY_SPEC_REFERENCE_H
#define REGISTRY_SPEC_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum {
	REFERENCE_NAME_MAX = 255, /* registry, slash and repository */
	REFERENCE_TAG_MAX = 128,
};

struct reference {
	char *domain; /* "docker.io", "127.0.0.1:5000" */
	char *path;   /* "library/debian" */
	char *tag;    /* NULL when none was given */
	char *digest; /* "sha256:…", NULL when none was given */
};

#define REFERENCE_INIT                 \
	{                              \
		NULL, NULL, NULL, NULL \
	}

/* Parse and normalise TEXT; INVALID with docker's words when it is no name. */
int reference_parse(const char *text, struct reference *out,
		    struct error *err) must_check;

/* Whether LENGTH bytes of TEXT are a tag. */
bool reference_is_tag(const char *text, size_t length);

/* Set the tag "latest" when there is neither a tag nor a digest. */
void reference_default_tag(struct reference *reference);

/* The whole name, as "docker.io/library/debian:latest@sha256:…". */
char *reference_format(const struct reference *reference)
	__attribute__((returns_nonnull));

/* The shortest form that parses to the same reference, as "debian:12". */
char *reference_familiar(const struct reference *reference)
	__attribute__((returns_nonnull));

/* The shortest form without tag and digest, as "debian". */
char *reference_familiar_name(const struct reference *reference)
	__attribute__((returns_nonnull));

/* Make TO (released first) a copy of FROM. */
void reference_copy(const struct reference *from, struct reference *to);

/* Free the strings and return to the initial state. */
void reference_release(struct reference *reference);
DEFINE_CLEANUP(struct reference, reference_release)

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which kind of document a registry's bytes are: manifest or index.
 *
 * The answer is found from three witnesses that must agree as far as they
 * speak: the Content-Type (one that says nothing, as text/plain or
 * application/octet-stream, is no witness), the member mediaType, and the
 * structure. A document that could be read both ways is refused, whatever
 * the types say (CVE-2021-41190), and docker's schema 1 is UNSUPPORTED.
 */
#ifndef REGISTRY_SPEC_DOCUMENT_H
#define REGISTRY_SPEC_DOCUMENT_H

#include <jansson.h>
#include <stddef.h>

#include "base/error.h"
#include "registry/spec/mediatype.h"

/*
 * Tell the kind of LENGTH bytes served as CONTENT_TYPE (NULL: unknown); the
 * result is an index or a manifest type. INVALID when malformed or ambiguous,
 * UNSUPPORTED for other documents, TOO_LARGE beyond REGISTRY_DOCUMENT_MAX.
 */
int document_kind(const char *bytes, size_t length, const char *content_type,
		  enum mediatype *out, struct error *err) must_check;

/* Like document_kind, and hand over the parsed document (an object). */
int document_parse(const char *bytes, size_t length, const char *content_type,
		   json_t **out, enum mediatype *type_out,
		   struct error *err) must_check;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A specification of the Container Device Interface (versions 0.3 to 1.1): the
 * devices of one kind, and what each of them, and all of them together, change
 * in a container. Reading is pure and strict: a member that is not known, not
 * of its version or not of its type is INVALID and named by its path.
 *
 * What was read is kept as JSON, since it goes into an OCI configuration, which
 * is JSON (cdi_edits.h); of its form nothing needs to be checked again.
 */
#ifndef RUNTIME_CDI_SPEC_H
#define RUNTIME_CDI_SPEC_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct cdi_device {
	const char *name;    /* borrowed from the document */
	const json_t *edits; /* likewise; never empty */
};

struct cdi_spec {
	json_t *document;
	const char *kind;    /* "VENDOR/CLASS"; borrowed */
	const json_t *edits; /* of whoever gets any device; NULL: none */
	struct cdi_device *devices;
	size_t device_count;
};

#define CDI_SPEC_INIT                     \
	{                                 \
		NULL, NULL, NULL, NULL, 0 \
	}

/*
 * Read LENGTH bytes of TEXT, JSON or with IS_YAML that, into OUT, which the
 * caller releases.
 */
int cdi_spec_parse(const char *text, size_t length, bool is_yaml,
		   struct cdi_spec *out, struct error *err) must_check;

/* The device NAME of SPEC, or NULL. */
const struct cdi_device *cdi_spec_find(const struct cdi_spec *spec,
				       const char *name);

/* Free what SPEC owns. */
void cdi_spec_release(struct cdi_spec *spec);
DEFINE_CLEANUP(struct cdi_spec, cdi_spec_release)

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CDI specifications of this machine: the files *.json and *.yaml of some
 * folders, of which a later one goes before an earlier one. Files that cannot
 * be read or mean nothing are left out, and are told of only when a device is
 * not found: vendors' tools write new ones while containers start.
 *
 * cdi_registry_read, then any number of cdi_registry_find, whose results live
 * as long as the registry.
 */
#ifndef RUNTIME_CDI_REGISTRY_H
#define RUNTIME_CDI_REGISTRY_H

#include "base/strvec.h"
#include "runtime/cdi/cdi_spec.h"

struct cdi_file {
	struct cdi_spec spec;
	size_t rank; /* which folder's */
};

struct cdi_registry {
	struct cdi_file *files;
	size_t count;
	struct strvec failures; /* a line for each file that was left out */
};

#define CDI_REGISTRY_INIT            \
	{                            \
		NULL, 0, STRVEC_INIT \
	}

/* Where specifications are, as the CDI's own text has it; NULL-terminated. */
extern const char *const cdi_folders[];

/* Read what is in FOLDERS (NULL-terminated). OUT is released by the caller. */
int cdi_registry_read(const char *const *folders, struct cdi_registry *out,
		      struct error *err) must_check;

/*
 * The device of the qualified NAME and the specification it is in; false when
 * there is none, or two of the same rank.
 */
bool cdi_registry_find(const struct cdi_registry *registry, const char *name,
		       const struct cdi_spec **spec_out,
		       const struct cdi_device **device_out);

/* Whether any specification is of KIND. */
bool cdi_registry_has_kind(const struct cdi_registry *registry,
			   const char *kind);

/* Free the specifications. */
void cdi_registry_release(struct cdi_registry *registry);
DEFINE_CLEANUP(struct cdi_registry, cdi_registry_release)

#endif

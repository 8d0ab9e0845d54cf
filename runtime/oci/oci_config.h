/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container's configuration as the OCI command line reads it: config.json of
 * a bundle, or the copy that was kept of it, with all that is derived from it
 * before there is a process: the seccomp program and who listens to it.
 *
 * Release it whatever the result. The spec refers to the document, which stays
 * as it was read.
 */
#ifndef RUNTIME_OCI_CONFIG_H
#define RUNTIME_OCI_CONFIG_H

#include <jansson.h>

#include "base/error.h"
#include "base/strvec.h"
#include "runtime/seccomp/seccomp_filter.h"
#include "runtime/spec/runtime_spec.h"

enum { OCI_CONFIG_MAX = 16 << 20 };

struct oci_config {
	json_t *document;
	struct runtime_spec spec;
	struct seccomp_filter filter;
	bool has_filter;
	char *listener_path;	 /* NULL: nobody listens */
	char *listener_metadata; /* or NULL */
};

#define OCI_CONFIG_INIT          \
	{                        \
		.document = NULL \
	}

/* Read the file NAME in the folder DIRFD. */
int oci_config_read(int dirfd, const char *name, struct oci_config *out,
		    struct error *err) must_check;

/*
 * Build the seccomp program for a process with the BOUNDING capabilities out of
 * the configuration's profile, if it has one. INVALID when the profile asks
 * somebody about the very call that hands the listener over.
 */
int oci_config_filter(struct oci_config *config, uint64_t bounding,
		      struct error *err) must_check;

/*
 * What of the process PROCESS cannot be had by this one and is left as it is:
 * limits that cannot be raised, capabilities it lacks. One sentence each.
 */
void oci_config_shortfalls(const struct runtime_process *process,
			   struct strvec *out);

/*
 * Add the rules that no container is without to RESOURCES: everything is
 * refused that is not named, making nodes is allowed, and so are the devices
 * that every container has (config-linux.md, "Default Devices").
 */
void oci_config_complete(struct runtime_resources *resources);

/* Free everything. */
void oci_config_release(struct oci_config *config);
DEFINE_CLEANUP(struct oci_config, oci_config_release)

#endif

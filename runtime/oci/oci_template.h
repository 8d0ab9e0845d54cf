/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents that the OCI command line writes by itself: a configuration to
 * start from (`spec`), and what this runtime knows (`features`, runtime-spec
 * 1.3 "Features"). The caller releases them.
 */
#ifndef RUNTIME_OCI_TEMPLATE_H
#define RUNTIME_OCI_TEMPLATE_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

/* A configuration that runs "sh" in "rootfs". */
json_t *oci_template_spec(void);

/* Change CONFIG into one that the user UID:GID can run without being root. */
void oci_template_rootless(json_t *config, uid_t uid, gid_t gid);

/* What of the specification is known, on whatever host. */
json_t *oci_template_features(void);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one --mount says, key by key: docker's keys, and those of podman's that
 * mean something here. Whether they fit together is run_mount_csv.c's business.
 */
#ifndef CMD_RUN_MOUNT_FIELDS_H
#define CMD_RUN_MOUNT_FIELDS_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"

struct mount_fields {
	char *type, *source, *destination, *propagation, *recursion;
	char *size, *mode, *driver, *subpath, *image_subpath, *relabel;
	json_t *labels, *options; /* volume-label, volume-opt; or NULL */
	bool is_readonly, is_nocopy, is_shallow, is_given, makes_source;
	bool is_mapped;
	bool is_writable; /* it was said so */
	/* which types' options were given */
	bool has_bind, has_volume, has_tmpfs, has_image;
};

/* Read TEXT, KEY=VALUE,KEY,... with RFC 4180's quotes. INVALID names the key.
 */
int mount_fields_parse(const char *text, struct mount_fields *out,
		       struct error *err) must_check;

/* Free what FIELDS own. */
void mount_fields_release(struct mount_fields *fields);
DEFINE_CLEANUP(struct mount_fields, mount_fields_release)

#endif

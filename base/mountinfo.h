/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads /proc/<pid>/mountinfo (proc_pid_mountinfo(5)). A pure line parser
 * and a loop over a text; octal escapes are undone. Unknown optional fields
 * are skipped, as the manual asks.
 */
#ifndef BASE_MOUNTINFO_H
#define BASE_MOUNTINFO_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct mountinfo_entry {
	int64_t id;
	int64_t parent;
	uint32_t major, minor;
	char *root;	     /* the part of the file system that is mounted */
	char *target;	     /* mount point as the reader of the file sees it */
	char *options;	     /* per mount, "rw,nosuid" */
	char *optional;	     /* "shared:1 master:2", "" when none */
	char *type;	     /* file system, "ext4" */
	char *source;	     /* device or whatever was given, may be "" */
	char *super_options; /* per file system */
};

struct mountinfo {
	struct mountinfo_entry *entries;
	size_t count;
};

#define MOUNTINFO_INIT  \
	{               \
		NULL, 0 \
	}

/* Parse TEXT of LENGTH bytes; INVALID names the line. OUT is released then. */
int mountinfo_parse(const char *text, size_t length, struct mountinfo *out,
		    struct error *err) must_check;

/* Read this process's own mounts. */
int mountinfo_read(struct mountinfo *out, struct error *err) must_check;

/* The entry last mounted at TARGET (an absolute, clean path), or NULL. */
const struct mountinfo_entry *mountinfo_find(const struct mountinfo *info,
					     const char *target);

/* Free everything. */
void mountinfo_release(struct mountinfo *info);
DEFINE_CLEANUP(struct mountinfo, mountinfo_release)

#endif

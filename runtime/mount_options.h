/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The option strings of one mount (mount(8), runtime-spec 1.2 "Linux mount
 * options") sorted by what they act on: the file system's flags and data, this
 * mount's attributes, those of all mounts below it ("rro"), its propagation,
 * and what the runtime itself does ("tmpcopyup"). Unknown options are the file
 * system's. Pure; the struct owns `data` only.
 *
 * On a bind mount "rw", "suid", "dev" and "exec" leave the source's own
 * restrictions as they are: docker writes "rw" on every volume, and that must
 * not make a mount writable which the host holds read-only. The recursive
 * forms ("rrw", …) do what they say.
 */
#ifndef RUNTIME_MOUNT_OPTIONS_H
#define RUNTIME_MOUNT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strvec.h"

/* Mount attributes (MOUNT_ATTR_…) to set and to clear. */
struct mount_attributes {
	uint64_t set;
	uint64_t clear;
};

struct mount_options {
	unsigned long flags; /* MS_… of a new file system */
	struct mount_attributes own;
	struct mount_attributes recursive;
	unsigned long propagation; /* MS_PRIVATE and its like; 0: as it is */
	bool is_propagation_recursive;
	bool is_bind;
	bool is_recursive_bind;
	bool copy_up; /* fill a tmpfs with what it hides */
	bool idmap;   /* "idmap" or "ridmap" */
	bool is_idmap_recursive;
	char *data; /* the rest, joined by commas; "" when none */
};

/*
 * Sort OPTIONS into OUT, which the caller releases whatever the result.
 * INVALID for an option that makes no sense in a container ("remount").
 */
int mount_options_parse(const struct strvec *options, struct mount_options *out,
			struct error *err) must_check;

/* The name of the option at INDEX of the table; NULL beyond the last. */
const char *mount_options_name(size_t index);

/* Free the data. */
void mount_options_release(struct mount_options *options);
DEFINE_CLEANUP(struct mount_options, mount_options_release)

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What -v and --mount have in common: entries of docker's Mounts list, the
 * words of a -v mode, paths made clean. Used by the
 * files about mounts only.
 */
#ifndef CMD_RUN_MOUNT_ENTRY_H
#define CMD_RUN_MOUNT_ENTRY_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"

/* Words of one kind exclude each other. */
enum run_mode_kind {
	RUN_MODE_NONE = 0,
	RUN_MODE_ACCESS,
	RUN_MODE_LABEL,
	RUN_MODE_COPY,
	RUN_MODE_PROPAGATION,
	RUN_MODE_CONSISTENCY,
	RUN_MODE_DEPTH,
	RUN_MODE_EXEC,
	RUN_MODE_SUID,
	RUN_MODE_DEV,
	RUN_MODE_OWNER,
	RUN_MODE_IDS,
};

/* MODE's ("ro,z") word of KIND, or NULL. */
const char *run_mode_word(const char *mode, enum run_mode_kind kind);

/* Refuse a MODE with unknown words, or several of one kind. */
int run_mode_check(const char *mode, struct error *err) must_check;

/* A new Mounts entry; SOURCE is a path or a volume's name by TYPE. */
json_t *run_mount_entry(const char *type, const char *source,
			const char *destination, const char *mode);

/*
 * docker's HostConfig.Mounts member for an entry that --mount asks for, before
 * its source is found or made; the caller's.
 */
json_t *run_mount_shown(const json_t *entry);

/* Refuse a DESTINATION that is no absolute path, or "/". */
int run_mount_check_target(const char *destination,
			   struct error *err) must_check;

/* Whether TEXT is "." or begins with "./", as a path of this folder. */
bool run_mount_is_relative(const char *text);

/* SOURCE as an absolute path, which the caller frees. */
int run_mount_absolute(const char *source, char **out,
		       struct error *err) must_check;

/* Refuse, with advice, what is no name of a volume. */
int run_mount_check_name(const char *name, struct error *err) must_check;

#endif

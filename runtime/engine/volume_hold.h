/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Volumes with options of the local driver (type, device, o), which are mounted
 * where their data is while containers use them: by the first one's monitor,
 * and taken down by the last one's.
 *
 *   <run>/volumes/<name>   who uses it: each monitor keeps a shared lock on it
 *                          and notes its process id there
 *   volumes/<name>/        locked while somebody mounts or unmounts
 *
 * The kernel frees a killed monitor's lock, so volume_hold_sweep finds what
 * it left mounted. An ordinary user's commands have mount namespaces of their
 * own: there, each monitor mounts for itself, and a file system that lives in
 * memory only is fetched from another monitor that has it.
 */
#ifndef RUNTIME_VOLUME_HOLD_H
#define RUNTIME_VOLUME_HOLD_H

#include "runtime/engine/container.h"

struct volume_hold {
	const struct store *store; /* borrowed */
	struct strvec names;
	int *fds; /* the locks, as many as names */
};

#define VOLUME_HOLD_INIT                \
	{                               \
		NULL, STRVEC_INIT, NULL \
	}

/*
 * Mount those volumes among MOUNTS, a container's, that have options and are
 * not mounted yet, and hold them. What was taken before an error is held.
 */
int volume_hold_take(const struct store *store, const json_t *mounts,
		     struct volume_hold *out, struct error *err) must_check;

/*
 * Mount volume NAME, which has options, in this process's mount namespace
 * unless it is mounted there; nobody unmounts it.
 */
int volume_hold_mount(const struct store *store, const char *name,
		      struct error *err) must_check;

/* Let go of all; what nobody else uses is unmounted. */
void volume_hold_release(struct volume_hold *hold);
DEFINE_CLEANUP(struct volume_hold, volume_hold_release)

/* Unmount what killed monitors left mounted. */
void volume_hold_sweep(const struct store *store);

#endif

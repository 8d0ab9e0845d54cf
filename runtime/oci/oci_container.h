/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container of the OCI command line on disk: the folder <root>/<id>, of mode
 * 0700, which holds
 *
 *   state.json    who it is (oci_state.h)
 *   config.json   its configuration as it was when it was made, or updated
 *   start.sock    the process that waits for its start listens here
 *   lock          held while the container is made or changed
 *
 * Calling sequence: oci_container_make or _open, then whatever is wanted of it,
 * then release. Whoever only looks takes no lock: state.json appears and
 * changes by renames.
 */
#ifndef RUNTIME_OCI_CONTAINER_H
#define RUNTIME_OCI_CONTAINER_H

#include "base/error.h"
#include "base/lockfile.h"
#include "base/strvec.h"
#include "runtime/cgroup/cgroup.h"
#include "runtime/oci/oci_state.h"

#define OCI_CONFIG_FILE "config.json"
#define OCI_START_SOCKET "start.sock"

struct oci_container {
	int root_fd;   /* the folder of all containers */
	int folder_fd; /* <root>/<id> */
	struct lockfile lock;
	struct oci_state state;
};

#define OCI_CONTAINER_INIT                                             \
	{                                                              \
		.root_fd = -1, .folder_fd = -1, .lock = LOCKFILE_INIT, \
		.state = OCI_STATE_INIT                                \
	}

/*
 * Make the folder of a new container ID below ROOT, an absolute path, and lock
 * it. EXISTS when there is one of that name.
 */
int oci_container_make(const char *root, const char *id,
		       struct oci_container *out, struct error *err) must_check;

/*
 * Open the container ID below ROOT, locked when IS_LOCKED. NOT_FOUND when
 * there is none.
 */
int oci_container_open(const char *root, const char *id, bool is_locked,
		       struct oci_container *out, struct error *err) must_check;

/* Write the state. */
int oci_container_save(const struct oci_container *container,
		       struct error *err) must_check;

/* Find out what CONTAINER is doing. */
int oci_container_status(const struct oci_container *container,
			 enum oci_status *out, struct error *err) must_check;

/*
 * Open the first process; BUSY, in the words that engines look for, when it has
 * ended or is not there yet.
 */
int oci_container_process(const struct oci_container *container, int *pidfd_out,
			  struct error *err) must_check;

/* Open the group; NOT_FOUND when it is gone. */
int oci_container_group(const struct oci_container *container,
			struct cgroup **out, struct error *err) must_check;

/* Remove the folder with all in it: nobody finds the container any more. */
int oci_container_forget(struct oci_container *container,
			 struct error *err) must_check;

/* The ids of the containers below ROOT, sorted; none without a ROOT. */
int oci_container_list(const char *root, struct strvec *out,
		       struct error *err) must_check;

/* Close and free; the lock is given back. */
void oci_container_release(struct oci_container *container);
DEFINE_CLEANUP(struct oci_container, oci_container_release)

#endif

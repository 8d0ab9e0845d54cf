/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store: everything imgctl keeps, below two folders. `root` outlives a
 * reboot (blobs, refs, images, layers, containers); `run` does not (locks,
 * state of what runs). Several stores may be used side by side, and several
 * processes may use one.
 *
 *   oci-layout index.json blobs/<alg>/<hex>   an OCI image layout
 *   refs/<domain>/<repository>/:<tag>         names (store/names.h)
 *   images/<hh>/<hex>/                        images (store/image_record.h)
 *   layers/<name>/                            extracted trees (store/layer.h)
 *   partial/<alg>-<hex>                       downloads under way
 *   leases/                                   what a process is still using
 *   stubs/                                    under every container
 * (store/stubs.h)
 *
 * Both folders are 0700: what an image holds must not be reachable by other
 * users (setuid programs, CVE-2021-41091). Opening makes what is missing.
 */
#ifndef LAYERS_STORE_H
#define LAYERS_STORE_H

#include <pthread.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/lockfile.h"
#include "base/strvec.h"

enum { STORE_BOOT_ID_MAX = 40 };

struct store {
	char *root; /* absolute path */
	char *run;  /* absolute path */
	int root_fd;
	int run_fd;
	pthread_mutex_t lock;		 /* guards what follows */
	char boot_id[STORE_BOOT_ID_MAX]; /* this boot; "" until asked for */
};

/*
 * Open the store below ROOT and RUN (absolute). DENIED when either belongs to
 * another user. The caller closes it.
 */
int store_open(const char *root, const char *run, struct store **out,
	       struct error *err) must_check;

/* Close the store; NULL is fine. */
void store_close(struct store *store);
DEFINE_CLEANUP_PTR(struct store, store_close)

/*
 * Hold the store's lock: SHARED while something here is about to be used,
 * EXCLUSIVE to change names or to remove. Never held during network traffic.
 * BUSY, naming the holder, after 60 seconds.
 */
int store_lock(const struct store *store, enum lockfile_mode mode,
	       struct lockfile *out, struct error *err) must_check;

/* Open the folder NAME (relative, may be several levels), making it. */
int store_folder(const struct store *store, const char *name, int *fd_out,
		 struct error *err) must_check;

/* Append the names in the folder PATH, sorted; none when it is not there. What
 * begins with a dot is not whole yet and left out. */
int store_list(const struct store *store, const char *path, struct strvec *out,
	       struct error *err) must_check;

/* This boot's id, to tell what a crash may have left unwritten. Any thread may
 * ask; the text lives as long as the store. */
const char *store_boot_id(struct store *store);

#endif

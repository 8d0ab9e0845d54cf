/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Volumes of the local driver: a folder each, made on first use.
 *
 *   volumes/<name>/_data         what the container sees
 *   volumes/<name>/volume.json   when made, for whom, and what to mount there
 *
 * A volume without a name of its own gets 64 random digits and goes with the
 * container it was made for.
 */
#ifndef LAYERS_VOLUME_H
#define LAYERS_VOLUME_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/strvec.h"
#include "layers/store/store.h"

/* docker's label of a volume that was made without a name. */
#define VOLUME_ANONYMOUS "com.docker.volume.anonymous"

/* The kind of line by which a lease (lease.h) names a volume. */
#define VOLUME_LEASE "volume"

/* Whether TEXT may be a volume's name. */
bool volume_is_name(const char *text);

/* What a volume is to be; members that are NULL are not asked for. */
struct volume_request {
	const char *name; /* NULL: an anonymous one */
	const json_t *labels;
	const json_t *options; /* of the local driver (volume_options.h) */
};

/*
 * Make the volume REQUEST asks for unless it exists. The name goes to NAME_OUT,
 * the absolute path of its data to PATH_OUT (both the caller's), and whether it
 * is new to *IS_NEW_OUT. Until a container that names it stands in the store, a
 * lease keeps it: take that under the store's lock, before this.
 */
int volume_ensure(const struct store *store,
		  const struct volume_request *request, char **name_out,
		  char **path_out, bool *is_new_out,
		  struct error *err) must_check;

/*
 * Make the volume REQUEST asks for unless it exists. The name goes to NAME_OUT,
 * the caller's.
 */
int volume_create(const struct store *store,
		  const struct volume_request *request, char **name_out,
		  struct error *err) must_check;

/*
 * Append to OUT the names of the volumes that a process is about to use. Call
 * it with the store's lock held EXCLUSIVE.
 */
int volume_leased(const struct store *store, struct strvec *out,
		  struct error *err) must_check;

/* Whether there is a volume NAME. */
bool volume_exists(const struct store *store, const char *name);

/* Append the names of all volumes to OUT, in no order. */
int volume_list(const struct store *store, struct strvec *out,
		struct error *err) must_check;

/* Add up what volume NAME holds, in bytes. */
int volume_size(const struct store *store, const char *name, uint64_t *out,
		struct error *err) must_check;

/* Remove volume NAME and its data; absent is fine. */
int volume_remove(const struct store *store, const char *name,
		  struct error *err) must_check;

#endif

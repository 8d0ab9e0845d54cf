/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of an OCI runtime configuration that put things into the root file
 * system: mounts, device nodes, and the id maps both may need. The structs own
 * all they point to; reading is pure and INVALID names the member.
 */
#ifndef RUNTIME_RUNTIME_MOUNT_H
#define RUNTIME_RUNTIME_MOUNT_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strvec.h"
#include "runtime/spec/runtime_resources.h"

/* A range of ids; host ids HOST… are CONTAINER… inside. */
struct runtime_id_map {
	uint32_t container;
	uint32_t host;
	uint32_t size; /* at least 1 */
};

struct runtime_id_maps {
	struct runtime_id_map *items;
	size_t count;
};

struct runtime_mount {
	char *destination; /* absolute path in the container */
	char *type;	   /* file system; "bind" or NULL for a bind */
	char *source;	   /* NULL when none was given */
	struct strvec options;
	struct runtime_id_maps uid_maps; /* idmapped mount when not empty */
	struct runtime_id_maps gid_maps;
};

struct runtime_device {
	char type; /* 'b', 'c' ('u' is read as 'c'), 'p' */
	char *path;
	char *host_path; /* an addition of ours, for where nodes are bound: the
			    host's node is elsewhere; or NULL */
	uint32_t major, minor;
	struct runtime_number mode; /* permission bits */
	uint32_t uid, gid;
};

/*
 * Read the array of id ranges KEY of OBJECT (absent: none). Ranges that
 * overlap on either side are INVALID.
 */
int runtime_id_maps_parse(const json_t *object, const char *key,
			  struct runtime_id_maps *out,
			  struct error *err) must_check;

/* Read the array `mounts` of CONFIG (absent: none) into *OUT and *COUNT_OUT. */
int runtime_mounts_parse(const json_t *config, struct runtime_mount **out,
			 size_t *count_out, struct error *err) must_check;

/* Read the array `devices` of LINUX_PART (absent: none) into *OUT and
 * *COUNT_OUT. */
int runtime_devices_parse(const json_t *linux_part, struct runtime_device **out,
			  size_t *count_out, struct error *err) must_check;

/* Free the ranges. */
void runtime_id_maps_release(struct runtime_id_maps *maps);

/* Free COUNT mounts and the array. */
void runtime_mounts_free(struct runtime_mount *mounts, size_t count);

/* Free COUNT devices and the array. */
void runtime_devices_free(struct runtime_device *devices, size_t count);

#endif

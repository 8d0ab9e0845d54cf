/* SPDX-License-Identifier: Apache-2.0 */
/* Reads mounts, devices and id maps. */
#include "runtime/spec/runtime_mount.h"

#include <string.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "runtime/spec/spec_read.h"

static int read_id_map(const json_t *value, void *item, struct error *err)
{
	struct runtime_id_map *map = item;
	int64_t numbers[3] = { 0 };

	if (jsonx_integer(value, "containerID", 0, UINT32_MAX - 1, &numbers[0],
			  err) < 0 ||
	    jsonx_integer(value, "hostID", 0, UINT32_MAX - 1, &numbers[1],
			  err) < 0 ||
	    jsonx_integer(value, "size", 1, UINT32_MAX, &numbers[2], err) < 0)
		return -1;
	if (numbers[0] + numbers[2] > UINT32_MAX ||
	    numbers[1] + numbers[2] > UINT32_MAX)
		return error_set(err, ERROR_INVALID,
				 "the range goes beyond the last id");
	map->container = (uint32_t)numbers[0];
	map->host = (uint32_t)numbers[1];
	map->size = (uint32_t)numbers[2];
	return 0;
}

static bool overlaps(uint32_t a, uint32_t a_size, uint32_t b, uint32_t b_size)
{
	return (uint64_t)a < (uint64_t)b + b_size &&
	       (uint64_t)b < (uint64_t)a + a_size;
}

int runtime_id_maps_parse(const json_t *object, const char *key,
			  struct runtime_id_maps *out, struct error *err)
{
	if (SPEC_READ_ARRAY(object, key, read_id_map, &out->items, &out->count,
			    err) < 0)
		return -1;
	/* the kernel takes 340 ranges, and the loop below is quadratic */
	if (out->count > 340)
		return error_set(err, ERROR_INVALID,
				 "%s: %zu ranges are more than the kernel's "
				 "340",
				 key, out->count);
	for (size_t i = 0; i < out->count; i++)
		for (size_t j = 0; j < i; j++) {
			const struct runtime_id_map *a = &out->items[i];
			const struct runtime_id_map *b = &out->items[j];

			if (overlaps(a->container, a->size, b->container,
				     b->size) ||
			    overlaps(a->host, a->size, b->host, b->size))
				return error_set(err, ERROR_INVALID,
						 "%s: ranges %zu and %zu "
						 "overlap",
						 key, j, i);
		}
	return 0;
}

static int read_mount(const json_t *value, void *item, struct error *err)
{
	struct runtime_mount *mount = item;

	if (spec_read_path(value, "destination", &mount->destination, err) <
		    0 ||
	    spec_read_text(value, "type", &mount->type, err) < 0 ||
	    spec_read_text(value, "source", &mount->source, err) < 0 ||
	    jsonx_opt_strings(value, "options", &mount->options, err) < 0 ||
	    runtime_id_maps_parse(value, "uidMappings", &mount->uid_maps, err) <
		    0 ||
	    runtime_id_maps_parse(value, "gidMappings", &mount->gid_maps, err) <
		    0)
		return -1;
	if (!mount->uid_maps.count != !mount->gid_maps.count)
		return error_set(err, ERROR_INVALID,
				 "uidMappings and gidMappings go together");
	return 0;
}

int runtime_mounts_parse(const json_t *config, struct runtime_mount **out,
			 size_t *count_out, struct error *err)
{
	return SPEC_READ_ARRAY(config, "mounts", read_mount, out, count_out,
			       err);
}

static int read_device(const json_t *value, void *item, struct error *err)
{
	struct runtime_device *device = item;
	const char *type;

	if (jsonx_string(value, "type", &type, err) < 0 ||
	    spec_read_path(value, "path", &device->path, err) < 0 ||
	    spec_read_text(value, "hostPath", &device->host_path, err) < 0 ||
	    spec_read_u32(value, "major", &device->major, err) < 0 ||
	    spec_read_u32(value, "minor", &device->minor, err) < 0 ||
	    spec_read_number(value, "fileMode", 0, 07777, &device->mode, err) <
		    0 ||
	    spec_read_u32(value, "uid", &device->uid, err) < 0 ||
	    spec_read_u32(value, "gid", &device->gid, err) < 0)
		return -1;
	if (strlen(type) != 1 || !strchr("bcup", type[0]))
		return error_set(err, ERROR_INVALID,
				 "type: \"%s\" is none of b, c, u, p", type);
	device->type = type[0] == 'u' ? 'c' : type[0];
	return 0;
}

int runtime_devices_parse(const json_t *linux_part, struct runtime_device **out,
			  size_t *count_out, struct error *err)
{
	return SPEC_READ_ARRAY(linux_part, "devices", read_device, out,
			       count_out, err);
}

void runtime_id_maps_release(struct runtime_id_maps *maps)
{
	free(maps->items);
	*maps = (struct runtime_id_maps){ 0 };
}

void runtime_mounts_free(struct runtime_mount *mounts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(mounts[i].destination);
		free(mounts[i].type);
		free(mounts[i].source);
		strvec_release(&mounts[i].options);
		runtime_id_maps_release(&mounts[i].uid_maps);
		runtime_id_maps_release(&mounts[i].gid_maps);
	}
	free(mounts);
}

void runtime_devices_free(struct runtime_device *devices, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(devices[i].path);
		free(devices[i].host_path);
	}
	free(devices);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ranges of ids.
 *
 *   range = id ":" [ "@" ] id [ ":" size ]
 */
#include "runtime/engine/id_maps.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/alloc.h"

void id_maps_add(struct runtime_id_maps *maps, uint32_t inside,
		 uint32_t outside, uint32_t size)
{
	if (!size)
		return;
	maps->items = xreallocarray(maps->items, maps->count + 1,
				    sizeof(*maps->items));
	maps->items[maps->count++] = (struct runtime_id_map){ inside, outside,
							      size };
}

/* Digits only. */
static bool read_id(const char **at, uint32_t *out)
{
	uint64_t value = 0;
	const char *digit = *at;

	for (; *digit >= '0' && *digit <= '9'; digit++) {
		value = value * 10 + (uint64_t)(*digit - '0');
		if (value > UINT32_MAX)
			return false;
	}
	if (digit == *at)
		return false;
	*at = digit;
	*out = (uint32_t)value;
	return true;
}

/* The id in OWN of ID outside of it. */
static bool find_inside(const struct idranges *own, uint32_t id, uint32_t *out)
{
	for (size_t i = 0; i < own->count; i++) {
		const struct idrange *range = &own->items[i];

		if (id < range->outside || id - range->outside >= range->count)
			continue;
		*out = range->inside + (id - range->outside);
		return true;
	}
	return false;
}

int id_maps_parse(const char *text, const struct idranges *own,
		  struct runtime_id_maps *out, struct error *err)
{
	const char *at = text;
	uint32_t inside = 0;
	uint32_t outside = 0;
	uint32_t size = 1;
	bool is_outer = false;
	bool is_range = read_id(&at, &inside) && *at++ == ':';

	if (is_range && *at == '@') {
		is_outer = true;
		at++;
	}
	is_range = is_range && read_id(&at, &outside) &&
		   (!*at || (*at++ == ':' && read_id(&at, &size) && !*at));
	if (!is_range || !size)
		return error_set(err, ERROR_INVALID,
				 "\"%s\" is no range of ids: "
				 "CONTAINER:HOST[:SIZE] is, of numbers",
				 text);
	if (is_outer && !find_inside(own, outside, &outside))
		return error_set(err, ERROR_INVALID,
				 "\"%s\": this user has no id %u", text,
				 outside);
	id_maps_add(out, inside, outside, size);
	return 0;
}

static bool overlap(uint32_t a, uint32_t b, uint32_t a_size, uint32_t b_size)
{
	return a < (uint64_t)b + b_size && b < (uint64_t)a + a_size;
}

/* Whether OWN has all ids of MAP. */
static bool has_all(const struct idranges *own,
		    const struct runtime_id_map *map)
{
	uint64_t at = map->host;
	uint64_t end = at + map->size;
	bool has_moved = true;

	/* each range takes it further; their order is not known */
	while (at < end && has_moved) {
		has_moved = false;
		for (size_t i = 0; i < own->count && !has_moved; i++) {
			const struct idrange *range = &own->items[i];
			uint64_t last = (uint64_t)range->inside + range->count;

			if (at < range->inside || at >= last)
				continue;
			at = last;
			has_moved = true;
		}
	}
	return at >= end;
}

static int check_pairs(const struct runtime_id_maps *maps, const char *what,
		       struct error *err)
{
	for (size_t i = 0; i < maps->count; i++) {
		for (size_t j = i + 1; j < maps->count; j++) {
			const struct runtime_id_map *a = &maps->items[i];
			const struct runtime_id_map *b = &maps->items[j];
			bool is_inside = overlap(a->container, b->container,
						 a->size, b->size);

			if (is_inside ||
			    overlap(a->host, b->host, a->size, b->size))
				return error_set(
					err, ERROR_INVALID,
					"%s: %u:%u:%u and %u:%u:%u overlap "
					"%s the container",
					what, a->container, a->host, a->size,
					b->container, b->host, b->size,
					is_inside ? "inside" : "outside of");
		}
	}
	return 0;
}

int id_maps_check(const struct runtime_id_maps *maps,
		  const struct idranges *own, const char *what,
		  struct error *err)
{
	uint32_t root;

	if (maps->count > IDRANGES_MAX)
		return error_set(err, ERROR_INVALID,
				 "%s: %zu ranges are more than the kernel's %d",
				 what, maps->count, IDRANGES_MAX);
	for (size_t i = 0; i < maps->count; i++) {
		const struct runtime_id_map *map = &maps->items[i];

		if (map->size > UINT32_MAX - map->container ||
		    map->size > UINT32_MAX - map->host)
			return error_set(err, ERROR_INVALID,
					 "%s: %u:%u:%u goes beyond the last id",
					 what, map->container, map->host,
					 map->size);
		if (!has_all(own, map))
			return error_set(err, ERROR_INVALID,
					 "%s: this user does not have all ids "
					 "of %u:%u:%u",
					 what, map->container, map->host,
					 map->size);
	}
	if (check_pairs(maps, what, err) < 0)
		return -1;
	if (!id_maps_outside(maps, 0, &root))
		return error_set(err, ERROR_INVALID,
				 "%s: the container's id 0 has to be mapped",
				 what);
	return 0;
}

bool id_maps_outside(const struct runtime_id_maps *maps, uint32_t inside,
		     uint32_t *out)
{
	for (size_t i = 0; i < maps->count; i++) {
		const struct runtime_id_map *map = &maps->items[i];

		if (inside < map->container ||
		    inside - map->container >= map->size)
			continue;
		*out = map->host + (inside - map->container);
		return true;
	}
	return false;
}

static bool is_identity(const struct runtime_id_maps *maps)
{
	for (size_t i = 0; i < maps->count; i++)
		if (maps->items[i].container != maps->items[i].host)
			return false;
	return true;
}

bool id_maps_is_identity(const struct id_maps *maps)
{
	return is_identity(&maps->uids) && is_identity(&maps->gids);
}

static json_t *format_list(const struct runtime_id_maps *maps)
{
	json_t *list = json_array();

	for (size_t i = 0; i < maps->count; i++) {
		const struct runtime_id_map *map = &maps->items[i];
		autofree char *text = xasprintf("%u:%u:%u", map->container,
						map->host, map->size);

		(void)json_array_append_new(list, json_string(text));
	}
	return list;
}

json_t *id_maps_format(const struct id_maps *maps)
{
	return json_pack("{s:o,s:o}", "UidMap", format_list(&maps->uids),
			 "GidMap", format_list(&maps->gids));
}

static int read_list(const json_t *list, struct runtime_id_maps *out,
		     struct error *err)
{
	const struct idranges none = IDRANGES_INIT;
	const json_t *item;
	size_t index;

	json_array_foreach(list, index, item)
	{
		const char *text = json_string_value(item);

		if (!text || id_maps_parse(text, &none, out, err) < 0)
			return error_set(err, ERROR_CORRUPT,
					 "IDMappings: not ranges of ids");
	}
	return 0;
}

int id_maps_read(const json_t *mappings, struct id_maps *out, struct error *err)
{
	if (read_list(json_object_get(mappings, "UidMap"), &out->uids, err) <
		    0 ||
	    read_list(json_object_get(mappings, "GidMap"), &out->gids, err) < 0)
		return -1;
	if (!out->uids.count != !out->gids.count)
		return error_set(err, ERROR_CORRUPT,
				 "IDMappings: one of the maps is missing");
	return 0;
}

json_t *id_maps_oci(const struct runtime_id_maps *maps)
{
	json_t *list = json_array();

	for (size_t i = 0; i < maps->count; i++)
		(void)json_array_append_new(
			list,
			json_pack("{s:I,s:I,s:I}", "containerID",
				  (json_int_t)maps->items[i].container,
				  "hostID", (json_int_t)maps->items[i].host,
				  "size", (json_int_t)maps->items[i].size));
	return list;
}

void id_maps_release(struct id_maps *maps)
{
	runtime_id_maps_release(&maps->uids);
	runtime_id_maps_release(&maps->gids);
}

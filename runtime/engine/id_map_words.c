/* SPDX-License-Identifier: Apache-2.0 */
/*
 *   word = { "+" | "u" | "g" } range
 */
#include "runtime/engine/id_map_words.h"

#include <string.h>

/* Adds MAP without its ids from FIRST to before END, counted from its own. */
static void add_without(const struct runtime_id_map *map, uint64_t first,
			uint64_t end, struct runtime_id_maps *out)
{
	id_maps_add(out, map->container, map->host, (uint32_t)first);
	id_maps_add(out, map->container + (uint32_t)end,
		    map->host + (uint32_t)end, map->size - (uint32_t)end);
}

/* Where those of MAP that begin at OWN lie in FIRST to before END. */
static void cut(const struct runtime_id_map *map, uint64_t own, uint64_t first,
		uint64_t end, struct runtime_id_maps *out)
{
	uint64_t last = own + map->size;
	uint64_t from = first > own ? first : own;
	uint64_t to = end < last ? end : last;

	if (from < to)
		add_without(map, from - own, to - own, out);
	else
		id_maps_add(out, map->container, map->host, map->size);
}

/* Takes the ids FIRST to before END, of the container or the host, out. */
static void drop(struct runtime_id_maps *maps, bool is_host, uint64_t first,
		 uint64_t end)
{
	struct runtime_id_maps left = { NULL, 0 };

	for (size_t i = 0; i < maps->count; i++) {
		const struct runtime_id_map *map = &maps->items[i];

		cut(map, is_host ? map->host : map->container, first, end,
		    &left);
	}
	runtime_id_maps_release(maps);
	*maps = left;
}

static void insert(struct runtime_id_maps *maps,
		   const struct runtime_id_map *map)
{
	drop(maps, false, map->container, (uint64_t)map->container + map->size);
	drop(maps, true, map->host, (uint64_t)map->host + map->size);
	id_maps_add(maps, map->container, map->host, map->size);
}

int id_map_words_take(const char *text, bool is_group,
		      const struct idranges *own, struct runtime_id_maps *out,
		      bool *is_whole_out, struct error *err)
{
	struct runtime_id_maps one = { NULL, 0 };
	size_t length = strspn(text, "+ug");
	bool is_extending = memchr(text, '+', length);
	bool is_named = memchr(text, 'u', length) || memchr(text, 'g', length);

	if (id_maps_parse(text + length, own, &one, err) < 0)
		return -1;
	if (!is_named || memchr(text, is_group ? 'g' : 'u', length)) {
		if (is_extending)
			insert(out, &one.items[0]);
		else
			id_maps_add(out, one.items[0].container,
				    one.items[0].host, one.items[0].size);
		*is_whole_out = *is_whole_out || !is_extending;
	}
	runtime_id_maps_release(&one);
	return 0;
}

/* The first id from *AT on that MAPS do not have, and how many follow it. */
static uint64_t find_gap(const struct runtime_id_maps *maps, uint64_t *at)
{
	uint64_t next = UINT32_MAX;
	bool has_moved = true;

	while (has_moved) {
		has_moved = false;
		for (size_t i = 0; i < maps->count; i++) {
			const struct runtime_id_map *map = &maps->items[i];
			uint64_t end = (uint64_t)map->container + map->size;

			if (*at < map->container || *at >= end)
				continue;
			*at = end;
			has_moved = true;
		}
	}
	for (size_t i = 0; i < maps->count; i++)
		if (maps->items[i].container >= *at &&
		    maps->items[i].container < next)
			next = maps->items[i].container;
	return next > *at ? next - *at : 0;
}

void id_map_words_fill(const struct idranges *own, struct runtime_id_maps *out)
{
	struct runtime_id_maps free_ids = { NULL, 0 };
	uint64_t at = 0;

	for (size_t i = 0; i < own->count; i++)
		id_maps_add(&free_ids, own->items[i].inside,
			    own->items[i].inside, own->items[i].count);
	for (size_t i = 0; i < out->count; i++)
		drop(&free_ids, true, out->items[i].host,
		     (uint64_t)out->items[i].host + out->items[i].size);
	for (size_t i = 0; i < free_ids.count; i++) {
		uint32_t host = free_ids.items[i].host;
		uint32_t left = free_ids.items[i].size;

		while (left) {
			uint64_t gap = find_gap(out, &at);
			uint32_t size = gap < left ? (uint32_t)gap : left;

			if (!size)
				break;
			id_maps_add(out, (uint32_t)at, host, size);
			host += size;
			left -= size;
		}
	}
	runtime_id_maps_release(&free_ids);
}

/* The range of OWN that AT is in, or NULL. */
static const struct idrange *find_own(const struct idranges *own, uint64_t at)
{
	for (size_t i = 0; i < own->count; i++) {
		const struct idrange *range = &own->items[i];

		if (at >= range->inside &&
		    at < (uint64_t)range->inside + range->count)
			return range;
	}
	return NULL;
}

void id_map_words_split(const struct idranges *own,
			struct runtime_id_maps *maps)
{
	struct runtime_id_maps pieces = { NULL, 0 };

	for (size_t i = 0; i < maps->count; i++) {
		struct runtime_id_map map = maps->items[i];

		while (map.size) {
			const struct idrange *range = find_own(own, map.host);
			uint32_t size = map.size;

			if (range &&
			    size > range->count - (map.host - range->inside))
				size = range->count -
				       (map.host - range->inside);
			id_maps_add(&pieces, map.container, map.host, size);
			map.container += size;
			map.host += size;
			map.size -= size;
		}
	}
	runtime_id_maps_release(maps);
	*maps = pieces;
}

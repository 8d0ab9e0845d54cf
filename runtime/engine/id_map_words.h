/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What podman's --uidmap and --gidmap say beyond a range (id_maps.h): "+" puts
 * a range into those before it, which give way; "u" and "g" say for which ids
 * it is meant when one option speaks for both. Pure.
 */
#ifndef RUNTIME_ID_MAP_WORDS_H
#define RUNTIME_ID_MAP_WORDS_H

#include "runtime/engine/id_maps.h"

/*
 * Add the range TEXT to OUT unless it is meant for the ids of the other kind;
 * OWN is as for id_maps_parse. *IS_WHOLE_OUT becomes true with a range that has
 * no "+". INVALID when TEXT is no range.
 */
int id_map_words_take(const char *text, bool is_group,
		      const struct idranges *own, struct runtime_id_maps *out,
		      bool *is_whole_out, struct error *err) must_check;

/* Give the container's ids from 0 on that have none of OWN what is left of it.
 */
void id_map_words_fill(const struct idranges *own, struct runtime_id_maps *out);

/*
 * Cut MAPS where the host's ids go on in another range of OWN: the kernel maps
 * no range across two of the namespace above.
 */
void id_map_words_split(const struct idranges *own,
			struct runtime_id_maps *maps);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* --userns, --uidmap, --gidmap, --subuidname and --subgidname. */
#include <string.h>

#include "base/alloc.h"
#include "base/userns.h"
#include "cmd/front/run_parts.h"
#include "runtime/engine/id_map_words.h"
#include "runtime/engine/userns_mode.h"

static int check_mode(const char *text, struct error *err)
{
	autoclean(userns_mode_release) struct userns_mode mode =
		USERNS_MODE_INIT;

	return userns_mode_parse(text, &mode, err);
}

/* One of the two maps, and where it comes from. */
struct source {
	const char *map_option, *name_option;
	const struct strvec *ranges;
	const char *name; /* whose subordinate ids, or NULL */
	bool is_group;
};

static bool is_given(const struct source *source)
{
	return source->ranges->count || source->name;
}

/* NAME's ids in their order, as the container's from 0 on. */
static int take_subordinates(const struct source *source,
			     const struct idranges *own,
			     struct runtime_id_maps *out, struct error *err)
{
	autoclean(idranges_release) struct idranges found = IDRANGES_INIT;
	uint32_t next = 0;

	if (idranges_read_named(source->name, source->is_group, &found, err) <
	    0)
		return -1;
	if (!found.count)
		return error_set(err, ERROR_NOT_FOUND,
				 "--%s: no sub%s ranges found for user \"%s\" "
				 "in /etc/sub%s",
				 source->name_option,
				 source->is_group ? "gid" : "uid", source->name,
				 source->is_group ? "gid" : "uid");
	for (size_t i = 0; i < found.count; i++) {
		const struct idrange *range = &found.items[i];
		autofree char *text = xasprintf("%u:@%u:%u", next,
						range->outside, range->count);

		if (id_maps_parse(text, own, out, err) < 0)
			return error_wrap(err, "--%s", source->name_option);
		next += range->count;
	}
	return 0;
}

static int take(const struct source *source, struct runtime_id_maps *out,
		struct error *err)
{
	autoclean(idranges_release) struct idranges own = IDRANGES_INIT;
	const char *option = source->name ? source->name_option
					  : source->map_option;
	autofree char *shown = xasprintf("--%s", option);
	bool is_whole = source->name;

	if (source->name && source->ranges->count)
		return error_set(err, ERROR_INVALID,
				 "--%s and --%s say the same thing twice",
				 source->map_option, source->name_option);
	if (idranges_read_map(source->is_group, &own, err) < 0 ||
	    (source->name && take_subordinates(source, &own, out, err) < 0))
		return -1;
	for (size_t i = 0; i < source->ranges->count; i++) {
		if (id_map_words_take(source->ranges->items[i],
				      source->is_group, &own, out, &is_whole,
				      err) < 0)
			return error_wrap(err, "%s", shown);
	}
	/* as podman: who only adds to its ids means to have the others, too */
	if (!is_whole && !userns_is_initial())
		id_map_words_fill(&own, out);
	if (!out->count)
		return error_set(err, ERROR_INVALID, "%s: no range is for %s",
				 shown, source->is_group ? "groups" : "users");
	if (id_maps_check(out, &own, shown, err) < 0)
		return -1;
	id_map_words_split(&own, out);
	return id_maps_check(out, &own, shown, err);
}

/* What is given for users only holds for groups, too, and the other way. */
static int take_both(const struct source *uids, const struct source *gids,
		     struct id_maps *out, struct error *err)
{
	struct source for_uids = is_given(uids) ? *uids : *gids;
	struct source for_gids = is_given(gids) ? *gids : *uids;

	for_uids.is_group = false;
	for_gids.is_group = true;
	if (take(&for_uids, &out->uids, err) < 0)
		return -1;
	return take(&for_gids, &out->gids, err);
}

int run_userns(const struct run_options *options, json_t *host,
	       struct error *err)
{
	const struct source uids = { "uidmap", "subuidname", &options->uid_maps,
				     options->subuid_name, false };
	const struct source gids = { "gidmap", "subgidname", &options->gid_maps,
				     options->subgid_name, true };
	autoclean(id_maps_release) struct id_maps maps = ID_MAPS_INIT;
	const char *mode = options->userns ? options->userns : "";
	bool is_private = !strcmp(mode, "private");

	if (check_mode(mode, err) < 0)
		return -1;
	(void)json_object_set_new(host, "UsernsMode", json_string(mode));
	if (!is_given(&uids) && !is_given(&gids)) {
		if (is_private)
			return error_set(err, ERROR_INVALID,
					 "--userns=private needs --uidmap or "
					 "--subuidname");
		return 0;
	}
	if (*mode && !is_private)
		return error_set(err, ERROR_INVALID,
				 "--userns=%s does not go with --uidmap, "
				 "--gidmap, --subuidname or --subgidname",
				 mode);
	/* podman's word for it */
	(void)json_object_set_new(host, "UsernsMode", json_string("private"));
	if (take_both(&uids, &gids, &maps, err) < 0)
		return -1;
	(void)json_object_set_new(host, "IDMappings", id_maps_format(&maps));
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 *   mode    = "" | "host" | "private" | "nomap" | "auto" [":" options]
 *           | "keep-id" [":" options] | "container:" name | "ns:" path
 *   options = key "=" value { "," key "=" value }
 */
#include "runtime/engine/userns_mode.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static int read_number(const char *text, uint32_t *out, struct error *err)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long long value = strtoull(text, NULL, 10);

	if (!digits || text[digits] || digits > 10 || value >= UINT32_MAX)
		return error_set(err, ERROR_INVALID, "\"%s\" is no id", text);
	*out = (uint32_t)value;
	return 0;
}

static int set_auto(struct userns_mode *mode, const char *key,
		    const char *value, struct error *err)
{
	const struct idranges none = IDRANGES_INIT;

	if (!strcmp(key, "size"))
		return read_number(value, &mode->size, err);
	if (!strcmp(key, "uidmapping"))
		return id_maps_parse(value, &none, &mode->own.uids, err);
	if (!strcmp(key, "gidmapping"))
		return id_maps_parse(value, &none, &mode->own.gids, err);
	return error_set(err, ERROR_INVALID, "auto has no option \"%s\"", key);
}

static int set_keep_id(struct userns_mode *mode, const char *key,
		       const char *value, struct error *err)
{
	if (!strcmp(key, "uid")) {
		mode->has_uid = true;
		return read_number(value, &mode->uid, err);
	}
	if (!strcmp(key, "gid")) {
		mode->has_gid = true;
		return read_number(value, &mode->gid, err);
	}
	if (!strcmp(key, "size"))
		return read_number(value, &mode->size, err);
	return error_set(err, ERROR_INVALID, "keep-id has no option \"%s\"",
			 key);
}

static int read_options(struct userns_mode *mode, const char *text,
			struct error *err)
{
	while (*text) {
		size_t length = strcspn(text, ",");
		size_t name = strcspn(text, "=,");
		autofree char *key = xstrndup(text, name);
		autofree char *value =
			xstrndup(text + name + (text[name] == '='),
				 length - name - (text[name] == '='));
		int result = mode->kind == USERNS_AUTO
				     ? set_auto(mode, key, value, err)
				     : set_keep_id(mode, key, value, err);

		if (result < 0)
			return -1;
		text += length + (text[length] == ',');
	}
	return 0;
}

static const struct {
	const char *word;
	enum userns_kind kind;
	bool has_options, has_name;
} kinds[] = {
	{ "", USERNS_HOST, false, false },
	{ "host", USERNS_HOST, false, false },
	{ "private", USERNS_PRIVATE, false, false },
	{ "nomap", USERNS_NOMAP, false, false },
	{ "auto", USERNS_AUTO, true, false },
	{ "keep-id", USERNS_KEEP_ID, true, false },
	{ "container", USERNS_CONTAINER, false, true },
	{ "ns", USERNS_PATH, false, true },
};

int userns_mode_parse(const char *text, struct userns_mode *out,
		      struct error *err)
{
	size_t length = strcspn(text, ":");
	const char *rest = text[length] ? text + length + 1 : NULL;

	*out = (struct userns_mode)USERNS_MODE_INIT;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (strlen(kinds[i].word) != length ||
		    memcmp(kinds[i].word, text, length) != 0)
			continue;
		if (kinds[i].has_name != (rest && !kinds[i].has_options))
			break;
		out->kind = kinds[i].kind;
		out->name = rest;
		if (kinds[i].has_name && !*rest)
			break;
		if (rest && kinds[i].has_options &&
		    read_options(out, rest, err) < 0)
			return error_wrap(err, "--userns=%s", text);
		return 0;
	}
	return error_set(err, ERROR_INVALID,
			 "--userns: invalid USER mode: \"%s\" is none of host, "
			 "auto, keep-id, nomap, container:NAME and ns:PATH",
			 text);
}

void userns_mode_release(struct userns_mode *mode)
{
	id_maps_release(&mode->own);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* -v [SOURCE:]DESTINATION[:OPTION,OPTION] as an entry of docker's Mounts. */
#include <assert.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strvec.h"
#include "cmd/front/run_mount_entry.h"
#include "cmd/front/run_parts.h"

/* What only one type of mount can have. */
static int check_fits(const char *mode, bool is_volume, struct error *err)
{
	if (is_volume && run_mode_word(mode, RUN_MODE_PROPAGATION))
		return error_set(err, ERROR_INVALID,
				 "invalid mount config for type \"volume\": "
				 "field BindOptions must not be specified");
	if (!is_volume && run_mode_word(mode, RUN_MODE_COPY))
		return error_set(err, ERROR_INVALID,
				 "invalid mount config for type \"bind\": "
				 "field VolumeOptions must not be specified");
	return 0;
}

/* A source is a path when it looks like one, else a volume's name. */
static int entry_from_source(const char *source, const char *destination,
			     const char *mode, json_t **out, struct error *err)
{
	bool is_path = source[0] == '/' || run_mount_is_relative(source);
	autofree char *path = NULL;

	if (run_mode_check(mode, err) < 0 ||
	    check_fits(mode, !is_path, err) < 0)
		return -1;
	if (!is_path) {
		if (run_mount_check_name(source, err) < 0)
			return -1;
		*out = run_mount_entry("volume", source, destination, mode);
		return 0;
	}
	if (run_mount_absolute(source, &path, err) < 0)
		return -1;
	*out = run_mount_entry("bind", path, destination, mode);
	return 0;
}

/* The parts between the colons; none of them may be empty. */
static int split_volume(const char *text, struct strvec *out, struct error *err)
{
	const char *at = text;

	if (!*text)
		return error_set(err, ERROR_INVALID,
				 "invalid empty volume spec");
	while (at) {
		size_t length = strcspn(at, ":");

		if (!length)
			return error_set(err, ERROR_INVALID,
					 "invalid spec: %s: empty section "
					 "between colons",
					 text);
		strvec_take(out, xstrndup(at, length));
		at = at[length] ? at + length + 1 : NULL;
	}
	if (out->count > 3)
		return error_set(err, ERROR_INVALID,
				 "invalid spec: %s: too many colons", text);
	return 0;
}

int run_mount_from_volume(const char *text, json_t **out, struct error *err)
{
	autoclean(strvec_release) struct strvec parts = STRVEC_INIT;
	const char *destination;
	const char *mode;
	int result = 0;

	if (split_volume(text, &parts, err) < 0)
		return -1;
	assert(parts.items); /* there is a part before the first colon */
	destination = parts.items[parts.count > 1];
	mode = parts.count > 2 ? parts.items[2] : "";
	if (run_mount_check_target(destination, err) == 0) {
		if (parts.count > 1)
			result = entry_from_source(parts.items[0], destination,
						   mode, out, err);
		else
			*out = run_mount_entry("volume", "", destination, "");
	} else {
		result = -1;
	}
	if (result == 0)
		return 0;
	return error_wrap(err, "invalid volume specification: '%s'", text);
}

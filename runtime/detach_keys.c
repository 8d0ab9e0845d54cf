/* SPDX-License-Identifier: Apache-2.0 */
/* The key sequence that detaches. */
#include "runtime/detach_keys.h"

#include <string.h>

/* One key: "x" or "ctrl-x". */
static bool parse_key(const char *text, size_t length, unsigned char *out)
{
	static const char others[] = "@[\\]^_";
	const char *at;

	if (length == 1) {
		*out = (unsigned char)*text;
		return true;
	}
	if (length != 6 || strncmp(text, "ctrl-", 5) != 0)
		return false;
	if (text[5] >= 'a' && text[5] <= 'z') {
		*out = (unsigned char)(text[5] - 'a' + 1);
		return true;
	}
	at = strchr(others, text[5]);
	if (!at || !text[5])
		return false;
	*out = text[5] == '@' ? 0 : (unsigned char)(at - others + 26);
	return true;
}

int detach_keys_parse(const char *text, struct detach_keys *out,
		      struct error *err)
{
	const char *at = text ? text : "ctrl-p,ctrl-q";

	*out = (struct detach_keys){ .count = 0 };
	while (*at) {
		size_t length = strcspn(at, ",");

		/* a comma itself may be a key */
		if (!length && at[0] == ',')
			length = 1;
		if (out->count == DETACH_KEYS_MAX ||
		    !parse_key(at, length, &out->keys[out->count]))
			return error_set(err, ERROR_INVALID,
					 "invalid detach keys: %s", text);
		out->count++;
		at += length;
		if (*at == ',')
			at++;
	}
	return 0;
}

bool detach_keys_pass(struct detach_keys *keys, const unsigned char *input,
		      size_t length, unsigned char *out, size_t *out_length)
{
	*out_length = 0;
	for (size_t i = 0; i < length; i++) {
		if (keys->count && input[i] == keys->keys[keys->matched]) {
			if (++keys->matched == keys->count)
				return true;
			continue;
		}
		/* not the sequence after all: the keys were meant */
		memcpy(out + *out_length, keys->keys, keys->matched);
		*out_length += keys->matched;
		keys->matched = 0;
		if (keys->count && input[i] == keys->keys[0])
			keys->matched = 1;
		else
			out[(*out_length)++] = input[i];
	}
	return false;
}

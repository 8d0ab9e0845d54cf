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

/* Whether the keys from FROM on, as far as matched, begin the sequence. */
static bool is_beginning(const struct detach_keys *keys, size_t from)
{
	return memcmp(keys->keys + from, keys->keys, keys->matched - from) == 0;
}

/*
 * The next key was not the sequence's: give back as few of the matched ones
 * as leaves a beginning of it. The number given back.
 */
static size_t give_back(struct detach_keys *keys, unsigned char *out)
{
	size_t count = 1;

	while (!is_beginning(keys, count))
		count++;
	memcpy(out, keys->keys, count);
	keys->matched -= count;
	return count;
}

bool detach_keys_pass(struct detach_keys *keys, const unsigned char *input,
		      size_t length, unsigned char *out, size_t *out_length)
{
	*out_length = 0;
	for (size_t i = 0; i < length; i++) {
		while (keys->matched && input[i] != keys->keys[keys->matched])
			*out_length += give_back(keys, out + *out_length);
		if (!keys->count || input[i] != keys->keys[keys->matched])
			out[(*out_length)++] = input[i];
		else if (++keys->matched == keys->count)
			return true;
	}
	return false;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Token answers and the token cache.
 *
 * The answer (distribution spec, "Token Response Fields"): `token`, also
 * written `access_token` for OAuth2, one of them needed, the same if both;
 * `expires_in` in seconds, 60 if absent; `issued_at`, not used.
 */
#include "registry/auth/token.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/jsonx.h"
#include "registry/registry_limits.h"

enum {
	LEAST_LIFE = 60,   /* seconds; shorter is not worth believing */
	MOST_LIFE = 86400, /* a day: processes do not live longer */
	AHEAD = 10,	   /* renew so many seconds before the end */
	CACHE_MAX = 256,   /* scopes kept; the oldest goes first */
};

/* What may stand after "Bearer " (visible ASCII, so no line can be added). */
static bool is_header_safe(const char *text)
{
	size_t length = strlen(text);

	if (length == 0 || length > REGISTRY_HEADER_MAX)
		return false;
	for (; *text; text++) {
		if (*text <= ' ' || *text > '~')
			return false;
	}
	return true;
}

/* The life in seconds; some endpoints send the number as a string. */
static int64_t life_of(const json_t *document)
{
	const json_t *member = json_object_get(document, "expires_in");
	int64_t life = LEAST_LIFE;

	if (json_is_number(member)) {
		double number = json_number_value(member);

		if (number > MOST_LIFE)
			life = MOST_LIFE;
		else if (number > LEAST_LIFE)
			life = (int64_t)number;
	} else if (json_is_string(member)) {
		life = strtoll(json_string_value(member), NULL, 10);
	}
	if (life < LEAST_LIFE)
		return LEAST_LIFE;
	return life > MOST_LIFE ? MOST_LIFE : life;
}

int token_parse(const char *bytes, size_t length, int64_t now,
		struct token *out, struct error *err)
{
	autoclean(jsonx_free) json_t *document = NULL;
	const char *text;

	if (jsonx_parse(bytes, length, "token answer", &document, err) < 0) {
		err->kind = ERROR_CORRUPT;
		return -1;
	}
	text = json_string_value(json_object_get(document, "token"));
	if (!text || !*text)
		text = json_string_value(
			json_object_get(document, "access_token"));
	if (!text || !*text)
		return error_set(err, ERROR_CORRUPT,
				 "the answer holds no token");
	if (!is_header_safe(text))
		return error_set(err, ERROR_CORRUPT,
				 "the token cannot stand in a header");
	token_release(out);
	out->text = xstrdup(text);
	out->expires = now + life_of(document) * CLOCK_SECOND;
	return 0;
}

const char *token_cache_find(const struct token_cache *cache, const char *scope,
			     int64_t now)
{
	for (size_t i = 0; i < cache->count; i++) {
		const struct token_entry *entry = &cache->entries[i];

		if (!strcmp(entry->scope, scope) &&
		    now + AHEAD * CLOCK_SECOND < entry->token.expires)
			return entry->token.text;
	}
	return NULL;
}

static void remove_entry(struct token_cache *cache, size_t index)
{
	struct token_entry *entry = &cache->entries[index];

	free(entry->scope);
	token_release(&entry->token);
	cache->count--;
	memmove(entry, entry + 1, (cache->count - index) * sizeof(*entry));
}

void token_cache_put(struct token_cache *cache, const char *scope,
		     struct token *token)
{
	struct token_entry *entry;

	for (size_t i = cache->count; i-- > 0;) {
		if (!strcmp(cache->entries[i].scope, scope))
			remove_entry(cache, i);
	}
	if (cache->count == CACHE_MAX)
		remove_entry(cache, 0);
	cache->entries = xreallocarray(cache->entries, cache->count + 1,
				       sizeof(*cache->entries));
	entry = &cache->entries[cache->count++];
	entry->scope = xstrdup(scope);
	entry->token = *token;
	*token = (struct token)TOKEN_INIT;
}

void token_cache_drop(struct token_cache *cache, const char *text)
{
	for (size_t i = cache->count; i-- > 0;) {
		if (!strcmp(cache->entries[i].token.text, text))
			remove_entry(cache, i);
	}
}

void token_release(struct token *token)
{
	free(token->text);
	*token = (struct token)TOKEN_INIT;
}

void token_cache_release(struct token_cache *cache)
{
	while (cache->count > 0)
		remove_entry(cache, cache->count - 1);
	free(cache->entries);
	*cache = (struct token_cache){ NULL, 0 };
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of steps. */
#include "builder/steps/step_key.h"

#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/alloc.h"
#include "base/jsonx.h"

/* Behind every text, so that two never read as one. */
static void put(struct step_key *key, const char *text)
{
	hasher_update(key->hasher, text, strlen(text) + 1);
}

void step_key_begin(struct step_key *key, const char *kind)
{
	key->hasher = hasher_new(DIGEST_SHA256);
	key->inputs = json_array();
	/* raised when the meaning of a step changes */
	put(key, "imgctl step 2");
	step_key_add(key, "kind", kind);
}

/* Bytes that are no text are shown as far as they are. */
static json_t *shown(const char *value)
{
	json_t *text = json_string(value);

	return text ? text : json_string("(bytes)");
}

void step_key_add(struct step_key *key, const char *name, const char *value)
{
	json_t *pair;

	if (!value)
		return;
	put(key, name);
	put(key, value);
	pair = json_array();
	(void)json_array_append_new(pair, shown(name));
	(void)json_array_append_new(pair, shown(value));
	(void)json_array_append_new(key->inputs, pair);
}

void step_key_add_words(struct step_key *key, const char *name,
			const struct strvec *words)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	for (size_t i = 0; i < words->count; i++)
		strbuf_addf(&text, "%s%s", i ? " " : "", words->items[i]);
	step_key_add(key, name, text.text);
	/* "a b" and "a", "b" read the same */
	for (size_t i = 0; i < words->count; i++)
		put(key, words->items[i]);
}

static const char *kind_of(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return "d";
	case S_IFLNK:
		return "l";
	case S_IFREG:
		return "-";
	case S_IFIFO:
		return "p";
	case S_IFCHR:
		return "c";
	default:
		return "b";
	}
}

/* "-644 0f3c…": kind, mode, and what is in it. */
static void describe(const struct file_item *item, char *out, size_t room)
{
	const struct stat *st = &item->st;
	int length = snprintf(out, room, "%s%03o ", kind_of(st->st_mode),
			      S_ISLNK(st->st_mode) ? 0 : st->st_mode & 07777);

	if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode))
		(void)snprintf(out + length, room - (size_t)length, "%u:%u",
			       major(st->st_rdev), minor(st->st_rdev));
	if (!S_ISREG(st->st_mode))
		return;
	for (size_t i = 0; i < 8; i++)
		(void)snprintf(out + length + 2 * i,
			       room - (size_t)length - 2 * i, "%02x",
			       item->digest[i]);
}

void step_key_add_files(struct step_key *key, const char *place,
			const struct file_list *list, size_t first)
{
	char text[64];

	if (!key->files)
		key->files = json_object();
	put(key, "files");
	for (size_t i = first; i < list->count; i++) {
		const struct file_item *item = &list->items[i];
		autofree char *name = xasprintf("%s/%s", place, item->from);

		describe(item, text, sizeof(text));
		put(key, item->to);
		put(key, text);
		put(key, item->link ? item->link : "");
		hasher_update(key->hasher, item->digest, sizeof(item->digest));
		(void)json_object_set_new(
			key->files, name,
			shown(item->link ? item->link : text));
	}
}

void step_key_add_owners(struct step_key *key, const struct file_list *list,
			 size_t first)
{
	bool is_roots = true;

	for (size_t i = first; i < list->count && is_roots; i++)
		is_roots = !list->items[i].st.st_uid &&
			   !list->items[i].st.st_gid;
	/* so common that it is no input */
	for (size_t i = first; i < list->count && !is_roots; i++) {
		const struct file_item *item = &list->items[i];
		autofree char *name = xasprintf("owner of %s", item->from);
		autofree char *owner = xasprintf("%u:%u", item->st.st_uid,
						 item->st.st_gid);

		step_key_add(key, name, owner);
	}
}

void step_key_finish(struct step_key *key, struct digest *out)
{
	hasher_finish(key->hasher, out);
}

void step_key_release(struct step_key *key)
{
	hasher_free(key->hasher);
	json_decref(key->inputs);
	json_decref(key->files);
	*key = (struct step_key)STEP_KEY_INIT;
}

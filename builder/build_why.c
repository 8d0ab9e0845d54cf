/* SPDX-License-Identifier: Apache-2.0 */
/* Why a step runs again. */
#include "builder/build_why.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/atomicfile.h"
#include "base/fs.h"
#include "base/jsonx.h"
#include "builder/steps/step_source.h"
#include "layers/store/step_cache.h"

#define HISTORY "cache/history"

enum {
	HISTORY_MAX = 1 << 20,	  /* bytes read */
	HISTORY_KEPT = 256 << 10, /* and left when it is cut */
	CANDIDATES_MAX = 40,
	VALUE_SHOWN = 60, /* bytes of a value in a sentence */
};

json_t *build_why_describe(const struct build_step *step)
{
	const struct build_stage *stage = step->stage;
	json_t *note = json_object();

	(void)json_object_set_new(
		note, "kind",
		json_string(instruction_kind_name(step->instruction->kind)));
	(void)json_object_set_new(note, "text",
				  json_string(step->instruction->text));
	(void)json_object_set_new(note, "step", json_string(step->name));
	/* what the files below are called, if a step made none yet */
	if (!stage->has_layer)
		(void)json_object_set_new(
			note, "base",
			json_string(stage->image.name ? stage->image.name
						      : "scratch"));
	(void)json_object_set(note, "inputs",
			      step->key.inputs ? step->key.inputs
					       : step->quick.inputs);
	if (step->key.files)
		(void)json_object_set(note, "files", step->key.files);
	return note;
}

/* The value of input NAME in NOTE's list, from the INDEXth of that name. */
static const char *input_of(const json_t *inputs, const char *name,
			    size_t index)
{
	const json_t *pair;
	size_t at;

	json_array_foreach(inputs, at, pair)
	{
		const char *own = json_string_value(json_array_get(pair, 0));

		if (own && !strcmp(own, name) && !index--)
			return json_string_value(json_array_get(pair, 1));
	}
	return NULL;
}

/* How many inputs before INDEX have the name of that one. */
static size_t rank_of(const json_t *inputs, size_t index)
{
	const char *name = json_string_value(
		json_array_get(json_array_get(inputs, index), 0));
	size_t rank = 0;

	for (size_t i = 0; name && i < index; i++) {
		const char *own = json_string_value(
			json_array_get(json_array_get(inputs, i), 0));

		rank += own && !strcmp(own, name);
	}
	return rank;
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static char *tell_base(const json_t *a, const json_t *b)
{
	const char *old = text_of(a, "base");
	const char *new = text_of(b, "base");

	if (*old && *new &&strcmp(old, new) != 0)
		return xasprintf("base %s \xe2\x86\x92 %s", old, new);
	if (*new)
		return xasprintf("base %s moved", new);
	return xstrdup("a step before it made other files");
}

static char *tell_value(const char *name, const char *old, const char *new)
{
	const char *more_old = old && strlen(old) > VALUE_SHOWN ? "…" : "";
	const char *more_new = new &&strlen(new) > VALUE_SHOWN ? "…" : "";

	if (!old)
		return xasprintf("%s is new: %.*s%s", name, VALUE_SHOWN, new,
				 more_new);
	if (!new)
		return xasprintf("%s is gone", name);
	return xasprintf("%s %.*s%s \xe2\x86\x92 %.*s%s", name, VALUE_SHOWN,
			 old, more_old, VALUE_SHOWN, new, more_new);
}

/* "-644 0f3c" and "-755 0f3c": only the mode differs. */
static char *tell_file(const char *path, const char *old, const char *new)
{
	const char *old_rest = strchr(old, ' ');
	const char *new_rest = strchr(new, ' ');

	if (old_rest && new_rest && old[0] == new[0] &&
	    !strcmp(old_rest, new_rest))
		return xasprintf("%s mode %.*s \xe2\x86\x92 %.*s", path,
				 (int)(old_rest - old) - 1, old + 1,
				 (int)(new_rest - new) - 1, new + 1);
	return xasprintf("%s changed", path);
}

struct comparing {
	char *first; /* what differs first, in words */
	size_t count;
};

static void note_difference(struct comparing *comparing, char *words)
{
	if (comparing->first)
		free(words);
	else
		comparing->first = words;
	comparing->count++;
}

static void compare_inputs(const json_t *a, const json_t *b,
			   struct comparing *comparing)
{
	const json_t *old = json_object_get(a, "inputs");
	const json_t *new = json_object_get(b, "inputs");
	const json_t *pair;
	size_t index;

	json_array_foreach(new, index, pair)
	{
		const char *name = json_string_value(json_array_get(pair, 0));
		const char *value = json_string_value(json_array_get(pair, 1));
		const char *was =
			name ? input_of(old, name, rank_of(new, index)) : NULL;

		if (!name || !value || (was && !strcmp(was, value)))
			continue;
		note_difference(comparing,
				!strcmp(name, "parent")
					? tell_base(a, b)
					: tell_value(name, was, value));
	}
	json_array_foreach(old, index, pair)
	{
		const char *name = json_string_value(json_array_get(pair, 0));

		if (name && !input_of(new, name, rank_of(old, index)))
			note_difference(comparing, tell_value(name, "", NULL));
	}
}

static void compare_files(const json_t *a, const json_t *b,
			  struct comparing *comparing)
{
	json_t *old = json_object_get(a, "files");
	json_t *new = json_object_get(b, "files");
	const char *path;
	json_t *value;

	json_object_foreach(new, path, value)
	{
		const char *was = json_string_value(json_object_get(old, path));
		const char *is = json_string_value(value);

		if (!was)
			note_difference(comparing,
					xasprintf("%s is new", path));
		else if (is && strcmp(was, is) != 0)
			note_difference(comparing, tell_file(path, was, is));
	}
	json_object_foreach(old, path, value)
	{
		if (!json_object_get(new, path))
			note_difference(comparing,
					xasprintf("%s is gone", path));
	}
}

char *build_why_compare(const json_t *a, const json_t *b, size_t *count_out)
{
	struct comparing comparing = { NULL, 0 };

	compare_inputs(a, b, &comparing);
	compare_files(a, b, &comparing);
	*count_out = comparing.count;
	return comparing.first ? comparing.first
			       : xstrdup("its files are not here any more");
}

static char *site_name(const struct build_state *build)
{
	const char *site = build->request->site;
	struct digest digest;

	hasher_digest(DIGEST_SHA256, site, strlen(site), &digest);
	return xstrdup(digest_hex(&digest));
}

/* Keys of the same kind of step in the same stage, the newest first. */
static void find_candidates(const struct build_state *build,
			    const struct build_step *step, struct strvec *out)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(HISTORY_MAX);
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autofree char *name = site_name(build);
	autofree char *path = xasprintf(HISTORY "/%s", name);
	autofree char *start =
		xasprintf("%zu %s ", step->stage->parsed->number,
			  instruction_kind_name(step->instruction->kind));
	size_t end;

	if (fs_read_file(build->request->store->root_fd, path, HISTORY_MAX,
			 &text, &ignored) < 0)
		return;
	end = text.length;
	while (end && out->count < CANDIDATES_MAX) {
		size_t begin = end - 1;

		while (begin && text.text[begin - 1] != '\n')
			begin--;
		if (!strncmp(text.text + begin, start, strlen(start))) {
			autofree char *key = xstrndup(
				text.text + begin + strlen(start),
				strcspn(text.text + begin + strlen(start),
					"\n"));

			if (!strvec_has(out, key))
				strvec_add(out, key);
		}
		end = begin;
	}
}

char *build_why(const struct build_state *build, const struct build_step *step,
		const struct digest *key)
{
	autoclean(strvec_release) struct strvec keys = STRVEC_INIT;
	autoclean(jsonx_free) json_t *own = build_why_describe(step);
	autoclean(jsonx_free)
		json_t *known = step_cache_note(build->request->store, key);
	char *nearest = NULL;
	size_t least = SIZE_MAX;

	if (known)
		return xstrdup("its files are not here any more");
	find_candidates(build, step, &keys);
	for (size_t i = 0; i < keys.count; i++) {
		autoclean(error_release) struct error ignored = ERROR_INIT;
		autoclean(jsonx_free) json_t *note = NULL;
		autofree char *words = NULL;
		struct digest other;
		size_t count;

		if (digest_parse(keys.items[i], &other, &ignored) < 0)
			continue;
		note = step_cache_note(build->request->store, &other);
		if (!note)
			continue;
		words = build_why_compare(note, own, &count);
		if (count >= least)
			continue;
		least = count;
		free(nearest);
		nearest = TAKE_PTR(words);
	}
	return nearest ? nearest : xstrdup("it was never done before");
}

/* The older half goes when the file has grown too long. */
static void cut(int folder, const char *name, off_t size)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT((size_t)HISTORY_MAX * 2);
	autoclean(error_release) struct error ignored = ERROR_INIT;
	const char *from;

	if (size < HISTORY_MAX - (8 << 10) ||
	    fs_read_file(folder, name, text.limit, &text, &ignored) < 0 ||
	    text.length <= HISTORY_KEPT)
		return;
	from = strchr(text.text + text.length - HISTORY_KEPT, '\n');
	if (from && atomicfile_put(folder, name, from + 1, strlen(from + 1), 0,
				   &ignored) < 0)
		error_release(&ignored);
}

void build_why_note(struct build_state *build, const struct build_step *step,
		    const struct digest *key)
{
	(void)pthread_mutex_lock(&build->lock); /* no way to fail */
	strbuf_addf(&build->history, "%zu %s %s\n", step->stage->parsed->number,
		    instruction_kind_name(step->instruction->kind), key->text);
	(void)pthread_mutex_unlock(&build->lock);
}

static int append(const struct build_state *build, const struct strbuf *lines,
		  struct error *err)
{
	autofree char *name = site_name(build);
	autoclose int folder = -1;
	autoclose int fd = -1;

	if (store_folder(build->request->store, HISTORY, &folder, err) < 0)
		return -1;
	fd = openat(folder, name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
		    0600);
	if (fd < 0)
		return error_sys(err, errno, "open %s", HISTORY);
	if (fs_write_all(fd, lines->text, lines->length, err) < 0)
		return -1;
	cut(folder, name, lseek(fd, 0, SEEK_END));
	return 0;
}

void build_why_write(struct build_state *build)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autoclean(strbuf_release) struct strbuf lines = STRBUF_INIT;

	(void)pthread_mutex_lock(&build->lock); /* no way to fail */
	lines = build->history;
	build->history = (struct strbuf)STRBUF_INIT;
	(void)pthread_mutex_unlock(&build->lock);
	if (lines.length && append(build, &lines, &ignored) < 0)
		error_release(&ignored); /* less can be explained */
}

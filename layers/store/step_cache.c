/* SPDX-License-Identifier: Apache-2.0 */
/* The build cache's entries. */
#include "layers/store/step_cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/atomicfile.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/jsonx.h"
#include "layers/store/shard.h"

enum { STEP_TEXT_MAX = 320, STEP_NOTE_MAX = 8 << 20, MARK_EVERY = 60 };

#define STEPS "cache/steps"
#define NOTES "cache/notes"

static char *entry_path(const struct digest *key)
{
	const char *hex = digest_hex(key);

	return xasprintf(STEPS "/%.2s/%s", hex, hex);
}

static char *note_path(const struct digest *key)
{
	const char *hex = digest_hex(key);

	return xasprintf(NOTES "/%.2s/%s.json", hex, hex);
}

static bool read_entry(const struct store *store, const char *path,
		       char out[static STEP_TEXT_MAX])
{
	ssize_t length = readlinkat(store->root_fd, path, out,
				    STEP_TEXT_MAX - 1);

	if (length < 0)
		return false;
	out[length] = '\0';
	return true;
}

/* FOLDER:SIZE:TARSIZE:LATEST:BOOT; BOOT_OUT points into TEXT. */
static bool parse_entry(const char *text, struct step_entry *out,
			const char **boot_out)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	char folder[DIGEST_TEXT_MAX];
	struct layer_made *layer = &out->layer;
	autofree char *digest = NULL;
	int end = 0;

	if (sscanf(text, "%130[0-9a-f-]:%" SCNu64 ":%" SCNu64 ":%" SCNd64 ":%n",
		   folder, &layer->size, &layer->tar_size, &layer->latest,
		   &end) != 4 ||
	    !end)
		return false;
	*boot_out = text + end;
	if (!strcmp(folder, "-"))
		return true;
	digest = xasprintf("sha256:%s", folder);
	if (digest_parse(digest, &layer->diff_id, &ignored) < 0)
		return false;
	layer->folder = xstrdup(folder);
	out->has_layer = true;
	return true;
}

static bool layer_is_here(const struct store *store, const char *folder)
{
	autofree char *path = xasprintf("layers/%s/layer.json", folder);

	return fs_exists(store->root_fd, path);
}

bool step_cache_peek(struct store *store, const struct digest *key,
		     struct step_entry *out)
{
	autofree char *path = entry_path(key);
	char text[STEP_TEXT_MAX];
	const char *boot = "";
	struct stat st;

	*out = (struct step_entry)STEP_ENTRY_INIT;
	if (!read_entry(store, path, text) || !parse_entry(text, out, &boot) ||
	    (*boot && strcmp(boot, store_boot_id(store)) != 0) ||
	    (out->has_layer && !layer_is_here(store, out->layer.folder))) {
		step_entry_release(out);
		return false;
	}
	if (fstatat(store->root_fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0)
		out->used = clock_join(st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	return true;
}

/* What is marked as used a moment ago need not be marked again. */
static bool is_recent(int64_t used)
{
	int64_t age = clock_now() - used;

	return age >= 0 && age < MARK_EVERY * CLOCK_SECOND;
}

bool step_cache_find(struct store *store, const struct digest *key,
		     struct step_entry *out)
{
	autofree char *path = entry_path(key);

	if (!step_cache_peek(store, key, out))
		return false;
	if (is_recent(out->used))
		return true;
	/* one that cannot be marked as used only goes sooner */
	if (utimensat(store->root_fd, path, NULL, AT_SYMLINK_NOFOLLOW) < 0)
		errno = 0;
	return true;
}

static int write_note(const struct store *store, const struct digest *key,
		      const json_t *note, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autofree char *folder = xasprintf(NOTES "/%.2s", digest_hex(key));
	autofree char *name = xasprintf("%s.json", digest_hex(key));
	autoclose int fd = -1;

	jsonx_format(note, &text);
	strbuf_addch(&text, '\n');
	if (strbuf_check(&text, "the step's note", err) < 0 ||
	    store_folder(store, folder, &fd, err) < 0)
		return -1;
	return atomicfile_put(fd, name, text.text, text.length, 0, err);
}

/* A link appears whole: made under another name, then renamed. */
static int write_entry(const struct store *store, const struct digest *key,
		       const char *text, struct error *err)
{
	const char *hex = digest_hex(key);
	autofree char *folder = xasprintf(STEPS "/%.2s", hex);
	autofree char *temporary = xasprintf(".%s-%d-%lx", hex, (int)getpid(),
					     (unsigned long)clock_monotonic());
	autoclose int fd = -1;

	if (store_folder(store, folder, &fd, err) < 0)
		return -1;
	if (symlinkat(text, fd, temporary) < 0)
		return error_sys(err, errno, "note a step");
	if (renameat(fd, temporary, fd, hex) == 0)
		return 0;
	(void)error_sys(err, errno, "note a step");
	(void)unlinkat(fd, temporary, 0); /* the first cause is told */
	return -1;
}

static int format_entry(const struct step_entry *entry, const char *boot,
			char out[static STEP_TEXT_MAX])
{
	const struct layer_made *layer = &entry->layer;

	return snprintf(out, STEP_TEXT_MAX,
			"%s:%" PRIu64 ":%" PRIu64 ":%" PRId64 ":%s",
			entry->has_layer ? layer->folder : "-", layer->size,
			layer->tar_size, layer->latest, boot);
}

int step_cache_put(struct store *store, const struct digest *key,
		   const struct step_entry *entry, const json_t *note,
		   struct error *err)
{
	char text[STEP_TEXT_MAX];

	if (format_entry(entry, store_boot_id(store), text) >= STEP_TEXT_MAX)
		return error_set(err, ERROR_INVALID, "the entry is too long");
	/* the note first: an entry without one cannot be explained */
	if (write_note(store, key, note, err) < 0)
		return -1;
	return write_entry(store, key, text, err);
}

int step_cache_mark(struct store *store, const struct digest *key,
		    struct error *err)
{
	autoclean(step_entry_release) struct step_entry entry = STEP_ENTRY_INIT;
	char text[STEP_TEXT_MAX];

	if (!step_cache_peek(store, key, &entry) ||
	    format_entry(&entry, "", text) >= STEP_TEXT_MAX)
		return 0; /* gone meanwhile */
	return write_entry(store, key, text, err);
}

json_t *step_cache_note(const struct store *store, const struct digest *key)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autofree char *path = note_path(key);
	json_t *note = NULL;

	return jsonx_read(store->root_fd, path, STEP_NOTE_MAX, &note,
			  &ignored) < 0
		       ? NULL
		       : note;
}

int step_cache_list(const struct store *store, struct strvec *out,
		    struct error *err)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;

	if (shard_list(store, STEPS, "", &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		if (names.items[i][0] != '.')
			strvec_addf(out, "sha256:%s", names.items[i]);
	}
	return 0;
}

int step_cache_layers(const struct store *store, struct strvec *out,
		      struct error *err)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;

	if (shard_list(store, STEPS, "", &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		autofree char *path = xasprintf(STEPS "/%.2s/%s",
						names.items[i], names.items[i]);
		char text[STEP_TEXT_MAX];

		if (!read_entry(store, path, text))
			continue; /* gone meanwhile, or half written */
		text[strcspn(text, ":")] = '\0';
		if (strcmp(text, "-") != 0)
			strvec_add(out, text);
	}
	return 0;
}

int step_cache_remove(const struct store *store, const struct digest *key,
		      struct error *err)
{
	autofree char *entry = entry_path(key);
	autofree char *note = note_path(key);

	if (unlinkat(store->root_fd, entry, 0) < 0 && errno != ENOENT)
		return error_sys(err, errno, "forget a step");
	if (unlinkat(store->root_fd, note, 0) < 0 && errno != ENOENT)
		return error_sys(err, errno, "forget a step's note");
	return 0;
}

void step_entry_release(struct step_entry *entry)
{
	layer_made_release(&entry->layer);
	*entry = (struct step_entry)STEP_ENTRY_INIT;
}

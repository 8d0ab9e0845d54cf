/* SPDX-License-Identifier: Apache-2.0 */
/* The way of one entry: name, policy, directory, node. */
#include "layers/tar/extract.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "base/term.h"
#include "layers/layers_limits.h"
#include "layers/tar/extract_internal.h"
#include "layers/tar/owner_note.h"
#include "layers/tar/whiteout.h"

enum { EXTRACT_SHOWN_NAME = 200 };

int extract_open(const struct extract_options *options, struct extract **out,
		 struct error *err)
{
	struct extract *extract;
	struct stat st;

	if (fstat(options->directory, &st) < 0)
		return error_sys(err, errno, "stat the directory to fill");
	extract = xcalloc(1, sizeof(*extract));
	extract->options = *options;
	extract->uid = geteuid();
	extract->gid = getegid();
	extract->notes_owners = options->rootless && owner_note_is_used();
	extract->parent.fd = -1;
	path_set_init(&extract->implicit, LAYERS_MAX_BOOKKEEPING);
	path_set_init(&extract->seen, LAYERS_MAX_BOOKKEEPING);
	*out = extract;
	return 0;
}

bool extract_is_whiteout(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == 0;
}

int extract_mark_seen(struct extract *extract, const char *path,
		      struct error *err)
{
	autofree char *at = NULL;

	if (!extract->options.merged)
		return 0;
	at = xstrdup(path);
	/* with what leads to it, which must not vanish either */
	while (*at && !path_set_has(&extract->seen, at)) {
		char *slash = strrchr(at, '/');

		if (path_set_add(&extract->seen, at, err) < 0)
			return -1;
		*(slash ? slash : at) = '\0';
	}
	return 0;
}

/* The entry's directory is there: do what the entry says in it. */
static int act(struct extract_item *item, enum whiteout_kind kind,
	       const char *hidden, struct error *err)
{
	switch (kind) {
	case WHITEOUT_NAME:
		return extract_whiteout(item, hidden, err);
	case WHITEOUT_ALL:
		return extract_opaque(item, err);
	case WHITEOUT_NONE:
	case WHITEOUT_METADATA:
		break;
	}
	if (extract_mark_seen(item->extract, item->full, err) < 0)
		return -1;
	if (!*item->path->leaf)
		return extract_root(item, err);
	return extract_node(item, err);
}

static int place(struct extract_item *item, struct error *err)
{
	struct extract *extract = item->extract;
	enum whiteout_kind kind = WHITEOUT_NONE;
	const char *hidden = NULL;
	bool found;

	if (!extract->options.is_plain &&
	    whiteout_parse(item->path->parent, item->path->leaf, &kind, &hidden,
			   err) < 0)
		return -1;
	if (kind == WHITEOUT_METADATA)
		return 0;
	if (kind == WHITEOUT_NONE && entry_check(item->entry, err) < 0)
		return -1;
	if (extract_parent_open(extract, item->path->parent, &found, err) < 0)
		return -1;
	if (!found) {
		if (extract->options.merged)
			return error_set(
				err, ERROR_INVALID,
				"its directory is behind a link that leads nowhere");
		extract->result.needs_parents = true;
		return 0;
	}
	item->parent = extract->parent.fd;
	item->setgid = extract->parent.setgid;
	return act(item, kind, hidden, err);
}

/* Prepends the entry's name, made fit to be shown and not too long. */
static int name_entry(const char *path, struct error *err)
{
	autoclean(strbuf_release) struct strbuf shown = STRBUF_INIT;
	size_t length = strlen(path);
	bool cut = length > EXTRACT_SHOWN_NAME;

	term_sanitize(path, cut ? EXTRACT_SHOWN_NAME : length, &shown);
	return error_wrap(err, "entry %s%s", shown.text, cut ? "..." : "");
}

int extract_entry(struct extract *extract, struct tar_reader *reader,
		  const struct entry *entry, struct error *err)
{
	autoclean(entry_path_release) struct entry_path path = ENTRY_PATH_INIT;
	autofree char *full = NULL;
	struct extract_item item = { .extract = extract,
				     .reader = reader,
				     .entry = entry,
				     .path = &path };

	if (extract->result.entries >= extract->options.max_entries)
		return error_set(
			err, ERROR_TOO_LARGE, "more than %llu entries",
			(unsigned long long)extract->options.max_entries);
	extract->result.entries++;
	if (entry_path_parse(entry->path, extract->options.max_path, &path,
			     err) < 0)
		return name_entry(entry->path, err);
	full = entry_path_format(&path);
	item.full = full;
	if (place(&item, err) < 0)
		return name_entry(entry->path, err);
	return 0;
}

int extract_finish(struct extract *extract, struct extract_result *out,
		   struct error *err)
{
	if (extract_fixup_apply(extract, err) < 0)
		return -1;
	path_set_drain(&extract->implicit, &extract->result.implicit);
	*out = extract->result;
	extract->result = (struct extract_result){ 0 };
	return 0;
}

void extract_result_release(struct extract_result *result)
{
	strvec_release(&result->implicit);
}

void extract_free(struct extract *extract)
{
	if (!extract)
		return;
	extract_parent_forget(extract);
	extract_fixup_release(extract);
	path_set_release(&extract->implicit);
	path_set_release(&extract->seen);
	extract_result_release(&extract->result);
	free(extract);
}

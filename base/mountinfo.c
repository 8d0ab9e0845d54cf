/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of mountinfo:
 *   id parent major:minor root target options [optional…] - type source super
 */
#include "base/mountinfo.h"

#include <fcntl.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fs.h"

/* 100,000 mounts (the kernel's own bound) of 300 bytes, and room to spare. */
enum { MOUNTINFO_LIMIT = 64 << 20 };

/* The part of the text that is not read yet. */
struct cursor {
	const char *at;
	const char *end;
};

static bool is_octal(char byte)
{
	return byte >= '0' && byte <= '7';
}

/* A copy of LENGTH bytes with "\040" and its like undone. */
static char *unescape(const char *text, size_t length)
{
	char *out = xmalloc(length + 1);
	size_t to = 0;

	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\\' && i + 3 < length &&
		    is_octal(text[i + 1]) && is_octal(text[i + 2]) &&
		    is_octal(text[i + 3])) {
			out[to++] = (char)((text[i + 1] - '0') * 64 +
					   (text[i + 2] - '0') * 8 +
					   (text[i + 3] - '0'));
			i += 3;
		} else {
			out[to++] = text[i];
		}
	}
	out[to] = '\0';
	return out;
}

/* The next word; an empty one where two spaces meet, false at the end. */
static bool next_word(struct cursor *line, const char **word, size_t *length)
{
	const char *stop;

	if (line->at > line->end)
		return false;
	stop = memchr(line->at, ' ', (size_t)(line->end - line->at));
	if (!stop)
		stop = line->end;
	*word = line->at;
	*length = (size_t)(stop - line->at);
	line->at = stop + 1;
	return true;
}

static bool take_text(struct cursor *line, char **out)
{
	const char *word;
	size_t length;

	if (!next_word(line, &word, &length))
		return false;
	*out = unescape(word, length);
	return true;
}

/* A decimal number that ends at STOP. */
static bool take_number(struct cursor *line, char stop, int64_t max,
			int64_t *out)
{
	int64_t value = 0;
	const char *first = line->at;

	while (line->at < line->end && *line->at >= '0' && *line->at <= '9') {
		value = value * 10 + (*line->at++ - '0');
		if (value > max)
			return false;
	}
	if (line->at == first || line->at >= line->end || *line->at != stop)
		return false;
	line->at++;
	*out = value;
	return true;
}

/* Everything up to the lone dash. */
static bool take_optional(struct cursor *line, char **out)
{
	const char *first = line->at;
	const char *word;
	size_t length;

	while (next_word(line, &word, &length)) {
		if (length == 1 && *word == '-') {
			*out = word == first
				       ? xstrdup("")
				       : unescape(first,
						  (size_t)(word - 1 - first));
			return true;
		}
	}
	return false;
}

static bool take_line(struct cursor *line, struct mountinfo_entry *out)
{
	int64_t major;
	int64_t minor;

	if (!take_number(line, ' ', INT32_MAX, &out->id) ||
	    !take_number(line, ' ', INT32_MAX, &out->parent) ||
	    !take_number(line, ':', UINT32_MAX, &major) ||
	    !take_number(line, ' ', UINT32_MAX, &minor))
		return false;
	out->major = (uint32_t)major;
	out->minor = (uint32_t)minor;
	return take_text(line, &out->root) && take_text(line, &out->target) &&
	       take_text(line, &out->options) &&
	       take_optional(line, &out->optional) &&
	       take_text(line, &out->type) && take_text(line, &out->source) &&
	       take_text(line, &out->super_options);
}

static size_t count_lines(const char *text, size_t length)
{
	size_t count = 0;

	for (size_t i = 0; i < length; i++)
		count += text[i] == '\n';
	return count + 1;
}

int mountinfo_parse(const char *text, size_t length, struct mountinfo *out,
		    struct error *err)
{
	const char *end = text + length;

	*out = (struct mountinfo)MOUNTINFO_INIT;
	out->entries = xcalloc(count_lines(text, length),
			       sizeof(*out->entries));
	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		struct cursor line = { text, stop ? stop : end };

		text = line.end + 1;
		if (line.at == line.end)
			continue;
		out->count++;
		if (!take_line(&line, &out->entries[out->count - 1])) {
			error_set(err, ERROR_INVALID,
				  "line %zu of mountinfo is malformed",
				  out->count);
			mountinfo_release(out);
			return -1;
		}
	}
	return 0;
}

int mountinfo_read(struct mountinfo *out, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(MOUNTINFO_LIMIT);

	if (fs_read_file(AT_FDCWD, "/proc/self/mountinfo", MOUNTINFO_LIMIT,
			 &text, err) < 0)
		return -1;
	return mountinfo_parse(text.text, text.length, out, err);
}

const struct mountinfo_entry *mountinfo_find(const struct mountinfo *info,
					     const char *target)
{
	for (size_t i = info->count; i > 0; i--)
		if (strcmp(info->entries[i - 1].target, target) == 0)
			return &info->entries[i - 1];
	return NULL;
}

void mountinfo_release(struct mountinfo *info)
{
	for (size_t i = 0; i < info->count; i++) {
		struct mountinfo_entry *entry = &info->entries[i];

		free(entry->root);
		free(entry->target);
		free(entry->options);
		free(entry->optional);
		free(entry->type);
		free(entry->source);
		free(entry->super_options);
	}
	free(info->entries);
	*info = (struct mountinfo)MOUNTINFO_INIT;
}

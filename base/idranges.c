/* SPDX-License-Identifier: Apache-2.0 */
/* Reading ranges of ids. */
#include "base/idranges.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/userdb.h"

enum { IDRANGES_FILE_MAX = 1 << 20, IDRANGES_MAP_MAX = 16 << 10 };

void idranges_add(struct idranges *ranges, uint32_t inside, uint32_t outside,
		  uint32_t count)
{
	if (!count || ranges->count == IDRANGES_MAX)
		return;
	ranges->items = xreallocarray(ranges->items, ranges->count + 1,
				      sizeof(*ranges->items));
	ranges->items[ranges->count++] = (struct idrange){ inside, outside,
							   count };
}

/* A number up to END; false when it is none or too great. */
static bool read_number(const char **at, const char *end, uint32_t *out)
{
	uint64_t value = 0;
	const char *start = *at;

	while (*at < end && **at >= '0' && **at <= '9') {
		value = value * 10 + (uint64_t)(**at - '0');
		if (value > UINT32_MAX)
			return false;
		(*at)++;
	}
	*out = (uint32_t)value;
	return *at > start;
}

/* No range may reach the id -1, which is none. */
static bool is_range(uint32_t first, uint32_t count)
{
	return count && first < UINT32_MAX && count <= UINT32_MAX - first;
}

/* Whether LINE's first field, of LENGTH bytes, is this user. */
static bool is_owner(const char *line, size_t length, const char *name,
		     uint32_t uid)
{
	char digits[16];

	(void)snprintf(digits, sizeof(digits), "%u", uid); /* 10 digits */
	return (strlen(digits) == length && !memcmp(line, digits, length)) ||
	       (name && length && strlen(name) == length &&
		!memcmp(line, name, length));
}

/* NAME:FIRST:COUNT */
static void parse_line(const char *line, const char *end, const char *name,
		       uint32_t uid, struct idranges *out)
{
	const char *at = memchr(line, ':', (size_t)(end - line));
	uint32_t first;
	uint32_t count;

	if (!at || !is_owner(line, (size_t)(at - line), name, uid))
		return;
	at++;
	if (!read_number(&at, end, &first) || at == end || *at++ != ':' ||
	    !read_number(&at, end, &count) || at != end ||
	    !is_range(first, count))
		return;
	idranges_add(out, 0, first, count);
}

void idranges_parse_subids(const char *text, const char *name, uint32_t uid,
			   struct idranges *out)
{
	while (*text) {
		const char *end = strchrnul(text, '\n');

		parse_line(text, end, name, uid, out);
		text = *end ? end + 1 : end;
	}
}

/* Three numbers with blanks around them. */
static void parse_map_line(const char *at, const char *end,
			   struct idranges *out)
{
	uint32_t numbers[3];

	for (int i = 0; i < 3; i++) {
		while (at < end && (*at == ' ' || *at == '\t'))
			at++;
		if (!read_number(&at, end, &numbers[i]))
			return;
	}
	if (is_range(numbers[0], numbers[2]))
		idranges_add(out, numbers[0], numbers[1], numbers[2]);
}

void idranges_parse_map(const char *text, struct idranges *out)
{
	while (*text) {
		const char *end = strchrnul(text, '\n');

		parse_map_line(text, end, out);
		text = *end ? end + 1 : end;
	}
}

bool idranges_has(const struct idranges *ranges, uint32_t id)
{
	for (size_t i = 0; i < ranges->count; i++) {
		const struct idrange *range = &ranges->items[i];

		if (id >= range->inside && id - range->inside < range->count)
			return true;
	}
	return false;
}

uint64_t idranges_total(const struct idranges *ranges)
{
	uint64_t total = 0;

	for (size_t i = 0; i < ranges->count; i++)
		total += ranges->items[i].count;
	return total;
}

/* The user's login name by this machine's passwd; NULL when it has none. */
static char *find_name(uint32_t uid)
{
	autoclean(userdb_identity_release) struct userdb_identity who =
		USERDB_IDENTITY_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autoclose int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	autofree char *digits = xasprintf("%u", uid);

	if (root < 0 || userdb_resolve(root, digits, &who, &ignored) < 0)
		return NULL;
	return TAKE_PTR(who.name);
}

static int read_file(const char *name, uint32_t uid, bool is_group,
		     struct idranges *out, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(IDRANGES_FILE_MAX);
	const char *path = is_group ? "/etc/subgid" : "/etc/subuid";

	if (fs_read_file(AT_FDCWD, path, IDRANGES_FILE_MAX, &text, err) < 0) {
		if (err->kind != ERROR_NOT_FOUND)
			return -1;
		error_release(err);
		return 0;
	}
	if (text.length)
		idranges_parse_subids(text.text, name, uid, out);
	return 0;
}

int idranges_read_subids(uint32_t uid, bool is_group, struct idranges *out,
			 struct error *err)
{
	autofree char *name = find_name(uid);

	return read_file(name, uid, is_group, out, err);
}

int idranges_read_named(const char *name, bool is_group, struct idranges *out,
			struct error *err)
{
	return read_file(name, UINT32_MAX, is_group, out, err);
}

int idranges_read_map(bool is_group, struct idranges *out, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(IDRANGES_MAP_MAX);
	const char *path = is_group ? "/proc/self/gid_map"
				    : "/proc/self/uid_map";

	if (fs_read_file(AT_FDCWD, path, IDRANGES_MAP_MAX, &text, err) < 0)
		return -1;
	if (text.length)
		idranges_parse_map(text.text, out);
	return 0;
}

void idranges_release(struct idranges *ranges)
{
	free(ranges->items);
	*ranges = (struct idranges)IDRANGES_INIT;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * status = *( key ":" TAB value LF ), where values are numbers between blanks;
 * sets are hexadecimal. The program's name, which may hold anything, has its
 * line feeds escaped by the kernel.
 */
#include "runtime/process_status.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* The value of KEY ("Uid"), or NULL. */
static const char *find_value(const char *text, const char *key)
{
	size_t length = strlen(key);

	while (*text) {
		if (!strncmp(text, key, length) && text[length] == ':')
			return text + length + 1;
		text = strchrnul(text, '\n');
		text += *text == '\n';
	}
	return NULL;
}

/* One number of a line; false at its end or at what is none. */
static bool next_number(const char **cursor, int base, uint64_t *out)
{
	const char *start = *cursor + strspn(*cursor, " \t");
	char *end;

	if (*start < '0' || (*start > '9' && base == 10) || *start > 'f')
		return false;
	errno = 0;
	*out = strtoull(start, &end, base);
	if (end == start || errno)
		return false;
	*cursor = end;
	return true;
}

static int read_ids(const char *text, const char *key,
		    uint32_t ids[PROCESS_STATUS_IDS], struct error *err)
{
	const char *value = find_value(text, key);
	uint64_t number;

	for (int i = 0; i < PROCESS_STATUS_IDS; i++) {
		if (!value || !next_number(&value, 10, &number) ||
		    number > UINT32_MAX)
			return error_set(err, ERROR_INVALID,
					 "a process's status has no %s", key);
		ids[i] = (uint32_t)number;
	}
	return 0;
}

static void read_groups(const char *text, struct process_status *out)
{
	const char *value = find_value(text, "Groups");
	uint64_t number;

	while (value && next_number(&value, 10, &number)) {
		out->groups = xreallocarray(out->groups, out->group_count + 1,
					    sizeof(*out->groups));
		out->groups[out->group_count++] = (uint32_t)number;
	}
}

static int read_sets(const char *text, struct process_status *out,
		     struct error *err)
{
	const struct {
		const char *key;
		uint64_t *set;
	} rows[] = {
		{ "CapInh", &out->inheritable }, { "CapPrm", &out->permitted },
		{ "CapEff", &out->effective },	 { "CapBnd", &out->bounding },
		{ "CapAmb", &out->ambient },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *value = find_value(text, rows[i].key);

		if (!value || !next_number(&value, 16, rows[i].set))
			return error_set(err, ERROR_INVALID,
					 "a process's status has no %s",
					 rows[i].key);
	}
	return 0;
}

static unsigned read_small(const char *text, const char *key)
{
	const char *value = find_value(text, key);
	uint64_t number;

	return value && next_number(&value, 10, &number) && number <= UINT16_MAX
		       ? (unsigned)number
		       : 0;
}

int process_status_parse(const char *text, struct process_status *out,
			 struct error *err)
{
	*out = (struct process_status)PROCESS_STATUS_INIT;
	if (read_ids(text, "Uid", out->uids, err) < 0 ||
	    read_ids(text, "Gid", out->gids, err) < 0 ||
	    read_sets(text, out, err) < 0)
		return -1;
	read_groups(text, out);
	out->has_no_new_privs = read_small(text, "NoNewPrivs") != 0;
	out->seccomp = read_small(text, "Seccomp");
	out->filters = read_small(text, "Seccomp_filters");
	return 0;
}

void process_status_release(struct process_status *status)
{
	free(status->groups);
	*status = (struct process_status)PROCESS_STATUS_INIT;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A container's isolation, section by section. */
#include "cmd/front/isolation_show.h"

#include <string.h>

#include "base/alloc.h"
#include "base/term.h"
#include "cmd/front/shape.h"
#include "cmd/table.h"
#include "cmd/units.h"

/* Capabilities of a line are broken before this column. */
enum { LINE_WIDTH = 100 };

static json_int_t number_of(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

/* Text of the container's, in which a tab would end a column. */
static void add_safe(const char *text, struct strbuf *out)
{
	term_sanitize(text, strlen(text), out);
}

static void add_cell(const json_t *object, const char *key, struct strbuf *out)
{
	const char *text = shape_text(object, key);

	add_safe(*text ? text : "-", out);
	strbuf_addch(out, '\t');
}

/* A section: an empty line, and ROWS aligned. */
static void add_section(const struct strbuf *rows, struct strbuf *out)
{
	strbuf_addch(out, '\n');
	table_format(rows->text, rows->length, out);
}

static void show_namespaces(const json_t *document, struct strbuf *rows)
{
	const json_t *list = json_object_get(document, "Namespaces");
	const json_t *space;
	size_t index;

	strbuf_addstr(rows, "NAMESPACE\tHOST\tCONTAINER\tIS\n");
	json_array_foreach(list, index, space)
	{
		bool is_shared =
			json_is_true(json_object_get(space, "IsShared"));

		add_cell(space, "Name", rows);
		if (number_of(space, "Host"))
			strbuf_addf(rows, "%lld\t",
				    (long long)number_of(space, "Host"));
		else
			strbuf_addstr(rows, "-\t");
		strbuf_addf(rows, "%lld\t%s\n",
			    (long long)number_of(space, "Container"),
			    is_shared ? "shared with the host" : "its own");
	}
}

static void show_map(const json_t *document, const char *key, const char *title,
		     struct strbuf *rows)
{
	const json_t *list = json_object_get(document, key);
	const json_t *range;
	size_t index;

	strbuf_addf(rows, "%s\tHOST\tIDS\n", title);
	json_array_foreach(list, index, range)
	{
		strbuf_addf(rows, "%lld\t%lld\t%lld\n",
			    (long long)number_of(range, "Container"),
			    (long long)number_of(range, "Host"),
			    (long long)number_of(range, "Size"));
	}
}

static void show_ids(const json_t *document, struct strbuf *rows)
{
	show_map(document, "UserMap", "USER ID", rows);
	show_map(document, "GroupMap", "GROUP ID", rows);
}

/* The names of LIST without CAP_, in lines of a fair length. */
static void add_names(const json_t *list, struct strbuf *rows)
{
	const json_t *item;
	size_t column = 0;
	size_t index;

	if (!json_array_size(list))
		strbuf_addstr(rows, "none");
	json_array_foreach(list, index, item)
	{
		const char *name = json_string_value(item) + 4;

		if (column + strlen(name) > LINE_WIDTH) {
			strbuf_addstr(rows, "\n\t");
			column = 0;
		} else if (index) {
			strbuf_addch(rows, ' ');
		}
		strbuf_addstr(rows, name);
		column += strlen(name) + 1;
	}
	strbuf_addch(rows, '\n');
}

static void show_capabilities(const json_t *document, struct strbuf *rows)
{
	static const char *const sets[] = { "Effective", "Permitted",
					    "Inheritable", "Bounding",
					    "Ambient" };
	const json_t *all = json_object_get(document, "Capabilities");

	strbuf_addstr(rows, "CAPABILITIES\n");
	for (size_t i = 0; i < sizeof(sets) / sizeof(*sets); i++) {
		const json_t *list = json_object_get(all, sets[i]);
		bool is_same = i && json_array_size(list) &&
			       json_equal(list,
					  json_object_get(all, sets[i - 1]));

		strbuf_addf(rows, "%s\t", sets[i]);
		if (is_same)
			strbuf_addf(rows, "the same %zu\n",
				    json_array_size(list));
		else
			add_names(list, rows);
	}
}

static void add_filter(const json_t *filter, struct strbuf *rows)
{
	long long known = number_of(filter, "Known");

	strbuf_addf(rows, "Seccomp\t%s", shape_text(filter, "Mode"));
	if (known)
		strbuf_addf(rows,
			    ": of %lld system calls %lld are blocked, %lld "
			    "allowed with some arguments only",
			    known, (long long)number_of(filter, "Blocked"),
			    (long long)number_of(filter, "Conditional"));
	strbuf_addch(rows, '\n');
}

static void show_rights(const json_t *document, struct strbuf *rows)
{
	const json_t *user = json_object_get(document, "User");
	const json_t *groups = json_object_get(user, "Groups");
	const json_t *group;
	size_t index;

	strbuf_addf(rows, "RIGHTS\nUser\t%lld\nGroup\t%lld",
		    (long long)number_of(user, "Uid"),
		    (long long)number_of(user, "Gid"));
	json_array_foreach(groups, index, group) strbuf_addf(
		rows, " %lld", (long long)json_integer_value(group));
	strbuf_addf(rows, "\nNo new privileges\t%s\n",
		    json_is_true(json_object_get(document, "NoNewPrivileges"))
			    ? "yes"
			    : "no");
	add_filter(json_object_get(document, "Seccomp"), rows);
	strbuf_addstr(rows, "Security label\t");
	add_safe(*shape_text(document, "Label") ? shape_text(document, "Label")
						: "none",
		 rows);
	strbuf_addch(rows, '\n');
}

/* Bytes, nanoseconds and plain numbers, each as people read them. */
static void add_amount(const char *what, json_int_t value, struct strbuf *rows)
{
	char text[UNITS_TEXT_MAX];

	if (value < 0) {
		strbuf_addstr(rows, "none");
	} else if (!strncmp(what, "memory", 6)) {
		units_format_binary((double)value, text);
		strbuf_addstr(rows, text);
	} else if (!strcmp(what, "processor time")) {
		strbuf_addf(rows, "%.3fs", (double)value / 1e9);
	} else {
		strbuf_addf(rows, "%lld", (long long)value);
	}
}

static void show_group(const json_t *document, struct strbuf *rows)
{
	const json_t *group = json_object_get(document, "Cgroup");
	const json_t *list = json_object_get(group, "Use");
	const char *path = shape_text(group, "Path");
	const json_t *item;
	size_t index;

	strbuf_addf(rows, "CONTROL GROUP\t%s\n", shape_text(group, "Mode"));
	strbuf_addstr(rows, "Path\t");
	add_safe(*path ? path : "-", rows);
	strbuf_addstr(rows, "\n\nUSED\tNOW\tLIMIT\n");
	json_array_foreach(list, index, item)
	{
		const char *name = shape_text(item, "Name");

		strbuf_addf(rows, "%s\t", name);
		add_amount(name, number_of(item, "Now"), rows);
		strbuf_addch(rows, '\t');
		add_amount(name, number_of(item, "Limit"), rows);
		strbuf_addch(rows, '\n');
	}
}

static void show_group_files(const json_t *document, struct strbuf *rows)
{
	const json_t *group = json_object_get(document, "Cgroup");
	const json_t *places = json_object_get(group, "Directories");
	json_t *limits = json_object_get(group, "Limits");
	const char *file;
	const json_t *place;
	json_t *value;
	size_t index;

	strbuf_addstr(rows, "CONTROLLER\tGROUP\n");
	json_array_foreach(places, index, place)
	{
		add_cell(place, "Controller", rows);
		add_safe(shape_text(place, "Path"), rows);
		strbuf_addch(rows, '\n');
	}
	strbuf_addstr(rows, "\nCONTROL FILE\tVALUE\n");
	json_object_foreach(limits, file, value)
	{
		const char *text = json_string_value(value);

		strbuf_addf(rows, "%s\t", file);
		while (*text) {
			size_t length = strcspn(text, "\n");

			term_sanitize(text, length, rows);
			text += length + (text[length] == '\n');
			strbuf_addstr(rows, *text ? "\n\t" : "");
		}
		strbuf_addch(rows, '\n');
	}
}

static void add_limit(json_int_t value, const char *end, struct strbuf *rows)
{
	if (value < 0)
		strbuf_addf(rows, "unlimited%s", end);
	else
		strbuf_addf(rows, "%lld%s", (long long)value, end);
}

static void show_limits(const json_t *document, struct strbuf *rows)
{
	const json_t *list = json_object_get(document, "Limits");
	const json_t *limit;
	size_t index;

	strbuf_addstr(rows, "PROCESS LIMIT\tSOFT\tHARD\n");
	json_array_foreach(list, index, limit)
	{
		add_cell(limit, "Name", rows);
		add_limit(number_of(limit, "Soft"), "\t", rows);
		add_limit(number_of(limit, "Hard"), "\n", rows);
	}
}

static void show_mounts(const json_t *document, struct strbuf *rows)
{
	const json_t *list = json_object_get(document, "Mounts");
	const json_t *mount;
	size_t index;

	strbuf_addstr(rows, "MOUNT\tTYPE\tSOURCE\tPART OF IT\tOPTIONS\n");
	json_array_foreach(list, index, mount)
	{
		const char *propagation = shape_text(mount, "Propagation");

		add_cell(mount, "Target", rows);
		add_cell(mount, "Type", rows);
		add_cell(mount, "Source", rows);
		add_cell(mount, "Root", rows);
		add_safe(shape_text(mount, "Options"), rows);
		if (*propagation) {
			strbuf_addch(rows, ' ');
			add_safe(propagation, rows);
		}
		strbuf_addch(rows, '\n');
	}
}

static void show_paths(const json_t *document, struct strbuf *rows)
{
	static const char *const keys[] = { "MaskedPaths", "ReadonlyPaths" };

	strbuf_addstr(rows, "PATH\tIS\n");
	for (int i = 0; i < 2; i++) {
		const json_t *list = json_object_get(document, keys[i]);
		const json_t *path;
		size_t index;

		json_array_foreach(list, index, path)
		{
			add_safe(json_string_value(path), rows);
			strbuf_addf(rows, "\t%s\n", i ? "read-only" : "masked");
		}
	}
}

typedef void show_function(const json_t *document, struct strbuf *rows);

static show_function *const sections[] = {
	show_namespaces,   show_ids,	show_rights,
	show_capabilities, show_group,	show_group_files,
	show_limits,	   show_mounts, show_paths,
};

void isolation_show(const json_t *document, struct strbuf *out)
{
	strbuf_addf(out, "Container %.12s, ", shape_text(document, "Id"));
	add_safe(shape_text(document, "Name"), out);
	strbuf_addf(out, ": process %lld of the host\n",
		    (long long)number_of(document, "Pid"));
	for (size_t i = 0; i < sizeof(sections) / sizeof(*sections); i++) {
		autoclean(strbuf_release) struct strbuf rows = STRBUF_INIT;

		sections[i](document, &rows);
		add_section(&rows, out);
	}
}

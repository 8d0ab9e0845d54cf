/* SPDX-License-Identifier: Apache-2.0 */
/* Sorting ports and joining runs of them. */
#include "cmd/front/container_ports_text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* One line of what is published; borrowed from the object. */
struct row {
	const char *host; /* NULL: only exposed */
	unsigned host_port, port;
	const char *protocol;
};

struct rows {
	struct row *items;
	size_t count;
};

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

/* As docker: by the container's port, the address, the host's port. */
static int compare(const void *a, const void *b)
{
	const struct row *one = a;
	const struct row *two = b;
	int hosts = strcmp(one->host ? one->host : "",
			   two->host ? two->host : "");

	if (one->port != two->port)
		return one->port < two->port ? -1 : 1;
	if (hosts)
		return hosts;
	if (one->host_port != two->host_port)
		return one->host_port < two->host_port ? -1 : 1;
	return strcmp(one->protocol, two->protocol);
}

static void add(struct rows *rows, const struct row *row)
{
	rows->items = xreallocarray(rows->items, rows->count + 1,
				    sizeof(*rows->items));
	rows->items[rows->count++] = *row;
}

static void collect(const json_t *ports, struct rows *out)
{
	const char *key;
	const json_t *list;

	json_object_foreach((json_t *)(uintptr_t)ports, key, list)
	{
		const char *slash = strchr(key, '/');
		struct row row = { NULL, 0, (unsigned)strtoul(key, NULL, 10),
				   slash ? slash + 1 : "tcp" };
		const json_t *binding;
		size_t index;

		if (!json_array_size(list))
			add(out, &row);
		json_array_foreach(list, index, binding)
		{
			row.host = text_of(binding, "HostIp");
			row.host_port = (unsigned)strtoul(
				text_of(binding, "HostPort"), NULL, 10);
			add(out, &row);
		}
	}
	if (out->count)
		qsort(out->items, out->count, sizeof(*out->items), compare);
}

static void add_range(struct strbuf *out, unsigned first, unsigned last)
{
	strbuf_addf(out, "%u", first);
	if (last != first)
		strbuf_addf(out, "-%u", last);
}

/* IPv6 addresses stand in brackets. */
static void add_host(struct strbuf *out, const char *host)
{
	strbuf_addf(out, strchr(host, ':') ? "[%s]:" : "%s:", host);
}

/* FIRST's range up to port LAST, the same on both sides. */
static void add_run(struct strbuf *out, const struct row *first, unsigned last)
{
	if (out->length)
		strbuf_addstr(out, ", ");
	if (first->host) {
		add_host(out, first->host);
		add_range(out, first->host_port,
			  first->host_port + last - first->port);
		strbuf_addstr(out, "->");
	}
	add_range(out, first->port, last);
	strbuf_addf(out, "/%s", first->protocol);
}

static bool is_plain(const struct row *row)
{
	return !row->host || row->host_port == row->port;
}

static bool is_alike(const struct row *a, const struct row *b)
{
	return !a->host == !b->host &&
	       (!a->host || !strcmp(a->host, b->host)) &&
	       !strcmp(a->protocol, b->protocol);
}

/* Rows from INDEX on that go on where it ends, which are not shown again. */
static unsigned join_run(const struct rows *rows, size_t index, bool *is_shown)
{
	unsigned last = rows->items[index].port;

	for (size_t i = index + 1; i < rows->count; i++) {
		const struct row *row = &rows->items[i];

		if (!is_plain(row) || !is_alike(row, &rows->items[index]))
			continue;
		if (row->port != last + 1)
			break;
		last = row->port;
		is_shown[i] = true;
	}
	return last;
}

void container_ports_text(const json_t *ports, struct strbuf *out)
{
	struct rows rows = { NULL, 0 };
	autofree bool *is_shown = NULL;

	collect(ports, &rows);
	is_shown = xcalloc(rows.count + 1, sizeof(*is_shown));
	for (size_t i = 0; i < rows.count; i++) {
		if (is_plain(&rows.items[i]) && !is_shown[i])
			add_run(out, &rows.items[i],
				join_run(&rows, i, is_shown));
	}
	for (size_t i = 0; i < rows.count; i++) {
		if (!is_plain(&rows.items[i]))
			add_run(out, &rows.items[i], rows.items[i].port);
	}
	free(rows.items);
}

static int compare_lines(const void *a, const void *b)
{
	const char *one = *(char *const *)a;
	const char *two = *(char *const *)b;
	unsigned long first = strtoul(one, NULL, 10);
	unsigned long second = strtoul(two, NULL, 10);

	if (first != second)
		return first < second ? -1 : 1;
	return strcmp(one, two);
}

void container_ports_lines(const json_t *ports, const char *key,
			   struct strvec *out)
{
	const char *each;
	const json_t *list;

	json_object_foreach((json_t *)(uintptr_t)ports, each, list)
	{
		const json_t *binding;
		size_t index;

		if (key && strcmp(key, each) != 0)
			continue;
		json_array_foreach(list, index, binding)
		{
			autoclean(strbuf_release) struct strbuf line =
				STRBUF_INIT;

			if (!key)
				strbuf_addf(&line, "%s -> ", each);
			add_host(&line, text_of(binding, "HostIp"));
			strbuf_addstr(&line, text_of(binding, "HostPort"));
			strvec_add(out, line.text);
		}
	}
	if (!key && out->count)
		qsort(out->items, out->count, sizeof(*out->items),
		      compare_lines);
}

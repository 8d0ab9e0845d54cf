/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl oci state, list */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/jsonx.h"
#include "base/userdb.h"
#include "cmd/command.h"
#include "cmd/front/oci/oci_command.h"
#include "cmd/table.h"
#include "runtime/oci/oci_container.h"

struct list_options {
	const char *format;
	bool quiet;
};

static const struct option_spec list_table[] = {
	{ "format", 'f', OPTION_STRING, OPTION_AT(list_options, format),
	  .help = "Form of the list", .choices = "table|json" },
	{ "quiet", 'q', OPTION_BOOL, OPTION_AT(list_options, quiet),
	  .help = "Print ids only" },
	{ 0 },
};

static const struct usage list_usage = {
	.arguments = "",
	.summary = "List the containers",
	.options = list_table,
};

static const struct usage state_usage = {
	.arguments = "CONTAINER",
	.summary = "Print the state of a container",
	.least = 1,
	.most = 1,
};

/* The user's name, or the id where it has none. */
static char *owner_of(const struct oci_state *state)
{
	autoclean(userdb_identity_release) struct userdb_identity user =
		USERDB_IDENTITY_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autofree char *id = xasprintf("%u", state->owner);
	autoclose int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (root >= 0 && userdb_resolve(root, id, &user, &ignored) == 0 &&
	    user.name)
		return TAKE_PTR(user.name);
	return TAKE_PTR(id);
}

/* The state of container ID; the caller releases it. */
static int look(const char *root, const char *id, json_t **out,
		struct error *err)
{
	autoclean(oci_container_release) struct oci_container container =
		OCI_CONTAINER_INIT;
	autofree char *owner = NULL;
	enum oci_status status;

	if (oci_container_open(root, id, false, &container, err) < 0 ||
	    oci_container_status(&container, &status, err) < 0)
		return -1;
	owner = owner_of(&container.state);
	*out = oci_state_show(&container.state, status, owner);
	return 0;
}

int cmd_oci_state(struct oci_call *call, struct error *err)
{
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &state_usage,
	};
	autoclean(jsonx_free) json_t *state = NULL;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	bool done;

	if (oci_command_parse(call, &usage, &done, err) < 0)
		return -1;
	if (done)
		return 0;
	if (look(call->root, usage.result.operands[0], &state, err) < 0)
		return -1;
	jsonx_format_indented(state, 2, &text);
	strbuf_addch(&text, '\n');
	return command_print(text.text, text.length, err);
}

/* One that goes while the list is made is not listed. */
static int collect(const char *root, json_t *out, struct error *err)
{
	autoclean(strvec_release) struct strvec ids = STRVEC_INIT;

	if (oci_container_list(root, &ids, err) < 0)
		return -1;
	for (size_t i = 0; i < ids.count; i++) {
		json_t *state = NULL;

		if (look(root, ids.items[i], &state, err) == 0)
			(void)json_array_append_new(out, state);
		else if (err->kind == ERROR_NOT_FOUND)
			error_release(err);
		else
			return -1;
	}
	return 0;
}

static const char *text_of(const json_t *state, const char *key)
{
	const char *text = json_string_value(json_object_get(state, key));

	return text ? text : "";
}

static void add_table(const json_t *states, struct strbuf *out)
{
	autoclean(strbuf_release) struct strbuf rows = STRBUF_INIT;
	json_t *state;
	size_t index;

	strbuf_addstr(&rows, "ID\tPID\tSTATUS\tBUNDLE\tCREATED\tOWNER\n");
	json_array_foreach((json_t *)(uintptr_t)states, index, state)
	{
		strbuf_addf(&rows, "%s\t%lld\t%s\t%s\t%s\t%s\n",
			    text_of(state, "id"),
			    (long long)json_integer_value(
				    json_object_get(state, "pid")),
			    text_of(state, "status"), text_of(state, "bundle"),
			    text_of(state, "created"), text_of(state, "owner"));
	}
	table_format(rows.text, rows.length, out);
}

static int format_list(const json_t *states, const struct list_options *options,
		       struct strbuf *out, struct error *err)
{
	const char *format = options->format ? options->format : "table";
	json_t *state;
	size_t index;

	if (options->quiet) {
		json_array_foreach((json_t *)(uintptr_t)states, index, state)
			strbuf_addf(out, "%s\n", text_of(state, "id"));
		return 0;
	}
	if (strcmp(format, "json") == 0) {
		if (json_array_size(states))
			jsonx_format(states, out);
		else
			strbuf_addstr(out, "null"); /* as Go's empty list */
		strbuf_addch(out, '\n');
		return 0;
	}
	if (strcmp(format, "table") != 0)
		return error_set(err, ERROR_INVALID, "invalid format option");
	add_table(states, out);
	return 0;
}

int cmd_oci_list(struct oci_call *call, struct error *err)
{
	struct list_options options = { 0 };
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &list_usage,
		.target = &options,
	};
	autoclean(jsonx_free) json_t *states = json_array();
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	bool done;

	if (oci_command_parse(call, &usage, &done, err) < 0)
		return -1;
	if (done)
		return 0;
	if (collect(call->root, states, err) < 0 ||
	    format_list(states, &options, &text, err) < 0)
		return -1;
	return command_print(text.text, text.length, err);
}

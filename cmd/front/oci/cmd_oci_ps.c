/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl oci ps */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "cmd/command.h"
#include "cmd/front/oci/oci_command.h"
#include "cmd/front/process_list.h"
#include "runtime/cgroup/cgroup_control.h"
#include "runtime/oci/oci_container.h"

struct ps_options {
	const char *format;
};

static const struct option_spec ps_table[] = {
	{ "format", 'f', OPTION_STRING, OPTION_AT(ps_options, format),
	  .help = "Form of the list", .choices = "table|json" },
	{ 0 },
};

static const struct usage ps_usage = {
	.arguments = "CONTAINER [PS OPTION...]",
	.summary = "List the processes of a container",
	.options = ps_table,
	.least = 1,
	.most = -1,
	.is_options_first = true,
};

static int find_processes(const char *root, const char *id, pid_t **out,
			  size_t *count_out, struct error *err)
{
	autoclean(oci_container_release) struct oci_container container =
		OCI_CONTAINER_INIT;
	autoclean(cgroup_close) struct cgroup *group = NULL;

	if (oci_container_open(root, id, false, &container, err) < 0 ||
	    oci_container_group(&container, &group, err) < 0)
		return -1;
	return cgroup_processes(group, out, count_out, err);
}

static void format_json(const pid_t *pids, size_t count, struct strbuf *out)
{
	autoclean(jsonx_free) json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(list, json_integer(pids[i]));
	if (count)
		jsonx_format(list, out);
	else
		strbuf_addstr(out, "null"); /* as Go's empty list */
	strbuf_addch(out, '\n');
}

int cmd_oci_ps(struct oci_call *call, struct error *err)
{
	struct ps_options options = { .format = "table" };
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &ps_usage,
		.target = &options,
	};
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(PROCESS_LIST_MAX);
	autofree pid_t *pids = NULL;
	char **operands;
	size_t count = 0;
	bool done;

	if (oci_command_parse(call, &usage, &done, err) < 0)
		return -1;
	if (done)
		return 0;
	operands = usage.result.operands;
	if (find_processes(call->root, operands[0], &pids, &count, err) < 0)
		return -1;
	if (strcmp(options.format, "json") == 0)
		format_json(pids, count, &text);
	else if (strcmp(options.format, "table") != 0)
		return error_set(err, ERROR_INVALID, "invalid format option");
	else if (process_list(operands + 1, pids, count, &text, err) < 0)
		return -1;
	return command_print(text.text, text.length, err);
}

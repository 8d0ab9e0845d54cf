/* SPDX-License-Identifier: Apache-2.0 */
/* Checks, targets, outlines. */
#include "cmd/front/build_call.h"

#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "builder/language/lint.h"
#include "builder/language/run_mount.h"
#include "cmd/command.h"
#include "cmd/table.h"

/* The lines of the file that FINDING speaks of. */
static void add_lines(const struct dockerfile *file,
		      const struct lint_finding *finding, struct strbuf *out)
{
	strbuf_addf(out, "%s:%u\n", file->name, finding->first_line);
}

int build_call_check(const struct lint_input *input, bool *found_out,
		     struct error *err)
{
	autoclean(lint_report_release) struct lint_report report = { NULL };
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	int result = lint_run(input, &report, err);

	if (report.count)
		strbuf_addf(&text, "Check complete, %zu warning%s found\n",
			    report.count, report.count > 1 ? "s" : "");
	else
		strbuf_addstr(&text, "Check complete, no warnings found.\n");
	for (size_t i = 0; i < report.count; i++) {
		const struct lint_finding *finding = &report.items[i];
		autofree char *url = lint_rule_url(finding->rule);

		strbuf_addf(&text, "\nWARNING: %s - %s\n%s\n",
			    lint_rule_name(finding->rule), url,
			    finding->message);
		add_lines(input->file, finding, &text);
	}
	*found_out = report.count;
	if (command_print(text.text, text.length, err) < 0)
		return -1;
	return result;
}

int build_call_targets(const struct dockerfile *file, struct error *err)
{
	autoclean(strbuf_release) struct strbuf rows = STRBUF_INIT;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	strbuf_addstr(&rows, "TARGET\tDESCRIPTION\n");
	for (size_t i = 0; i < file->stage_count; i++) {
		const struct instruction *from = &file->stages[i].from;
		const char *name = from->from.stage_name;
		bool is_last = i + 1 == file->stage_count;
		const char *words = "";
		size_t length = name ? strlen(name) : 0;

		/* "# build is where …": a comment that begins with the name */
		for (size_t j = 0; name && j < from->comments.count; j++)
			if (!strncmp(from->comments.items[j], name, length) &&
			    from->comments.items[j][length] == ' ')
				words = from->comments.items[j] + length + 1;
		if (name)
			strbuf_addf(&rows, "%s%s\t%s\n", name,
				    is_last ? " (default)" : "", words);
		else if (is_last)
			strbuf_addf(&rows, "(default)\t%s\n", words);
	}
	table_format(rows.text, rows.length, &text);
	return command_print(text.text, text.length, err);
}

static void add_args(const struct instruction *items, size_t count,
		     struct strbuf *rows)
{
	for (size_t i = 0; i < count; i++) {
		if (items[i].kind != INSTRUCTION_ARG)
			continue;
		for (size_t j = 0; j < items[i].pairs.pairs.count; j++) {
			const struct pair *pair =
				&items[i].pairs.pairs.items[j];

			strbuf_addf(rows, "%s\t%s\n", pair->name,
				    pair->value ? pair->value : "");
		}
	}
}

static void add_mounts(const struct dockerfile_stage *stage,
		       enum run_mount_type type, struct strbuf *rows)
{
	for (size_t i = 0; i < stage->count; i++) {
		const struct instruction *at = &stage->instructions[i];

		for (size_t j = 0; at->kind == INSTRUCTION_RUN &&
				   j < at->run.mount_flags.count;
		     j++) {
			autoclean(run_mount_release) struct run_mount mount =
				RUN_MOUNT_INIT;
			autoclean(error_release) struct error ignored =
				ERROR_INIT;

			if (run_mount_parse(at->run.mount_flags.items[j], NULL,
					    &mount, &ignored) < 0 ||
			    mount.type != type)
				continue;
			strbuf_addf(rows, "%s\t%s\n",
				    mount.id ? mount.id : "default",
				    mount.required ? "required" : "");
		}
	}
}

static void add_table(const char *heading, const struct strbuf *rows,
		      struct strbuf *out)
{
	autofree char *all = xasprintf("%s\n%s", heading, rows->text);

	if (!rows->length)
		return;
	strbuf_addch(out, '\n');
	table_format(all, strlen(all), out);
}

int build_call_outline(const struct dockerfile *file, const char *target,
		       struct error *err)
{
	const struct dockerfile_stage *stage = NULL;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autoclean(strbuf_release) struct strbuf args = STRBUF_INIT;
	autoclean(strbuf_release) struct strbuf secrets = STRBUF_INIT;
	autoclean(strbuf_release) struct strbuf agents = STRBUF_INIT;
	const char *name;

	if (dockerfile_find_target(file, target, &stage, err) < 0)
		return -1;
	name = stage->from.from.stage_name;
	strbuf_addf(&text, "TARGET: %s\n", name ? name : "(default)");
	add_args(file->globals, file->global_count, &args);
	add_args(stage->instructions, stage->count, &args);
	add_mounts(stage, RUN_MOUNT_SECRET, &secrets);
	add_mounts(stage, RUN_MOUNT_SSH, &agents);
	add_table("BUILD ARG\tVALUE", &args, &text);
	add_table("SECRET\tREQUIRED", &secrets, &text);
	add_table("SSH\tREQUIRED", &agents, &text);
	return command_print(text.text, text.length, err);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl builder du, imgctl build logs */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/term.h"
#include "builder/build_log.h"
#include "builder/build_usage.h"
#include "cmd/front/front_commands.h"
#include "cmd/table.h"
#include "cmd/units.h"
#include "cmd/verb.h"

static const struct usage du_usage = {
	.arguments = "",
	.summary = "Show the build cache's disk usage",
	.least = 0,
	.most = 0,
};

static const struct usage logs_usage = {
	.arguments = "[BUILD [STEP]]",
	.summary = "Show what the steps of earlier builds said",
	.least = 0,
	.most = 2,
};

static void add_row(const struct build_usage_row *row, int64_t now,
		    struct strbuf *rows)
{
	char size[UNITS_TEXT_MAX];
	char age[UNITS_TEXT_MAX] = "";
	autoclean(strbuf_release) struct strbuf words = STRBUF_INIT;

	units_format_size((double)row->size, size);
	if (row->used)
		units_format_age(now - row->used, age);
	term_sanitize(row->description, strlen(row->description), &words);
	strbuf_addf(rows, "%.12s\t%s\t%s\t%s\t%s%s\t%.60s\n", row->id,
		    build_usage_kind_name(row->kind),
		    row->is_shared ? "true" : "false", size, age,
		    *age ? " ago" : "", words.text);
}

static int show_usage(struct command_call *call, struct error *err)
{
	autoclean(build_usage_release) struct build_usage usage =
		BUILD_USAGE_INIT;
	autoclean(strbuf_release) struct strbuf rows = STRBUF_INIT;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	uint64_t reclaimable = 0;
	uint64_t total = 0;
	char own[UNITS_TEXT_MAX];
	char all[UNITS_TEXT_MAX];
	struct store *store;

	if (context_store(call->context, &store, err) < 0 ||
	    build_usage_list(store, &usage, err) < 0)
		return -1;
	strbuf_addstr(&rows, "ID\tTYPE\tSHARED\tSIZE\tLAST USED\t"
			     "DESCRIPTION\n");
	for (size_t i = 0; i < usage.count; i++) {
		add_row(&usage.rows[i], clock_now(), &rows);
		total += usage.rows[i].size;
		reclaimable += usage.rows[i].is_shared ? 0 : usage.rows[i].size;
	}
	table_format(rows.text, rows.length, &text);
	units_format_size((double)reclaimable, own);
	units_format_size((double)total, all);
	strbuf_addf(&text, "Reclaimable:\t%s\nTotal:\t\t%s\n", own, all);
	return command_print(text.text, text.length, err);
}

int cmd_builder_du(struct command_call *call, struct error *err)
{
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &du_usage,
	};
	bool is_done;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	return is_done ? 0 : show_usage(call, err);
}

static int copy_out(int fd, struct error *err)
{
	char chunk[65536];
	ssize_t got;

	while ((got = read(fd, chunk, sizeof(chunk))) > 0)
		if (command_print(chunk, (size_t)got, err) < 0)
			return -1;
	return got < 0 ? error_sys(err, errno, "read the log") : 0;
}

static int print_lines(const struct strvec *lines, struct error *err)
{
	for (size_t i = 0; i < lines->count; i++)
		if (verb_echo(lines->items[i], err) < 0)
			return -1;
	return 0;
}

/* All steps of a build, each under its name. */
static int show_steps(const struct store *store, const char *build,
		      struct error *err)
{
	autoclean(strvec_release) struct strvec steps = STRVEC_INIT;

	if (build_log_steps(store, build, &steps, err) < 0)
		return -1;
	for (size_t i = 0; i < steps.count; i++) {
		autofree char *title = xasprintf("==> #%s", steps.items[i]);
		autoclose int fd = -1;

		if (verb_echo(title, err) < 0 ||
		    build_log_read(store, build,
				   (unsigned)strtoul(steps.items[i], NULL, 10),
				   &fd, err) < 0 ||
		    copy_out(fd, err) < 0)
			return -1;
	}
	return 0;
}

static int show_logs(struct command_call *call, char *const *operands,
		     struct error *err)
{
	autoclean(strvec_release) struct strvec builds = STRVEC_INIT;
	const char *build = operands[0];
	autoclose int fd = -1;
	struct store *store;

	if (context_store(call->context, &store, err) < 0)
		return -1;
	if (!build) {
		if (build_log_list(store, &builds, err) < 0)
			return -1;
		return print_lines(&builds, err);
	}
	if (!operands[1])
		return show_steps(store, build, err);
	if (build_log_read(store, build,
			   (unsigned)strtoul(operands[1], NULL, 10), &fd,
			   err) < 0)
		return -1;
	return copy_out(fd, err);
}

int cmd_build_logs(struct command_call *call, struct error *err)
{
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &logs_usage,
	};
	bool is_done;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	return is_done ? 0 : show_logs(call, usage.result.operands, err);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl system check */
#include <string.h>

#include "base/clock.h"
#include "base/term.h"
#include "cmd/transfer/client_setup.h"
#include "cmd/transfer/transfer_commands.h"
#include "cmd/verb.h"
#include "layers/image/image_check.h"

struct check_options {
	bool is_deep, repair, is_quiet;
};

static const struct option_spec check_options_table[] = {
	{ "deep", 0, OPTION_BOOL, OPTION_AT(check_options, is_deep),
	  .help = "Inflate every layer and compare its uncompressed digest" },
	{ "quiet", 'q', OPTION_BOOL, OPTION_AT(check_options, is_quiet),
	  .help = "Show problems only" },
	{ "repair", 'r', OPTION_BOOL, OPTION_AT(check_options, repair),
	  .help = "Remove what is left over, mend or fetch again what is "
		  "damaged" },
	{ 0 },
};

static const struct usage check_usage = {
	.arguments = "",
	.summary = "Check everything that is kept, and repair it",
	.options = check_options_table,
};

/* One call: its findings, and where to fetch from. */
struct check_call {
	const struct check_options *options;
	struct client_setup setup;
	struct strbuf text; /* what is to be printed */
};

static void check_call_release(struct check_call *check)
{
	client_setup_release(&check->setup);
	strbuf_release(&check->text);
}
DEFINE_CLEANUP(struct check_call, check_call_release)

static void receive(void *context, const struct check_finding *finding)
{
	struct check_call *check = context;

	if (finding->kind == CHECK_LEFTOVER && check->options->is_quiet)
		return;
	strbuf_addstr(&check->text, finding->kind == CHECK_LEFTOVER
					    ? "leftover: "
					    : "problem: ");
	term_sanitize(finding->subject, strlen(finding->subject), &check->text);
	strbuf_addstr(&check->text, ": ");
	term_sanitize(finding->text, strlen(finding->text), &check->text);
	strbuf_addstr(&check->text,
		      finding->is_repaired ? " (repaired)\n" : "\n");
}

static int connect_to(void *context, const struct reference *reference,
		      struct client **out, struct error *err)
{
	const struct check_call *check = context;

	return client_open(&check->setup.options, reference, CLIENT_PULL, out,
			   err);
}

static void summarize(const struct check_call *check,
		      const struct check_totals *totals, struct strbuf *out)
{
	if (check->options->is_quiet)
		return;
	strbuf_addf(out,
		    "Checked %zu images, %zu layers, %zu blobs, %zu names: "
		    "%zu problems, %zu leftovers, %zu repaired\n",
		    totals->images, totals->layers, totals->blobs,
		    totals->names, totals->problems, totals->leftovers,
		    totals->repaired);
}

static int run_check(struct command_call *call,
		     const struct check_options *options, struct error *err)
{
	autoclean(check_call_release) struct check_call check = {
		.options = options,
		.text = STRBUF_INIT,
	};
	struct check_request request = {
		.now = clock_now(),
		.repair = options->repair,
		.is_deep = options->is_deep,
		.found = receive,
		.connect = connect_to,
		.context = &check,
	};
	struct check_totals totals;

	if (client_setup_init(call->context, &check.setup, err) < 0 ||
	    context_store(call->context, &request.store, err) < 0 ||
	    image_check(&request, &totals, err) < 0)
		return -1;
	summarize(&check, &totals, &check.text);
	if (command_print(check.text.text, check.text.length, err) < 0)
		return -1;
	if (!totals.problems)
		return 0;
	return error_set(err, ERROR_CORRUPT, "%zu problems found%s",
			 totals.problems,
			 options->repair ? " that cannot be repaired"
					 : "; try --repair");
}

int cmd_system_check(struct command_call *call, struct error *err)
{
	struct check_options options = { false, false, false };
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &check_usage,
		.target = &options,
	};
	bool is_done;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	if (is_done)
		return 0;
	return run_check(call, &options, err);
}

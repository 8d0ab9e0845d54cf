/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl isolation */
#include <string.h>
#include <unistd.h>

#include "base/jsonx.h"
#include "cmd/front/front_commands.h"
#include "cmd/front/inspect_print.h"
#include "cmd/front/isolation_show.h"
#include "cmd/rootless.h"
#include "cmd/verb.h"
#include "runtime/engine/isolation.h"

enum { ISOLATION_BAD_TEMPLATE = 64 };

struct isolation_options {
	const char *format;
};

static const struct option_spec isolation_option_table[] = {
	{ "format", 'f', OPTION_STRING, OPTION_AT(isolation_options, format),
	  .help = VERB_FORMAT_HELP },
	{ 0 },
};

static const struct usage isolation_usage = {
	.arguments = "CONTAINER",
	.summary = "Display what keeps a running container apart from its host",
	.aliases = "imgctl container isolation, imgctl isolation",
	.options = isolation_option_table,
	.least = 1,
	.most = 1,
	.complete = OPTION_COMPLETE_RUNNING,
};

/*
 * An ordinary user's host is what it was called in; only behind that comes the
 * user namespace which its containers are in.
 */
static int describe(const struct command_call *call, const char *name,
		    json_t **out, struct error *err)
{
	autoclean(container_release) struct container container =
		CONTAINER_INIT;
	struct isolation_host host;
	struct store *store;

	isolation_note_host(&host);
	if (geteuid() != 0 &&
	    rootless_enter(call->context, call->path, err) < 0)
		return -1;
	if (context_store(call->context, &store, err) < 0 ||
	    container_find(store, name, &container, err) < 0)
		return -1;
	return isolation_describe(store, &container, &host, out, err);
}

static int format(const char *wanted, json_t *document, struct strbuf *out,
		  struct error *err)
{
	autoclean(inspect_print_release) struct inspect_print print =
		INSPECT_PRINT_INIT;

	if (!wanted || !*wanted) {
		isolation_show(document, out);
		return 0;
	}
	/* one object, as there is one container, and no list */
	if (!strcmp(wanted, "json"))
		wanted = "{{json .}}";
	if (inspect_print_init(&print, wanted, err) < 0 ||
	    inspect_print_add(&print, document, err) < 0)
		return -1;
	inspect_print_finish(&print, out);
	return 0;
}

/* A template that does not parse is told before anybody is looked for. */
static int check_format(struct command_call *call, const char *wanted,
			struct error *err)
{
	autoclean(inspect_print_release) struct inspect_print print =
		INSPECT_PRINT_INIT;

	if (inspect_print_init(&print, wanted, err) == 0)
		return 0;
	call->status = ISOLATION_BAD_TEMPLATE;
	return -1;
}

int cmd_isolation(struct command_call *call, struct error *err)
{
	struct isolation_options options = { NULL };
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &isolation_usage,
		.target = &options,
	};
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autoclean(jsonx_free) json_t *document = NULL;
	bool is_done;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	if (is_done)
		return 0;
	if (check_format(call, options.format, err) < 0 ||
	    describe(call, usage.result.operands[0], &document, err) < 0 ||
	    format(options.format, document, &text, err) < 0 ||
	    strbuf_check(&text, "the description", err) < 0)
		return -1;
	return command_print(text.text, text.length, err);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl inspect, imgctl image inspect, imgctl container inspect */
#include <string.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "cmd/front/container_inspect.h"
#include "cmd/front/front_commands.h"
#include "cmd/front/image_inspect.h"
#include "cmd/front/inspect_print.h"
#include "cmd/front/network_inspect.h"
#include "cmd/front/volume_inspect.h"
#include "cmd/verb.h"
#include "layers/image/image_find.h"

enum { INSPECT_BAD_TEMPLATE = 64 };

struct inspect_options {
	const char *format;
	const char *type;
	bool has_size;
	bool is_verbose; /* a swarm's services would be shown, too */
};

#define FORMAT_ROW                                          \
	{                                                   \
		"format", 'f', OPTION_STRING,               \
			OPTION_AT(inspect_options, format), \
			.help = VERB_FORMAT_HELP            \
	}

static const struct option_spec any_table[] = {
	FORMAT_ROW,
	{ "size", 's', OPTION_BOOL, OPTION_AT(inspect_options, has_size),
	  .help = "Display total file sizes if the type is container" },
	{ "type", 0, OPTION_STRING, OPTION_AT(inspect_options, type),
	  .help = "Return JSON for specified type",
	  .choices = "container|image|network|volume" },
	{ 0 },
};

static const struct option_spec container_table[] = {
	FORMAT_ROW,
	{ "size", 's', OPTION_BOOL, OPTION_AT(inspect_options, has_size),
	  .help = "Display total file sizes" },
	{ 0 },
};

static const struct option_spec image_table[] = { FORMAT_ROW, { 0 } };

static const struct option_spec network_table[] = {
	FORMAT_ROW,
	{ "verbose", 'v', OPTION_BOOL, OPTION_AT(inspect_options, is_verbose),
	  .help = "Verbose output for diagnostics" },
	{ 0 },
};

static const struct usage any_usage = {
	.arguments = "NAME|ID [NAME|ID...]",
	.summary = "Return low-level information on containers, images, "
		   "networks and volumes",
	.options = any_table,
	.least = 1,
	.most = -1,
	.complete = OPTION_COMPLETE_CONTAINER,
};

static const struct usage container_usage = {
	.arguments = "CONTAINER [CONTAINER...]",
	.summary = "Display detailed information on one or more containers",
	.options = container_table,
	.least = 1,
	.most = -1,
	.complete = OPTION_COMPLETE_CONTAINER,
};

static const struct usage image_usage = {
	.arguments = "IMAGE [IMAGE...]",
	.summary = "Display detailed information on one or more images",
	.options = image_table,
	.least = 1,
	.most = -1,
	.complete = OPTION_COMPLETE_IMAGE,
};

static const struct usage volume_usage = {
	.arguments = "VOLUME [VOLUME...]",
	.summary = "Display detailed information on one or more volumes",
	.options = image_table,
	.least = 1,
	.most = -1,
};

static const struct usage network_usage = {
	.arguments = "NETWORK [NETWORK...]",
	.summary = "Display detailed information on one or more networks",
	.options = network_table,
	.least = 1,
	.most = -1,
	.complete = OPTION_COMPLETE_NETWORK,
};

struct kind;

struct inspect {
	struct store *store;
	const struct kind *kind; /* the only one asked for; NULL: any */
	const struct inspect_options *options;
	struct inspect_print print;
};

static int make_container(const struct inspect *inspect, const char *name,
			  json_t **out, struct error *err)
{
	autoclean(container_entry_release) struct container_entry entry = {
		.container = CONTAINER_INIT
	};

	if (container_entry_find(inspect->store, name, &entry, err) < 0 ||
	    (inspect->options->has_size &&
	     container_entry_measure(inspect->store, &entry, err) < 0))
		return -1;
	*out = container_inspect(&entry, inspect->store);
	return 0;
}

static int make_image(const struct inspect *inspect, const char *name,
		      json_t **out, struct error *err)
{
	autoclean(image_match_release) struct image_match match =
		IMAGE_MATCH_INIT;
	autoclean(image_entry_release) struct image_entry entry = {
		.record = IMAGE_RECORD_INIT
	};

	if (image_find(inspect->store, name, &match, err) < 0 ||
	    image_entry_load(inspect->store, &match.id, &entry, err) < 0)
		return -1;
	entry.record.tagged = image_record_tagged(inspect->store,
						  &entry.record);
	*out = image_inspect(&entry, inspect->store->root);
	return 0;
}

static int make_volume(const struct inspect *inspect, const char *name,
		       json_t **out, struct error *err)
{
	return volume_inspect(inspect->store, name, out, err);
}

static int make_network(const struct inspect *inspect, const char *name,
			json_t **out, struct error *err)
{
	return network_inspect(inspect->store, name, out, err);
}

/* What a name may mean, in the order in which docker asks. */
static const struct kind {
	const char *name;
	int (*make)(const struct inspect *inspect, const char *name,
		    json_t **out, struct error *err);
} kinds[] = {
	{ "container", make_container },
	{ "image", make_image },
	{ "network", make_network },
	{ "volume", make_volume },
	{ NULL, NULL },
};

static const struct kind *find_kind(const char *name)
{
	for (const struct kind *kind = kinds; kind->name; kind++) {
		if (!strcmp(kind->name, name))
			return kind;
	}
	return NULL;
}

/* The first kind that has something of that name. */
static int make_any(const struct inspect *inspect, const char *name,
		    json_t **out, struct error *err)
{
	for (const struct kind *kind = kinds; kind->name; kind++) {
		if (kind->make(inspect, name, out, err) == 0) {
			if (inspect->options->has_size && kind != kinds) {
				autofree char *text = xasprintf(
					"WARNING: --size ignored for %s",
					kind->name);

				verb_tell(text);
			}
			return 0;
		}
		/* what cannot be a name of one kind may be of the next */
		if (err->kind != ERROR_NOT_FOUND && err->kind != ERROR_INVALID)
			return -1;
	}
	return error_set(err, ERROR_NOT_FOUND, "No such object: %s", name);
}

static int inspect_one(struct inspect *inspect, const char *name,
		       struct error *err)
{
	const struct kind *kind = inspect->kind;
	autoclean(jsonx_free) json_t *document = NULL;
	int result = kind ? kind->make(inspect, name, &document, err)
			  : make_any(inspect, name, &document, err);

	return result < 0 ? -1
			  : inspect_print_add(&inspect->print, document, err);
}

/* Errors come after what was found, each a line; docker's own prefix. */
static void add_error(struct strbuf *errors, struct error *err)
{
	if (strncmp(err->msg, "template parsing error", 22) != 0)
		strbuf_addstr(errors, "Error: ");
	strbuf_addf(errors, "%s\n", err->msg);
	error_release(err);
}

static void tell_lines(const struct strbuf *errors)
{
	const char *text = errors->text;

	while (*text) {
		size_t length = strcspn(text, "\n");
		autofree char *line = xstrndup(text, length);

		verb_tell(line);
		text += length + 1;
	}
}

static int inspect_all(struct command_call *call, struct inspect *inspect,
		       char *const *names, struct error *err)
{
	autoclean(strbuf_release) struct strbuf errors = STRBUF_INIT;
	autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;

	for (; *names; names++) {
		autoclean(error_release) struct error one = ERROR_INIT;

		if (inspect_one(inspect, *names, &one) == 0)
			continue;
		add_error(&errors, &one);
		call->status = 1;
	}
	inspect_print_finish(&inspect->print, &out);
	if (strbuf_check(&out, "the documents", err) < 0 ||
	    command_print(out.text, out.length, err) < 0)
		return -1;
	tell_lines(&errors);
	return 0;
}

static int begin(struct command_call *call, struct inspect *inspect,
		 struct error *err)
{
	const char *type = inspect->options->type;

	inspect->kind = find_kind(type);
	if (*type && !inspect->kind) {
		(void)error_set(err, ERROR_INVALID,
				"\"%s\" is not a valid value for --type", type);
		return -1; /* the analyzer does not see it in error_set */
	}
	if (inspect_print_init(&inspect->print, inspect->options->format, err) <
	    0) {
		call->status = INSPECT_BAD_TEMPLATE;
		return -1;
	}
	return context_store(call->context, &inspect->store, err);
}

static int run(struct command_call *call, const struct usage *what,
	       const char *type, struct error *err)
{
	struct inspect_options options = { .type = type };
	struct inspect inspect = { .options = &options,
				   .print = INSPECT_PRINT_INIT };
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = what,
		.target = &options,
	};
	bool is_done;
	int result;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	if (is_done)
		return 0;
	result = begin(call, &inspect, err);
	if (result == 0)
		result = inspect_all(call, &inspect, usage.result.operands,
				     err);
	inspect_print_release(&inspect.print);
	return result;
}

int cmd_inspect(struct command_call *call, struct error *err)
{
	return run(call, &any_usage, "", err);
}

int cmd_image_inspect(struct command_call *call, struct error *err)
{
	return run(call, &image_usage, "image", err);
}

int cmd_container_inspect(struct command_call *call, struct error *err)
{
	return run(call, &container_usage, "container", err);
}

int cmd_volume_inspect(struct command_call *call, struct error *err)
{
	return run(call, &volume_usage, "volume", err);
}

int cmd_network_inspect(struct command_call *call, struct error *err)
{
	return run(call, &network_usage, "network", err);
}

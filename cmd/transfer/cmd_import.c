/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl import */
#include <string.h>

#include "cmd/source_date.h"
#include "cmd/transfer/input_file.h"
#include "cmd/transfer/transfer_commands.h"
#include "cmd/verb.h"
#include "layers/image/image_import.h"

struct import_options {
	struct strvec changes;
	const char *message;
	const char *platform;
	bool wait_for_disk;
};

static const struct option_spec import_options_table[] = {
	{ "change", 'c', OPTION_LIST, OPTION_AT(import_options, changes),
	  .help = "Apply Dockerfile instruction to the created image" },
	{ "message", 'm', OPTION_STRING, OPTION_AT(import_options, message),
	  .help = "Set commit message for imported image" },
	{ "platform", 0, OPTION_STRING, OPTION_AT(import_options, platform),
	  .help = "Set platform if server is multi-platform capable" },
	{ "sync", 0, OPTION_BOOL, OPTION_AT(import_options, wait_for_disk),
	  .help = "Return only when everything is flushed to disk" },
	{ 0 },
};

static const struct usage import_usage = {
	.arguments = "file|- [REPOSITORY[:TAG]]",
	.summary = "Import the contents from a tarball to create a filesystem "
		   "image",
	.aliases = "imgctl image import, imgctl import",
	.options = import_options_table,
	.least = 1,
	.most = 2,
	.complete = OPTION_COMPLETE_FILE,
};

/* Everything one call owns. */
struct import_call {
	struct import_options options;
	struct input_file in;
	struct platform platform;
	struct reference name;
};

static void import_call_release(struct import_call *import)
{
	strvec_release(&import->options.changes);
	input_file_release(&import->in);
	platform_release(&import->platform);
	reference_release(&import->name);
}
DEFINE_CLEANUP(struct import_call, import_call_release)

static int parse_name(const char *text, struct reference *out,
		      struct error *err)
{
	if (reference_parse(text, out, err) < 0)
		return -1;
	if (out->digest)
		return error_set(err, ERROR_INVALID,
				 "cannot import digest reference");
	reference_default_tag(out);
	return 0;
}

static int open_input(const char *path, struct input_file *in,
		      struct error *err)
{
	if (!strncmp(path, "http://", 7) || !strncmp(path, "https://", 8))
		return error_set(err, ERROR_UNSUPPORTED,
				 "import reads files and standard input: "
				 "download %s first",
				 path);
	if (input_file_open(in, strcmp(path, "-") ? path : NULL, err) < 0)
		return -1;
	if (in->is_folder)
		return error_set(err, ERROR_INVALID, "%s is a folder", path);
	return 0;
}

static int run_import(struct command_call *call, struct import_call *import,
		      const struct options_result *operands, struct error *err)
{
	const struct import_options *options = &import->options;
	struct unpack_source source = input_file_source(&import->in);
	struct image_import request = {
		.source = &source,
		.changes = &options->changes,
		.message = options->message,
		.limits = UNPACK_LIMITS_DEFAULT,
		.wait_for_disk = options->wait_for_disk,
	};
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	struct digest id;

	if (operands->operand_count == 2 &&
	    parse_name(operands->operands[1], &import->name, err) < 0)
		return -1;
	if (options->platform &&
	    platform_parse(options->platform, &import->platform, err) < 0)
		return -1;
	if (source_date(&request.created, err) < 0 ||
	    open_input(operands->operands[0], &import->in, err) < 0 ||
	    context_store(call->context, &request.store, err) < 0)
		return -1;
	request.name = import->name.path ? &import->name : NULL;
	request.platform = options->platform ? &import->platform : NULL;
	if (image_import(&request, &id, err) < 0)
		return -1;
	strbuf_addf(&text, "%s\n", id.text);
	return command_print(text.text, text.length, err);
}

int cmd_import(struct command_call *call, struct error *err)
{
	autoclean(import_call_release) struct import_call import = {
		.in = INPUT_FILE_INIT,
		.platform = PLATFORM_INIT,
		.name = REFERENCE_INIT,
	};
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &import_usage,
		.target = &import.options,
	};
	bool is_done;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	if (is_done)
		return 0;
	return run_import(call, &import, &usage.result, err);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl save */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd/transfer/output_file.h"
#include "cmd/transfer/transfer_commands.h"
#include "cmd/verb.h"
#include "layers/image/image_save.h"

struct save_options {
	const char *output;
	const char *format;
};

static const struct option_spec save_options_table[] = {
	{ "format", 0, OPTION_STRING, OPTION_AT(save_options, format),
	  .help = "Save as docker-archive, oci-archive, or oci (a folder)",
	  .fallback = "docker-archive",
	  .choices = "docker-archive|oci-archive|oci" },
	{ "output", 'o', OPTION_STRING, OPTION_AT(save_options, output),
	  .help = "Write to a file, instead of STDOUT",
	  .complete = OPTION_COMPLETE_FILE },
	{ 0 },
};

static const struct usage save_usage = {
	.arguments = "IMAGE [IMAGE...]",
	.summary = "Save one or more images to a tar archive (streamed to "
		   "STDOUT by default)",
	.aliases = "imgctl image save, imgctl save",
	.options = save_options_table,
	.least = 1,
	.most = -1,
	.complete = OPTION_COMPLETE_IMAGE,
};

static int parse_format(const char *name, enum save_format *out,
			struct error *err)
{
	static const struct {
		const char *name;
		enum save_format format;
	} formats[] = {
		{ "docker-archive", SAVE_DOCKER_ARCHIVE },
		{ "oci-archive", SAVE_OCI_ARCHIVE },
		{ "oci", SAVE_OCI },
		{ "oci-dir", SAVE_OCI }, /* podman's word */
	};

	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		if (!strcmp(name, formats[i].name)) {
			*out = formats[i].format;
			return 0;
		}
	}
	return error_set(err, ERROR_INVALID,
			 "invalid argument \"%s\" for \"--format\" flag: must "
			 "be docker-archive, oci-archive or oci",
			 name);
}

static int save_archive(const struct store *store, const struct save_plan *plan,
			const char *path, struct error *err)
{
	autoclean(output_file_release) struct output_file out =
		OUTPUT_FILE_INIT;
	struct byte_sink sink = output_file_sink(&out);

	if (output_file_open(&out, path, "save", err) < 0 ||
	    image_save_archive(store, plan, &sink, err) < 0)
		return -1;
	return output_file_commit(&out, err);
}

/* A folder that is made if it must be, and has to be empty. */
static int save_folder(const struct store *store, const struct save_plan *plan,
		       const char *path, struct error *err)
{
	autoclose int fd = -1;

	if (!path)
		return error_set(err, ERROR_INVALID,
				 "a folder needs the -o flag");
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return error_sys(err, errno, "make %s", path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return error_sys(err, errno, "invalid output path: %s", path);
	return image_save_folder(store, plan, fd, err);
}

static int run_save(struct command_call *call,
		    const struct save_options *options,
		    const struct options_result *operands, struct error *err)
{
	autoclean(save_plan_release) struct save_plan plan = SAVE_PLAN_INIT;
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;
	enum save_format format = SAVE_DOCKER_ARCHIVE;
	struct store *store;

	if (options->format && parse_format(options->format, &format, err) < 0)
		return -1;
	strvec_extend(&names, operands->operands, operands->operand_count);
	if (context_store(call->context, &store, err) < 0 ||
	    save_plan_make(store, format, &names, &plan, err) < 0)
		return -1;
	if (format == SAVE_OCI)
		return save_folder(store, &plan, options->output, err);
	return save_archive(store, &plan, options->output, err);
}

int cmd_save(struct command_call *call, struct error *err)
{
	struct save_options options = { 0 };
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &save_usage,
		.target = &options,
	};
	bool is_done;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	if (is_done)
		return 0;
	return run_save(call, &options, &usage.result, err);
}

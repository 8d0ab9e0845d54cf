/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl builder cache export, builder cache import */
#include <string.h>

#include "base/alloc.h"
#include "base/userns.h"
#include "builder/cache_mount.h"
#include "cmd/transfer/input_file.h"
#include "cmd/transfer/output_file.h"
#include "cmd/transfer/transfer_commands.h"
#include "cmd/verb.h"
#include "layers/tar/pack.h"
#include "layers/tar/unpack.h"

static const struct option_spec no_options[] = { { 0 } };

static const struct usage cache_usage = {
	.arguments = "export|import ID FILE|-",
	.summary = "Write what a cache mount holds as a tar archive, or "
		   "replace it by one",
	.options = no_options,
	.least = 3,
	.most = 3,
	.complete = OPTION_COMPLETE_FILE,
};

static const char *file_or_pipe(const char *path)
{
	return strcmp(path, "-") != 0 ? path : NULL;
}

static int export_cache(struct command_call *call, const char *id,
			const char *path, struct error *err)
{
	autoclean(cache_mount_close) struct cache_mount from = CACHE_MOUNT_INIT;
	autoclean(output_file_release) struct output_file out =
		OUTPUT_FILE_INIT;
	struct byte_sink sink = output_file_sink(&out);
	struct pack_options options = PACK_OPTIONS_INIT;
	struct pack_result packed;
	autoclose int data = -1;
	struct store *store;

	if (context_store(call->context, &store, err) < 0 ||
	    cache_mount_open(store, id, &from, err) < 0 ||
	    cache_mount_data(&from, &data, err) < 0 ||
	    output_file_open(&out, file_or_pipe(path), "builder cache export",
			     err) < 0)
		return -1;
	options.directory = data;
	options.has_root = true;
	options.keep_nanoseconds = true;
	if (pack_directory(&options, &sink, &packed, err) < 0)
		return error_wrap(err, "export cache %s", id);
	return output_file_commit(&out, err);
}

static int import_cache(struct command_call *call, const char *id,
			const char *path, struct error *err)
{
	autoclean(cache_mount_close) struct cache_mount to = CACHE_MOUNT_INIT;
	autoclean(input_file_release) struct input_file in = INPUT_FILE_INIT;
	autoclean(unpack_result_release) struct unpack_result result =
		UNPACK_RESULT_INIT;
	struct unpack_options options = UNPACK_OPTIONS_INIT;
	struct unpack_source source;
	autoclose int data = -1;
	struct store *store;

	if (input_file_open(&in, file_or_pipe(path), err) < 0)
		return -1;
	if (in.is_folder)
		return error_set(err, ERROR_INVALID, "%s is a folder", path);
	if (context_store(call->context, &store, err) < 0 ||
	    cache_mount_make(store, id, &to, err) < 0 ||
	    cache_mount_begin(&to, &data, err) < 0)
		return error_wrap(err, "import cache %s", id);
	source = input_file_source(&in);
	options.directory = data;
	options.merged = true;
	options.is_plain = true;
	options.rootless = !userns_is_initial();
	if (unpack_layer(&source, &options, &result, err) < 0 ||
	    cache_mount_replace(&to, err) < 0)
		return error_wrap(err, "import cache %s", id);
	return 0;
}

static int carry(struct command_call *call, char *const *operands,
		 struct error *err)
{
	if (!strcmp(operands[0], "export"))
		return export_cache(call, operands[1], operands[2], err);
	if (!strcmp(operands[0], "import"))
		return import_cache(call, operands[1], operands[2], err);
	return error_set(err, ERROR_INVALID,
			 "'%s' is not an imgctl builder cache command.\n"
			 "See 'imgctl builder cache --help'",
			 operands[0]);
}

int cmd_builder_cache(struct command_call *call, struct error *err)
{
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &cache_usage,
	};
	bool is_done;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	if (is_done)
		return 0;
	return carry(call, usage.result.operands, err);
}

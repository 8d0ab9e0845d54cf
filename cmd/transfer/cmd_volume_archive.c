/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl volume export, volume import: podman's, which docker has not. */
#include <fcntl.h>
#include <string.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "base/userns.h"
#include "cmd/transfer/input_file.h"
#include "cmd/transfer/output_file.h"
#include "cmd/transfer/transfer_commands.h"
#include "cmd/verb.h"
#include "layers/store/lease.h"
#include "layers/store/volume.h"
#include "layers/tar/pack.h"
#include "layers/tar/unpack.h"
#include "runtime/engine/volume_hold.h"

enum { DOCUMENT_MAX = 1 << 20 };

/* A volume whose data nobody takes away meanwhile. */
struct volume_access {
	struct lease lease;
	struct volume_hold hold; /* mounted, if it has options */
	int data;
};

#define VOLUME_ACCESS_INIT                        \
	{                                         \
		LEASE_INIT, VOLUME_HOLD_INIT, -1, \
	}

static void volume_access_release(struct volume_access *access)
{
	cleanup_close(&access->data);
	volume_hold_release(&access->hold);
	lease_release(&access->lease);
}
DEFINE_CLEANUP(struct volume_access, volume_access_release)

static bool has_options(const struct store *store, const char *name)
{
	autofree char *path = xasprintf("volumes/%s/volume.json", name);
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autoclean(jsonx_free) json_t *document = NULL;

	return jsonx_read(store->root_fd, path, DOCUMENT_MAX, &document,
			  &ignored) == 0 &&
	       json_object_size(json_object_get(document, "options"));
}

/* Whoever removes volumes comes before, or sees the lease. */
static int keep(const struct store *store, const char *name,
		struct lease *lease, struct error *err)
{
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;

	if (store_lock(store, LOCKFILE_SHARED, &lock, err) < 0)
		return -1;
	if (!volume_is_name(name) || !volume_exists(store, name))
		return error_set(err, ERROR_NOT_FOUND, "get %s: no such volume",
				 name);
	if (lease_open(store, lease, err) < 0)
		return -1;
	return lease_add(lease, VOLUME_LEASE, name, err);
}

static int access_volume(struct command_call *call, const char *name,
			 struct volume_access *out, struct error *err)
{
	autofree char *path = xasprintf("volumes/%s/_data", name);
	autoclean(jsonx_free) json_t *mounts = NULL;
	struct store *store;

	if (context_store(call->context, &store, err) < 0 ||
	    keep(store, name, &out->lease, err) < 0)
		return -1;
	mounts = json_pack("[{s:s,s:b}]", "Name", name, "HasOptions",
			   has_options(store, name));
	if (volume_hold_take(store, mounts, &out->hold, err) < 0)
		return -1;
	out->data = openat(store->root_fd, path,
			   O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return out->data < 0 ? error_sys(err, errno, "open volume %s", name)
			     : 0;
}

struct volume_export_options {
	const char *output;
};

static const struct option_spec volume_export_option_table[] = {
	{ "output", 'o', OPTION_STRING,
	  OPTION_AT(volume_export_options, output),
	  .help = "Write to a file, instead of STDOUT",
	  .complete = OPTION_COMPLETE_FILE },
	{ 0 },
};

static const struct usage volume_export_usage = {
	.arguments = "VOLUME",
	.summary = "Export what a volume holds as a tar archive",
	.options = volume_export_option_table,
	.least = 1,
	.most = 1,
	.complete = OPTION_COMPLETE_VOLUME,
};

static int export_volume(struct command_call *call, const char *path,
			 const char *name, struct error *err)
{
	autoclean(volume_access_release) struct volume_access from =
		VOLUME_ACCESS_INIT;
	autoclean(output_file_release) struct output_file out =
		OUTPUT_FILE_INIT;
	struct byte_sink sink = output_file_sink(&out);
	struct pack_options options = PACK_OPTIONS_INIT;
	struct pack_result packed;

	if (access_volume(call, name, &from, err) < 0)
		return -1;
	options.directory = from.data;
	if (output_file_open(&out, path, "volume export", err) < 0 ||
	    pack_directory(&options, &sink, &packed, err) < 0)
		return error_wrap(err, "export volume %s", name);
	return output_file_commit(&out, err);
}

int cmd_volume_export(struct command_call *call, struct error *err)
{
	struct volume_export_options options = { 0 };
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &volume_export_usage,
		.target = &options,
	};
	bool is_done;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	if (is_done)
		return 0;
	return export_volume(call, options.output, usage.result.operands[0],
			     err);
}

static const struct option_spec volume_import_option_table[] = { { 0 } };

static const struct usage volume_import_usage = {
	.arguments = "VOLUME [SOURCE]",
	.summary = "Add what a tar archive (a file, or - for STDIN) holds to a "
		   "volume",
	.options = volume_import_option_table,
	.least = 1,
	.most = 2,
	.complete = OPTION_COMPLETE_VOLUME,
};

static int import_volume(struct command_call *call, const char *name,
			 const char *path, struct error *err)
{
	autoclean(volume_access_release) struct volume_access to =
		VOLUME_ACCESS_INIT;
	autoclean(input_file_release) struct input_file in = INPUT_FILE_INIT;
	autoclean(unpack_result_release) struct unpack_result result =
		UNPACK_RESULT_INIT;
	struct unpack_options options = UNPACK_OPTIONS_INIT;
	struct unpack_source source;

	if (input_file_open(&in, path && strcmp(path, "-") ? path : NULL, err) <
	    0)
		return -1;
	if (in.is_folder)
		return error_set(err, ERROR_INVALID, "%s is a folder", path);
	if (access_volume(call, name, &to, err) < 0)
		return -1;
	source = input_file_source(&in);
	options.directory = to.data;
	options.merged = true;
	options.is_plain = true;
	options.rootless = !userns_is_initial();
	if (unpack_layer(&source, &options, &result, err) < 0)
		return error_wrap(err, "import into volume %s", name);
	return 0;
}

int cmd_volume_import(struct command_call *call, struct error *err)
{
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &volume_import_usage,
	};
	bool is_done;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	if (is_done)
		return 0;
	return import_volume(call, usage.result.operands[0],
			     usage.result.operand_count > 1
				     ? usage.result.operands[1]
				     : NULL,
			     err);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl export */
#include <fcntl.h>
#include <unistd.h>

#include "base/jsonx.h"
#include "base/strbuf.h"
#include "cmd/transfer/output_file.h"
#include "cmd/transfer/transfer_commands.h"
#include "cmd/verb.h"
#include "layers/image/rootfs_export.h"
#include "runtime/engine/container.h"
#include "runtime/engine/container_event.h"
#include "runtime/engine/container_hostroot.h"
#include "runtime/engine/container_shifted.h"

struct export_options {
	const char *output;
};

static const struct option_spec export_options_table[] = {
	{ "output", 'o', OPTION_STRING, OPTION_AT(export_options, output),
	  .help = "Write to a file, instead of STDOUT",
	  .complete = OPTION_COMPLETE_FILE },
	{ 0 },
};

static const struct usage export_usage = {
	.arguments = "CONTAINER",
	.summary = "Export a container's filesystem as a tar archive",
	.aliases = "imgctl container export, imgctl export",
	.options = export_options_table,
	.least = 1,
	.most = 1,
	.complete = OPTION_COMPLETE_CONTAINER,
};

static int run_export(struct command_call *call, const char *path,
		      const char *name, struct error *err)
{
	autoclean(container_release) struct container container =
		CONTAINER_INIT;
	autoclean(strvec_release) struct strvec layers = STRVEC_INIT;
	autoclean(output_file_release) struct output_file out =
		OUTPUT_FILE_INIT;
	struct byte_sink sink = output_file_sink(&out);
	autoclean(idshift_release) struct idshift ids = IDSHIFT_INIT;
	autoclose int upper = -1;
	autoclose int base = -1;
	struct rootfs_view request = ROOTFS_VIEW_INIT;
	struct store *store;

	if (context_store(call->context, &store, err) < 0 ||
	    container_find(store, name, &container, err) < 0 ||
	    jsonx_opt_strings(container.document, "layers", &layers, err) < 0)
		return -1;
	upper = openat(container.folder_fd, "upper",
		       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (upper < 0)
		return error_sys(err, errno, "open container %s", name);
	if (container_shifted_open(&container, &base, err) < 0 ||
	    container_shifted_ids(&container, &ids, err) < 0 ||
	    (base < 0 && container_hostroot_path(&container) &&
	     container_hostroot_open(&container, &base, err) < 0))
		return -1;
	if (ids.uids.count)
		strvec_release(&layers); /* they are in the copy */
	request.ids = &ids;
	request.store = store;
	request.base_fd = base;
	request.layers = layers.items;
	request.layer_count = layers.count;
	request.upper_fd = upper;
	if (output_file_open(&out, path, "export", err) < 0 ||
	    rootfs_export(&request, &sink, err) < 0)
		return error_wrap(err, "export %s", name);
	if (output_file_commit(&out, err) < 0)
		return -1;
	container_event(store, &container, "export");
	return 0;
}

int cmd_export(struct command_call *call, struct error *err)
{
	struct export_options options = { 0 };
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &export_usage,
		.target = &options,
	};
	bool is_done;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	if (is_done)
		return 0;
	return run_export(call, options.output, usage.result.operands[0], err);
}

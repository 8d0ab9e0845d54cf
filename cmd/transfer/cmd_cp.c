/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl cp */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "cmd/transfer/cp_end.h"
#include "cmd/transfer/input_file.h"
#include "cmd/transfer/output_file.h"
#include "cmd/transfer/transfer_commands.h"
#include "cmd/units.h"
#include "cmd/verb.h"
#include "layers/tar/pack.h"
#include "layers/tar/tree_copy.h"
#include "layers/tar/unpack.h"
#include "runtime/engine/container_event.h"
#include "runtime/engine/container_root.h"

struct cp_options {
	bool keeps_owners;
	bool follows;
	bool is_quiet;
};

static const struct option_spec cp_options_table[] = {
	{ "archive", 'a', OPTION_BOOL, OPTION_AT(cp_options, keeps_owners),
	  .help = "Archive mode (copy all uid/gid information)" },
	{ "follow-link", 'L', OPTION_BOOL, OPTION_AT(cp_options, follows),
	  .help = "Always follow symbol link in SRC_PATH" },
	{ "quiet", 'q', OPTION_BOOL, OPTION_AT(cp_options, is_quiet),
	  .help = "Suppress progress output during copy. Progress output is "
		  "automatically suppressed if no terminal is attached" },
	{ 0 },
};

static const struct usage cp_usage = {
	.arguments = "CONTAINER:SRC_PATH DEST_PATH|- | "
		     "SRC_PATH|- CONTAINER:DEST_PATH",
	.summary = "Copy files/folders between a container and the local "
		   "filesystem",
	.aliases = "imgctl container cp, imgctl cp",
	.options = cp_options_table,
	.least = 2,
	.most = 2,
	.complete = OPTION_COMPLETE_FILE,
};

/* Everything one call owns. */
struct cp_call {
	struct cp_options options;
	struct container container;
	struct container_root root;
	const char *from, *to; /* as they were given */
	const char *from_path, *to_path;
	struct cp_place from_place, to_place;
	char *name; /* of the container */
};

static void cp_call_release(struct cp_call *cp)
{
	container_root_release(&cp->root);
	container_release(&cp->container);
	free(cp->name);
}
DEFINE_CLEANUP(struct cp_call, cp_call_release)

/*
 * The path behind "CONTAINER:", or NULL for one of this machine: an absolute
 * path, or one whose first component holds a colon only after a slash or a
 * leading dot.
 */
static const char *container_path(const char *argument)
{
	const char *colon = strchr(argument, ':');

	if (!colon || argument[0] == '/' || argument[0] == '.' ||
	    memchr(argument, '/', (size_t)(colon - argument)))
		return NULL;
	return colon + 1;
}

static int read_ends(struct cp_call *cp, struct error *err)
{
	const char *from = container_path(cp->from);
	const char *to = container_path(cp->to);
	const char *named = from ? cp->from : cp->to;

	if (from && to)
		return error_set(err, ERROR_UNSUPPORTED,
				 "copying between containers is not supported");
	if (!from && !to)
		return error_set(err, ERROR_INVALID,
				 "must specify at least one container source");
	if (named[0] == ':')
		return error_set(err, ERROR_INVALID, "%s names no container",
				 named);
	cp->name = xstrndup(named, (size_t)((from ? from : to) - named - 1));
	cp->from_path = from ? from : cp->from;
	cp->to_path = to ? to : cp->to;
	cp->from_place = cp->to_place = (struct cp_place){ -1, NULL };
	return 0;
}

/* Of containers' paths, relative ones start at the root. */
static char *in_root(const char *path)
{
	return *path == '/' ? xstrdup(path) : xasprintf("/%s", path);
}

static bool is_folder(const struct cp_end *end)
{
	return end->exists && S_ISDIR(end->st.st_mode);
}

static int find_source(const struct cp_call *cp, const char *path,
		       struct cp_end *out, struct error *err)
{
	if (cp_end_find(&cp->from_place, path, cp->options.follows, out, err) <
	    0)
		return err->kind == ERROR_NOT_FOUND
			       ? (error_release(err),
				  cp_end_missing(&cp->from_place, path, err))
			       : -1;
	if (!out->exists)
		return cp_end_missing(&cp->from_place, path, err);
	if ((out->wants_folder || out->wants_contents) && !is_folder(out))
		return error_set(err, ERROR_INVALID, "%s: not a directory",
				 path);
	return 0;
}

/* docker's table of what is called what, by what is there. */
static int name_target(const struct cp_end *from, const struct cp_end *to,
		       const char *path, struct tree_copy *out,
		       struct error *err)
{
	bool contents = from->wants_contents || !*from->base;

	out->from_name = from->name;
	out->to_name = to->name;
	if (is_folder(to)) {
		out->to_name = from->base;
		if (is_folder(from) && contents)
			out->from_name = out->to_name = NULL;
		return 0;
	}
	if (is_folder(from) && to->exists)
		return error_set(err, ERROR_INVALID, "cannot copy directory");
	if (!is_folder(from) && !to->exists && to->wants_folder)
		return error_set(err, ERROR_NOT_FOUND,
				 "%s: no such directory: the destination "
				 "directory must exist",
				 path);
	if (!is_folder(from) && to->exists && to->wants_folder)
		return error_set(err, ERROR_INVALID, "%s: not a directory",
				 path);
	return 0;
}

static int open_folder(const struct cp_end *end, int *out, struct error *err)
{
	*out = openat(end->parent, end->name,
		      O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return *out < 0 ? error_sys(err, errno, "open directory") : 0;
}

static void tell_copied(const struct cp_call *cp, uint64_t bytes)
{
	char size[UNITS_TEXT_MAX];
	autofree char *line = NULL;
	autoclean(error_release) struct error ignored = ERROR_INIT;

	if (cp->options.is_quiet || !isatty(STDOUT_FILENO))
		return;
	units_format_size((double)bytes, size);
	line = xasprintf("Successfully copied %s to %s\n", size, cp->to);
	/* the copy is what counts */
	if (fs_write_all(STDERR_FILENO, line, strlen(line), &ignored) < 0)
		error_release(&ignored);
}

static int copy(const struct cp_call *cp, const char *from_path,
		const char *to_path, struct error *err)
{
	autoclean(cp_end_release) struct cp_end from = CP_END_INIT;
	autoclean(cp_end_release) struct cp_end to = CP_END_INIT;
	bool goes_in = cp->to_place.root >= 0;
	struct tree_copy request = {
		.keeps_owners = cp->options.keeps_owners,
		.uid = goes_in ? 0 : geteuid(),
		.gid = goes_in ? 0 : getegid(),
		.from_ids = goes_in ? NULL : &cp->root.ids,
		.to_ids = goes_in ? &cp->root.ids : NULL,
	};
	autoclose int source = -1;
	autoclose int target = -1;
	uint64_t bytes = 0;

	if (find_source(cp, from_path, &from, err) < 0 ||
	    cp_end_find(&cp->to_place, to_path, true, &to, err) < 0 ||
	    name_target(&from, &to, to_path, &request, err) < 0)
		return -1;
	request.from = from.parent;
	request.to = to.parent;
	if (!request.from_name) {
		if (open_folder(&from, &source, err) < 0)
			return -1;
		request.from = source;
	}
	if (is_folder(&to)) {
		if (open_folder(&to, &target, err) < 0)
			return -1;
		request.to = target;
	}
	if (tree_copy(&request, &bytes, err) < 0)
		return -1;
	tell_copied(cp, bytes);
	return 0;
}

/* CONTAINER:SRC_PATH - : a tar of it on standard output. */
static int pack_out(const struct cp_call *cp, const char *path,
		    struct error *err)
{
	autoclean(cp_end_release) struct cp_end from = CP_END_INIT;
	autoclean(output_file_release) struct output_file out =
		OUTPUT_FILE_INIT;
	struct byte_sink sink = output_file_sink(&out);
	struct pack_options options = PACK_OPTIONS_INIT;
	struct pack_result packed;
	autoclose int folder = -1;

	if (find_source(cp, path, &from, err) < 0)
		return -1;
	options.directory = from.parent;
	options.only = from.name;
	options.crosses_mounts = true;
	options.ids = &cp->root.ids;
	if (is_folder(&from) && (from.wants_contents || !*from.base)) {
		if (open_folder(&from, &folder, err) < 0)
			return -1;
		options.directory = folder;
		options.only = NULL;
	}
	if (output_file_open(&out, NULL, "copy", err) < 0 ||
	    pack_directory(&options, &sink, &packed, err) < 0)
		return -1;
	return output_file_commit(&out, err);
}

/* - CONTAINER:DEST_PATH : what a tar on standard input holds. */
static int unpack_in(const struct cp_call *cp, const char *path,
		     struct error *err)
{
	autoclean(cp_end_release) struct cp_end to = CP_END_INIT;
	autoclean(input_file_release) struct input_file in = INPUT_FILE_INIT;
	autoclean(unpack_result_release) struct unpack_result result =
		UNPACK_RESULT_INIT;
	struct unpack_options options = UNPACK_OPTIONS_INIT;
	struct unpack_source source;
	autoclose int folder = -1;

	if (cp_end_find(&cp->to_place, path, true, &to, err) < 0)
		return -1;
	if (!is_folder(&to))
		return error_set(err, ERROR_INVALID,
				 "destination \"%s\" must be a directory",
				 cp->to);
	if (open_folder(&to, &folder, err) < 0 ||
	    input_file_open(&in, NULL, err) < 0)
		return -1;
	source = input_file_source(&in);
	options.directory = folder;
	options.merged = true;
	options.is_plain = true;
	options.ids = &cp->root.ids;
	return unpack_layer(&source, &options, &result, err);
}

static int work(struct cp_call *cp, struct error *err)
{
	bool comes_out = container_path(cp->from);
	autofree char *inside = in_root(comes_out ? cp->from_path
						  : cp->to_path);
	struct cp_place *place = comes_out ? &cp->from_place : &cp->to_place;

	*place = (struct cp_place){ cp->root.fd, cp->name };
	if (comes_out && !strcmp(cp->to, "-"))
		return pack_out(cp, inside, err);
	if (!comes_out && !strcmp(cp->from, "-"))
		return unpack_in(cp, inside, err);
	return comes_out ? copy(cp, inside, cp->to_path, err)
			 : copy(cp, cp->from_path, inside, err);
}

static int run_cp(struct command_call *call, struct cp_call *cp,
		  struct error *err)
{
	struct store *store;

	if (read_ends(cp, err) < 0 ||
	    context_store(call->context, &store, err) < 0 ||
	    container_find(store, cp->name, &cp->container, err) < 0 ||
	    container_root_open(store, &cp->container, &cp->root, err) < 0 ||
	    work(cp, err) < 0 ||
	    container_root_close(&cp->container, &cp->root, err) < 0)
		return -1;
	container_event(store, &cp->container,
			container_path(cp->from) ? "archive-path"
						 : "extract-to-dir");
	return 0;
}

int cmd_cp(struct command_call *call, struct error *err)
{
	autoclean(cp_call_release) struct cp_call cp = {
		.container = CONTAINER_INIT,
		.root = CONTAINER_ROOT_INIT,
	};
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &cp_usage,
		.target = &cp.options,
	};
	bool is_done;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	if (is_done)
		return 0;
	cp.from = usage.result.operands[0];
	cp.to = usage.result.operands[1];
	return run_cp(call, &cp, err);
}

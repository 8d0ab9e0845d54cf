/* SPDX-License-Identifier: Apache-2.0 */
/* Results of builds. */
#include "cmd/front/build_output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "builder/build_place.h"
#include "builder/steps/step_files.h"
#include "cmd/companion_run.h"
#include "cmd/csv.h"
#include "cmd/whole_file.h"
#include "layers/tar/pack.h"
#include "layers/tar/tree_copy.h"

static const struct {
	const char *name;
	enum build_output_type type;
} types[] = {
	{ "image", BUILD_OUTPUT_IMAGE }, { "registry", BUILD_OUTPUT_IMAGE },
	{ "local", BUILD_OUTPUT_LOCAL }, { "tar", BUILD_OUTPUT_TAR },
	{ "oci", BUILD_OUTPUT_OCI },	 { "docker", BUILD_OUTPUT_DOCKER },
};

static int set_type(const char *name, struct build_output *out,
		    struct error *err)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		if (strcmp(types[i].name, name) != 0)
			continue;
		out->type = types[i].type;
		out->is_pushed = out->is_pushed || !strcmp(name, "registry");
		return 0;
	}
	return error_set(err, ERROR_INVALID,
			 "invalid output type %s: must be image, oci, docker, "
			 "tar or local",
			 name);
}

static int set_field(const char *key, const char *value,
		     struct build_output *out, struct error *err)
{
	if (!strcmp(key, "type"))
		return set_type(value, out, err);
	if (!strcmp(key, "dest")) {
		free(out->destination);
		out->destination = xstrdup(value);
		return 0;
	}
	if (!strcmp(key, "name")) {
		strvec_add(&out->names, value);
		return 0;
	}
	if (!strcmp(key, "push")) {
		out->is_pushed = strcmp(value, "false") != 0;
		return 0;
	}
	return error_set(err, ERROR_INVALID, "invalid output field '%s'", key);
}

/* A lone path is a folder, a lone "-" an archive on standard output. */
static void set_short(const char *text, struct build_output *out)
{
	out->type = strcmp(text, "-") ? BUILD_OUTPUT_LOCAL : BUILD_OUTPUT_TAR;
	out->destination = xstrdup(text);
}

int build_output_parse(const char *text, struct build_output *out,
		       struct error *err)
{
	const char *rest = text;

	if (!strchr(text, '=')) {
		set_short(text, out);
		return 0;
	}
	while (*rest) {
		autofree char *field = csv_next(&rest);
		char *value = strchr(field, '=');

		if (!value)
			return error_set(err, ERROR_INVALID,
					 "invalid output field '%s'", field);
		*value = '\0';
		if (set_field(field, value + 1, out, err) < 0)
			return -1;
	}
	if (out->type == BUILD_OUTPUT_NONE)
		return error_set(err, ERROR_INVALID,
				 "type is required for output");
	if (out->type == BUILD_OUTPUT_LOCAL && !out->destination)
		return error_set(err, ERROR_INVALID,
				 "dest is required for local output");
	return 0;
}

bool build_output_is_image(const struct build_output *output)
{
	return output->type != BUILD_OUTPUT_LOCAL &&
	       output->type != BUILD_OUTPUT_TAR;
}

static int look(struct store *store, const struct image_state *image,
		int *view_out, int *root_out, struct error *err)
{
	if (step_files_look(store, image, view_out, err) < 0)
		return -1;
	*root_out = openat(*view_out, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *root_out < 0 ? error_sys(err, errno, "open the image's files")
			     : 0;
}

static int open_destination(const char *destination, int *out,
			    struct error *err)
{
	char here[PATH_MAX] = "";
	autofree char *path = NULL;
	autoclose int top = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (top < 0 || (*destination != '/' && !getcwd(here, sizeof(here))))
		return error_sys(err, errno, "output %s", destination);
	path = xasprintf("%s/%s", here, destination);
	if (fs_make_dirs(top, path, FS_IN_ROOT, 0755, out, err) < 0)
		return error_wrap(err, "output %s", destination);
	return 0;
}

/* The files of one image, into FOLDER or into a folder of it. */
static int copy_files(struct store *store,
		      const struct build_output_files *files, int folder,
		      bool keeps_owners, struct error *err)
{
	/* files are the caller's, as docker's local output has it */
	struct tree_copy copy = {
		.keeps_owners = keeps_owners,
		.uid = geteuid(),
		.gid = getegid(),
		.to = folder,
	};
	autoclose int view = -1;
	autoclose int root = -1;
	autoclose int own = -1;
	uint64_t bytes;

	if (files->folder) {
		if (fs_make_dirs(folder, files->folder, FS_IN_ROOT, 0755, &own,
				 err) < 0)
			return -1;
		copy.to = own;
	}
	if (look(store, files->image, &view, &root, err) < 0)
		return -1;
	copy.from = root;
	return tree_copy(&copy, &bytes, err);
}

static int write_local(struct store *store, const char *destination,
		       const struct build_output_files *files, size_t count,
		       struct error *err)
{
	autoclose int folder = -1;

	if (open_destination(destination, &folder, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (copy_files(store, &files[i], folder, false, err) < 0)
			return -1;
	return 0;
}

static int write_bytes(void *context, const void *data, size_t length,
		       struct error *err)
{
	return fs_write_all(*(const int *)context, data, length, err);
}

static bool is_stdout(const struct build_output *output)
{
	return !output->destination || !strcmp(output->destination, "-");
}

static int write_tar(int root, const struct build_output *output,
		     struct error *err)
{
	autoclean(whole_file_release) struct whole_file file = WHOLE_FILE_INIT;
	struct pack_options options = PACK_OPTIONS_INIT;
	int fd = STDOUT_FILENO;
	struct byte_sink sink = { write_bytes, &fd };
	struct pack_result packed;

	options.directory = root;
	if (!is_stdout(output)) {
		if (whole_file_open(&file, output->destination, err) < 0)
			return -1;
		fd = file.file.fd;
	} else if (isatty(STDOUT_FILENO)) {
		return error_set(err, ERROR_INVALID,
				 "refusing to write an archive to a terminal: "
				 "use dest=");
	}
	if (pack_directory(&options, &sink, &packed, err) < 0)
		return -1;
	return is_stdout(output) ? 0 : atomicfile_commit(&file.file, err);
}

/* Several platforms in one archive: their files side by side first. */
static int write_tar_of(struct store *store, const struct build_output *output,
			const struct build_output_files *files, size_t count,
			struct error *err)
{
	autoclean(build_place_close) struct build_place place =
		BUILD_PLACE_INIT;
	autoclose int view = -1;
	autoclose int root = -1;

	if (count == 1 && !files->folder) {
		if (look(store, files->image, &view, &root, err) < 0)
			return -1;
		return write_tar(root, output, err);
	}
	if (build_place_open(store, &place, err) < 0 ||
	    fs_make_dirs(place.scratch_fd, "output", FS_IN_ROOT, 0755, &root,
			 err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (copy_files(store, &files[i], root, true, err) < 0)
			return -1;
	return write_tar(root, output, err);
}

int build_output_files(struct store *store, const struct build_output *output,
		       const struct build_output_files *files, size_t count,
		       struct error *err)
{
	return output->type == BUILD_OUTPUT_TAR
		       ? write_tar_of(store, output, files, count, err)
		       : write_local(store, output->destination, files, count,
				     err);
}

static int run(struct context *context, const struct strvec *words,
	       struct strbuf *output, struct error *err)
{
	struct companion_run request = COMPANION_RUN_INIT;
	int status = 0;

	request.context = context;
	request.words = words;
	request.output = output;
	if (companion_run(&request, &status, err) < 0)
		return -1;
	return status ? error_set(err, ERROR_SYSTEM, "%s", "") : 0;
}

static int save(struct context *context, const struct build_output *output,
		const struct digest *id, const struct strvec *names,
		struct error *err)
{
	autoclean(strvec_release) struct strvec words = STRVEC_INIT;
	autofree char *path = is_stdout(output) ? xasprintf("/proc/%d/fd/1",
							    (int)getpid())
						: xstrdup(output->destination);

	strvec_add(&words, "save");
	strvec_addf(&words, "--format=%s",
		    output->type == BUILD_OUTPUT_OCI ? "oci-archive"
						     : "docker-archive");
	strvec_addf(&words, "--output=%s", path);
	strvec_add(&words, "--");
	if (names->count)
		strvec_extend(&words, names->items, names->count);
	else
		strvec_add(&words, id->text);
	return run(context, &words, NULL, err);
}

static int push(struct context *context, const struct strvec *names,
		struct error *err)
{
	if (!names->count)
		return error_set(err, ERROR_INVALID,
				 "tag is needed when pushing to registry");
	for (size_t i = 0; i < names->count; i++) {
		autoclean(strvec_release) struct strvec words = STRVEC_INIT;

		strvec_add(&words, "push");
		strvec_add(&words, "--");
		strvec_add(&words, names->items[i]);
		if (run(context, &words, NULL, err) < 0)
			return -1;
	}
	return 0;
}

int build_output_image(struct context *context,
		       const struct build_output *output,
		       const struct digest *id, const struct strvec *names,
		       struct error *err)
{
	if (output->type == BUILD_OUTPUT_IMAGE)
		return output->is_pushed ? push(context, names, err) : 0;
	return save(context, output, id, names, err);
}

void build_output_release(struct build_output *output)
{
	free(output->destination);
	strvec_release(&output->names);
	*output = (struct build_output){ BUILD_OUTPUT_NONE };
}

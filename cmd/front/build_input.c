/* SPDX-License-Identifier: Apache-2.0 */
/* Contexts and Dockerfiles. */
#include "cmd/front/build_input.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "builder/steps/add_fetch.h"
#include "builder/steps/copy_owner.h"

/* Names of a Dockerfile nobody named, the first one that is there. */
static const char *const usual[] = { "Dockerfile", "dockerfile",
				     "Containerfile", NULL };

static int open_folder(const char *path, int *folder_out, char **path_out,
		       struct error *err)
{
	char real[PATH_MAX];
	struct stat st;

	if (!realpath(path, real))
		return error_sys(err, errno,
				 "unable to prepare context: path "
				 "\"%s\" not found",
				 path);
	*folder_out = open(real, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*folder_out < 0 || fstat(*folder_out, &st) < 0)
		return error_sys(err, errno,
				 "unable to prepare context: open \"%s\"",
				 path);
	*path_out = xstrdup(real);
	return 0;
}

/* A file of its own for bytes that come from a pipe. */
static int spool(const struct build_place *place, const char *name, int from,
		 int *out, struct error *err)
{
	char chunk[65536];
	ssize_t got;

	*out = openat(place->scratch_fd, name,
		      O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		      0600);
	if (*out < 0)
		return error_sys(err, errno, "keep the context");
	while ((got = read(from, chunk, sizeof(chunk))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_sys(err, errno, "read the context");
		if (fs_write_all(*out, chunk, (size_t)got, err) < 0)
			return -1;
	}
	return lseek(*out, 0, SEEK_SET) < 0
		       ? error_sys(err, errno, "read the context")
		       : 0;
}

/* Where a context that was brought here lies; the caller closes it. */
static int make_folder(const struct build_place *place, int *folder_out,
		       char **path_out, struct error *err)
{
	if (fs_make_dirs(place->scratch_fd, "context", FS_NO_LINKS, 0755,
			 folder_out, err) < 0)
		return -1;
	*path_out = xasprintf("%s/context", place->scratch_path);
	return 0;
}

static int unpack(const struct build_input_request *request, int archive,
		  const struct build_place *place, int *folder_out,
		  char **path_out, struct error *err)
{
	struct build_unpack order = {
		.archive = archive,
		/* whose files they are says nothing of who owns the context */
		.uid = geteuid(),
		.gid = getegid(),
	};

	if (make_folder(place, folder_out, path_out, err) < 0)
		return -1;
	order.folder = *folder_out;
	if (request->host->unpack(request->host->context, &order, err) < 0)
		return error_wrap(err, "unpack the context");
	return 0;
}

static int fetch(const struct build_input_request *request,
		 const struct build_place *place, const char *name,
		 char **etag_out, struct error *err)
{
	struct build_fetched fetched = { false };
	const struct build_fetch order = {
		.url = request->path,
		.folder = place->scratch_fd,
		.name = name,
	};
	int result = request->host->fetch(request->host->context, &order,
					  &fetched, err);

	*etag_out = fetched.etag;
	return result < 0 ? error_wrap(err, "%s", request->path) : 0;
}

static int bring_git(const struct build_input_request *request,
		     const struct build_place *place, int *folder_out,
		     char **path_out, char **commit_out, struct error *err)
{
	if (fetch(request, place, "context", commit_out, err) < 0)
		return -1;
	*path_out = xasprintf("%s/context", place->scratch_path);
	*folder_out = openat(place->scratch_fd, "context",
			     O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return *folder_out < 0 ? error_sys(err, errno, "open the context") : 0;
}

/* An archive becomes the context, anything else is a Dockerfile. */
static int take_bytes(const struct build_input_request *request, int fd,
		      struct build_input *out, struct error *err)
{
	if (copy_owner_is_archive(fd))
		return unpack(request, fd, &out->place, &out->folder,
			      &out->path, err);
	if (request->file)
		return error_set(err, ERROR_INVALID,
				 "there is no context to look for %s in",
				 request->file);
	out->name = xstrdup("Dockerfile");
	return fs_read_fd(fd, BUILDER_MAX_DOCKERFILE, &out->text, err);
}

static int open_context(const struct build_input_request *request,
			struct build_input *out, struct error *err)
{
	bool is_stdin = !strcmp(request->path, "-");
	bool is_url = add_fetch_is_url(request->path);
	autofree char *etag = NULL;
	autoclose int fd = -1;

	if (!is_stdin && !is_url)
		return open_folder(request->path, &out->folder, &out->path,
				   err);
	if (build_place_open(request->store, &out->place, err) < 0)
		return -1;
	if (add_fetch_is_git(request->path))
		return bring_git(request, &out->place, &out->folder, &out->path,
				 &out->commit, err);
	if (is_stdin) {
		if (spool(&out->place, "input", STDIN_FILENO, &fd, err) < 0)
			return -1;
		return take_bytes(request, fd, out, err);
	}
	if (fetch(request, &out->place, "input", &etag, err) < 0)
		return -1;
	fd = openat(out->place.scratch_fd, "input", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_sys(err, errno, "open the context");
	return take_bytes(request, fd, out, err);
}

int build_input_bring(const struct build_input_request *request,
		      struct build_place *place, int *folder_out,
		      char **path_out, struct error *err)
{
	autofree char *etag = NULL;
	autoclose int fd = -1;

	if (!add_fetch_is_url(request->path))
		return open_folder(request->path, folder_out, path_out, err);
	if (!place->name && build_place_open(request->store, place, err) < 0)
		return -1;
	if (add_fetch_is_git(request->path))
		return bring_git(request, place, folder_out, path_out, &etag,
				 err);
	if (fetch(request, place, "input", &etag, err) < 0)
		return -1;
	fd = openat(place->scratch_fd, "input", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_sys(err, errno, "open the context");
	return unpack(request, fd, place, folder_out, path_out, err);
}

/* A Dockerfile in the context, resolved in there. */
static int read_inside(struct build_input *out, const char *name,
		       struct error *err)
{
	autoclose int fd = -1;

	if (fs_open(out->folder, name, FS_IN_ROOT, O_RDONLY, 0, &fd, err) < 0)
		return error_wrap(err, "failed to read dockerfile: open %s",
				  name);
	out->name = xstrdup(name);
	if (fs_read_fd(fd, BUILDER_MAX_DOCKERFILE, &out->text, err) < 0)
		return error_wrap(err, "failed to read dockerfile: %s", name);
	return 0;
}

static int read_usual(struct build_input *out, struct error *err)
{
	for (size_t i = 0; usual[i]; i++) {
		autoclose int fd = fs_open_raw(out->folder, usual[i],
					       FS_IN_ROOT, O_RDONLY, 0);

		if (fd >= 0)
			return read_inside(out, usual[i], err);
	}
	return error_set(err, ERROR_NOT_FOUND,
			 "failed to read dockerfile: open Dockerfile: no such "
			 "file or directory");
}

static int read_named(const struct build_input_request *request,
		      struct build_input *out, struct error *err)
{
	bool is_here = !out->place.name; /* the context is the user's folder */

	if (!strcmp(request->file, "-")) {
		out->name = xstrdup("Dockerfile");
		return fs_read_fd(STDIN_FILENO, BUILDER_MAX_DOCKERFILE,
				  &out->text, err);
	}
	if (!is_here)
		return read_inside(out, request->file, err);
	out->name = xstrdup(request->file);
	if (fs_read_file(AT_FDCWD, request->file, BUILDER_MAX_DOCKERFILE,
			 &out->text, err) < 0)
		return error_wrap(err, "failed to read dockerfile");
	return 0;
}

static int read_dockerfile(const struct build_input_request *request,
			   struct build_input *out, struct error *err)
{
	if (out->name)
		return 0; /* it was the input itself */
	if (request->file)
		return read_named(request, out, err);
	return read_usual(out, err);
}

static int try_ignore(int folder, const char *name, struct ignore *out,
		      bool *found, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(BUILDER_MAX_IGNORE_FILE);
	autoclose int fd = fs_open_raw(folder, name, FS_IN_ROOT, O_RDONLY, 0);

	*found = fd >= 0;
	if (fd < 0)
		return 0;
	if (fs_read_fd(fd, BUILDER_MAX_IGNORE_FILE, &text, err) < 0)
		return error_wrap(err, "%s", name);
	return ignore_parse(name, text.text, text.length, out, err);
}

/* Beside a Dockerfile that is somewhere else. */
static int read_beside(const char *path, struct ignore *out, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(BUILDER_MAX_IGNORE_FILE);

	if (fs_read_file(AT_FDCWD, path, BUILDER_MAX_IGNORE_FILE, &text, err) <
	    0)
		return -1;
	return ignore_parse(path, text.text, text.length, out, err);
}

int build_input_ignore(int folder, const char *dockerfile, struct ignore *out,
		       struct error *err)
{
	autofree char *own = xasprintf("%s.dockerignore",
				       dockerfile ? dockerfile : "Dockerfile");
	const char *const names[] = { own, ".dockerignore",
				      ".containerignore" };
	bool found = false;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names) && !found; i++)
		if (try_ignore(folder, names[i], out, &found, err) < 0)
			return -1;
	return 0;
}

static int read_ignore(const struct build_input_request *request,
		       struct build_input *out, struct error *err)
{
	if (out->folder < 0)
		return 0;
	if (request->file && strcmp(request->file, "-") != 0 &&
	    !out->place.name) {
		autofree char *beside = xasprintf("%s.dockerignore",
						  request->file);

		if (access(beside, R_OK) == 0)
			return read_beside(beside, &out->ignore, err);
	}
	return build_input_ignore(out->folder, out->name, &out->ignore, err);
}

int build_input_open(const struct build_input_request *request,
		     struct build_input *out, struct error *err)
{
	if (request->file && !strcmp(request->file, "-") &&
	    !strcmp(request->path, "-"))
		return error_set(err, ERROR_INVALID,
				 "invalid argument: can't use stdin for both "
				 "build context and dockerfile");
	if (open_context(request, out, err) < 0 ||
	    read_dockerfile(request, out, err) < 0 ||
	    read_ignore(request, out, err) < 0)
		return -1;
	out->site = xasprintf("%s\n%s",
			      out->place.name || !out->path ? request->path
							    : out->path,
			      request->file ? request->file : "");
	return strbuf_check(&out->text, out->name, err);
}

void build_input_release(struct build_input *input)
{
	cleanup_close(&input->folder);
	free(input->path);
	free(input->name);
	free(input->site);
	free(input->commit);
	strbuf_release(&input->text);
	ignore_release(&input->ignore);
	build_place_close(&input->place);
}

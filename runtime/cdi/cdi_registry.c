/* SPDX-License-Identifier: Apache-2.0 */
/* Specification files, found and read. */
#include "runtime/cdi/cdi_registry.h"

#include <fcntl.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "runtime/cdi/cdi_limits.h"

const char *const cdi_folders[] = { "/etc/cdi", "/var/run/cdi", NULL };

static bool has_ending(const char *name, const char *ending)
{
	size_t length = strlen(name);
	size_t end = strlen(ending);

	return length > end && !strcmp(name + length - end, ending);
}

static int read_spec(int folder, const char *name, struct cdi_spec *out,
		     struct error *err)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(CDI_FILE_MAX);

	if (fs_read_file(folder, name, CDI_FILE_MAX, &text, err) < 0)
		return -1;
	return cdi_spec_parse(text.text, text.length, has_ending(name, ".yaml"),
			      out, err);
}

static void add(const char *folder_name, int folder, const char *name,
		size_t rank, struct cdi_registry *out)
{
	autoclean(error_release) struct error why = ERROR_INIT;
	struct cdi_file file = { CDI_SPEC_INIT, rank };

	if (read_spec(folder, name, &file.spec, &why) < 0) {
		strvec_addf(&out->failures, "%s/%s: %s", folder_name, name,
			    why.msg);
		return;
	}
	out->files = xreallocarray(out->files, out->count + 1,
				   sizeof(*out->files));
	out->files[out->count++] = file;
}

static int read_folder(const char *path, size_t rank, struct cdi_registry *out,
		       struct error *err)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;
	autoclose int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (folder < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (folder < 0)
		return error_sys(err, errno, "read folder %s", path);
	if (fs_list(folder, ".", &names, err) < 0)
		return error_wrap(err, "%s", path);
	if (names.count > CDI_FILES_MAX)
		return error_set(err, ERROR_TOO_LARGE,
				 "%s has more than %d files", path,
				 CDI_FILES_MAX);
	for (size_t i = 0; i < names.count; i++) {
		if (has_ending(names.items[i], ".json") ||
		    has_ending(names.items[i], ".yaml"))
			add(path, folder, names.items[i], rank, out);
	}
	return 0;
}

int cdi_registry_read(const char *const *folders, struct cdi_registry *out,
		      struct error *err)
{
	for (size_t rank = 0; folders[rank]; rank++) {
		if (read_folder(folders[rank], rank, out, err) < 0)
			return -1;
	}
	return 0;
}

/* Files are in the order of their rank. */
bool cdi_registry_find(const struct cdi_registry *registry, const char *name,
		       const struct cdi_spec **spec_out,
		       const struct cdi_device **device_out)
{
	size_t length = strcspn(name, "=");
	const struct cdi_file *found = NULL;
	bool is_double = false;

	for (size_t i = 0; name[length] && i < registry->count; i++) {
		const struct cdi_file *file = &registry->files[i];
		const struct cdi_device *device =
			cdi_spec_find(&file->spec, name + length + 1);

		if (!device || strlen(file->spec.kind) != length ||
		    memcmp(file->spec.kind, name, length) != 0)
			continue;
		is_double = found && found->rank == file->rank;
		found = file;
		*spec_out = &file->spec;
		*device_out = device;
	}
	return found && !is_double;
}

bool cdi_registry_has_kind(const struct cdi_registry *registry,
			   const char *kind)
{
	for (size_t i = 0; i < registry->count; i++) {
		if (!strcmp(registry->files[i].spec.kind, kind))
			return true;
	}
	return false;
}

void cdi_registry_release(struct cdi_registry *registry)
{
	for (size_t i = 0; i < registry->count; i++)
		cdi_spec_release(&registry->files[i].spec);
	free(registry->files);
	strvec_release(&registry->failures);
	*registry = (struct cdi_registry)CDI_REGISTRY_INIT;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The table of mount options. */
#include "runtime/mount_options.h"

#include <string.h>
#include <sys/mount.h>

#include "base/strbuf.h"

enum option_kind {
	OPTION_NONE = 0,
	OPTION_FLAG,	    /* of the file system: MS_… */
	OPTION_ATTRIBUTE,   /* of this mount, and the MS_… that says so */
	OPTION_RECURSIVE,   /* of this mount and all below */
	OPTION_PROPAGATION, /* MS_PRIVATE and its like, or with MS_REC */
	OPTION_BIND,
	OPTION_COPY_UP,
	OPTION_IDMAP,
	OPTION_IGNORED,
	OPTION_REFUSED,
};

struct option_row {
	const char *name;
	enum option_kind kind;
	bool clears;		  /* the option takes its flag away */
	unsigned long flag;	  /* MS_… */
	uint64_t attribute;	  /* MOUNT_ATTR_… */
	uint64_t attribute_group; /* cleared before `attribute` is set */
};

#define ATIME MOUNT_ATTR__ATIME

static const struct option_row rows[] = {
	{ "ro", OPTION_ATTRIBUTE, false, MS_RDONLY, MOUNT_ATTR_RDONLY, 0 },
	{ "rw", OPTION_ATTRIBUTE, true, MS_RDONLY, MOUNT_ATTR_RDONLY, 0 },
	{ "nosuid", OPTION_ATTRIBUTE, false, MS_NOSUID, MOUNT_ATTR_NOSUID, 0 },
	{ "suid", OPTION_ATTRIBUTE, true, MS_NOSUID, MOUNT_ATTR_NOSUID, 0 },
	{ "nodev", OPTION_ATTRIBUTE, false, MS_NODEV, MOUNT_ATTR_NODEV, 0 },
	{ "dev", OPTION_ATTRIBUTE, true, MS_NODEV, MOUNT_ATTR_NODEV, 0 },
	{ "noexec", OPTION_ATTRIBUTE, false, MS_NOEXEC, MOUNT_ATTR_NOEXEC, 0 },
	{ "exec", OPTION_ATTRIBUTE, true, MS_NOEXEC, MOUNT_ATTR_NOEXEC, 0 },
	{ "noatime", OPTION_ATTRIBUTE, false, MS_NOATIME, MOUNT_ATTR_NOATIME,
	  ATIME },
	{ "atime", OPTION_ATTRIBUTE, true, MS_NOATIME, 0, 0 },
	{ "nodiratime", OPTION_ATTRIBUTE, false, MS_NODIRATIME,
	  MOUNT_ATTR_NODIRATIME, 0 },
	{ "diratime", OPTION_ATTRIBUTE, true, MS_NODIRATIME,
	  MOUNT_ATTR_NODIRATIME, 0 },
	{ "relatime", OPTION_ATTRIBUTE, false, MS_RELATIME, MOUNT_ATTR_RELATIME,
	  ATIME },
	{ "norelatime", OPTION_ATTRIBUTE, true, MS_RELATIME, 0, 0 },
	{ "strictatime", OPTION_ATTRIBUTE, false, MS_STRICTATIME,
	  MOUNT_ATTR_STRICTATIME, ATIME },
	{ "nostrictatime", OPTION_ATTRIBUTE, true, MS_STRICTATIME, 0, 0 },
	{ "nosymfollow", OPTION_ATTRIBUTE, false, 256, 0x00200000, 0 },
	{ "symfollow", OPTION_ATTRIBUTE, true, 256, 0x00200000, 0 },
	{ "rro", OPTION_RECURSIVE, false, 0, MOUNT_ATTR_RDONLY, 0 },
	{ "rrw", OPTION_RECURSIVE, true, 0, MOUNT_ATTR_RDONLY, 0 },
	{ "rnosuid", OPTION_RECURSIVE, false, 0, MOUNT_ATTR_NOSUID, 0 },
	{ "rsuid", OPTION_RECURSIVE, true, 0, MOUNT_ATTR_NOSUID, 0 },
	{ "rnodev", OPTION_RECURSIVE, false, 0, MOUNT_ATTR_NODEV, 0 },
	{ "rdev", OPTION_RECURSIVE, true, 0, MOUNT_ATTR_NODEV, 0 },
	{ "rnoexec", OPTION_RECURSIVE, false, 0, MOUNT_ATTR_NOEXEC, 0 },
	{ "rexec", OPTION_RECURSIVE, true, 0, MOUNT_ATTR_NOEXEC, 0 },
	{ "rnodiratime", OPTION_RECURSIVE, false, 0, MOUNT_ATTR_NODIRATIME, 0 },
	{ "rdiratime", OPTION_RECURSIVE, true, 0, MOUNT_ATTR_NODIRATIME, 0 },
	{ "rrelatime", OPTION_RECURSIVE, false, 0, MOUNT_ATTR_RELATIME, ATIME },
	{ "rnorelatime", OPTION_RECURSIVE, true, 0, 0, ATIME },
	{ "rnoatime", OPTION_RECURSIVE, false, 0, MOUNT_ATTR_NOATIME, ATIME },
	{ "ratime", OPTION_RECURSIVE, true, 0, 0, ATIME },
	{ "rstrictatime", OPTION_RECURSIVE, false, 0, MOUNT_ATTR_STRICTATIME,
	  ATIME },
	{ "rnostrictatime", OPTION_RECURSIVE, true, 0, 0, ATIME },
	{ "rnosymfollow", OPTION_RECURSIVE, false, 0, 0x00200000, 0 },
	{ "rsymfollow", OPTION_RECURSIVE, true, 0, 0x00200000, 0 },
	{ "sync", OPTION_FLAG, false, MS_SYNCHRONOUS, 0, 0 },
	{ "async", OPTION_FLAG, true, MS_SYNCHRONOUS, 0, 0 },
	{ "dirsync", OPTION_FLAG, false, MS_DIRSYNC, 0, 0 },
	{ "mand", OPTION_FLAG, false, MS_MANDLOCK, 0, 0 },
	{ "nomand", OPTION_FLAG, true, MS_MANDLOCK, 0, 0 },
	{ "iversion", OPTION_FLAG, false, MS_I_VERSION, 0, 0 },
	{ "noiversion", OPTION_FLAG, true, MS_I_VERSION, 0, 0 },
	{ "lazytime", OPTION_FLAG, false, MS_LAZYTIME, 0, 0 },
	{ "nolazytime", OPTION_FLAG, true, MS_LAZYTIME, 0, 0 },
	{ "silent", OPTION_FLAG, false, MS_SILENT, 0, 0 },
	{ "loud", OPTION_FLAG, true, MS_SILENT, 0, 0 },
	{ "acl", OPTION_FLAG, false, MS_POSIXACL, 0, 0 },
	{ "noacl", OPTION_FLAG, true, MS_POSIXACL, 0, 0 },
	{ "private", OPTION_PROPAGATION, false, MS_PRIVATE, 0, 0 },
	{ "slave", OPTION_PROPAGATION, false, MS_SLAVE, 0, 0 },
	{ "shared", OPTION_PROPAGATION, false, MS_SHARED, 0, 0 },
	{ "unbindable", OPTION_PROPAGATION, false, MS_UNBINDABLE, 0, 0 },
	{ "rprivate", OPTION_PROPAGATION, false, MS_PRIVATE | MS_REC, 0, 0 },
	{ "rslave", OPTION_PROPAGATION, false, MS_SLAVE | MS_REC, 0, 0 },
	{ "rshared", OPTION_PROPAGATION, false, MS_SHARED | MS_REC, 0, 0 },
	{ "runbindable", OPTION_PROPAGATION, false, MS_UNBINDABLE | MS_REC, 0,
	  0 },
	{ "bind", OPTION_BIND, false, 0, 0, 0 },
	{ "rbind", OPTION_BIND, false, MS_REC, 0, 0 },
	{ "tmpcopyup", OPTION_COPY_UP, false, 0, 0, 0 },
	{ "idmap", OPTION_IDMAP, false, 0, 0, 0 },
	{ "ridmap", OPTION_IDMAP, false, MS_REC, 0, 0 },
	{ "defaults", OPTION_IGNORED, false, 0, 0, 0 },
	{ "remount", OPTION_REFUSED, false, 0, 0, 0 },
	{ "move", OPTION_REFUSED, false, 0, 0, 0 },
};

static const struct option_row *find_row(const char *name)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

static void change_flag(const struct option_row *row, struct mount_options *out)
{
	if (row->clears)
		out->flags &= ~row->flag;
	else
		out->flags |= row->flag;
}

/* The later of two opposite options wins, as with mount(8). */
static void change_attributes(const struct option_row *row,
			      struct mount_attributes *out, bool may_clear)
{
	out->set &= ~(row->attribute | row->attribute_group);
	out->clear &= ~row->attribute;
	out->clear |= row->attribute_group;
	if (!row->clears)
		out->set |= row->attribute;
	else if (may_clear)
		out->clear |= row->attribute;
}

static void apply(const struct option_row *row, struct mount_options *out)
{
	switch (row->kind) {
	case OPTION_FLAG:
		change_flag(row, out);
		break;
	case OPTION_ATTRIBUTE:
		change_flag(row, out);
		change_attributes(row, &out->own, false);
		break;
	case OPTION_RECURSIVE:
		change_attributes(row, &out->recursive, true);
		break;
	case OPTION_PROPAGATION:
		out->propagation = row->flag & ~(unsigned long)MS_REC;
		out->is_propagation_recursive = row->flag & MS_REC;
		break;
	case OPTION_BIND:
		out->is_bind = true;
		out->is_recursive_bind = row->flag & MS_REC;
		break;
	case OPTION_COPY_UP:
		out->copy_up = true;
		break;
	case OPTION_IDMAP:
		out->idmap = true;
		out->is_idmap_recursive = row->flag & MS_REC;
		break;
	case OPTION_NONE:
	case OPTION_IGNORED:
	case OPTION_REFUSED:
		break;
	}
}

int mount_options_parse(const struct strvec *options, struct mount_options *out,
			struct error *err)
{
	/* the kernel reads one page of data */
	autoclean(strbuf_release) struct strbuf data = STRBUF_LIMIT(4095);

	*out = (struct mount_options){ 0 };
	for (size_t i = 0; i < options->count; i++) {
		const char *option = options->items[i];
		const struct option_row *row = find_row(option);

		if (row && row->kind == OPTION_REFUSED)
			return error_set(err, ERROR_INVALID,
					 "mount option \"%s\" cannot be used "
					 "for a container",
					 option);
		if (row) {
			apply(row, out);
			continue;
		}
		if (!*option)
			continue;
		strbuf_addf(&data, "%s%s", data.length ? "," : "", option);
	}
	if (strbuf_check(&data, "mount options", err) < 0)
		return -1;
	out->data = strbuf_steal(&data);
	return 0;
}

/* Those that are refused stand at the end. */
const char *mount_options_name(size_t index)
{
	if (index >= sizeof(rows) / sizeof(*rows) ||
	    rows[index].kind == OPTION_REFUSED)
		return NULL;
	return rows[index].name;
}

void mount_options_release(struct mount_options *options)
{
	free(options->data);
	*options = (struct mount_options){ 0 };
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Writing down owners that cannot be. */
#include "layers/tar/owner_note.h"

#include <errno.h>
#include <stdio.h>
#include <sys/xattr.h>

#include "base/userns.h"

enum { OWNER_NOTE_MAX = 64 };

bool owner_note_is_used(void)
{
	return !userns_is_initial() && userns_is_single();
}

int owner_note_write(int fd, const struct entry *entry, struct error *err)
{
	char text[OWNER_NOTE_MAX];
	int length = snprintf(text, sizeof(text), "%u:%u:%o",
			      (unsigned)entry->uid, (unsigned)entry->gid,
			      entry->mode & 07777U);

	/* a file system without such attributes forgets owners */
	if (fsetxattr(fd, OWNER_NOTE_XATTR, text, (size_t)length, 0) < 0 &&
	    errno != ENOTSUP)
		return error_sys(err, errno, "note its owner");
	return 0;
}

static bool read_id(const char **at, const char *end, uint32_t *out)
{
	uint64_t value = 0;
	const char *start = *at;

	while (*at < end && **at >= '0' && **at <= '9') {
		value = value * 10 + (uint64_t)(**at - '0');
		if (value >= UINT32_MAX) /* -1 is nobody's id */
			return false;
		(*at)++;
	}
	*out = (uint32_t)value;
	return *at > start && *at < end && *(*at)++ == ':';
}

bool owner_note_parse(const char *text, size_t length, uint32_t *uid_out,
		      uint32_t *gid_out)
{
	const char *end = text + length;

	/* the mode is the file's own; others write more behind it */
	return read_id(&text, end, uid_out) && read_id(&text, end, gid_out);
}

void owner_note_apply(int fd, struct entry *entry)
{
	char text[OWNER_NOTE_MAX];
	ssize_t length = fgetxattr(fd, OWNER_NOTE_XATTR, text, sizeof(text));
	uint32_t uid;
	uint32_t gid;

	if (length <= 0 || !owner_note_parse(text, (size_t)length, &uid, &gid))
		return;
	entry->uid = uid;
	entry->gid = gid;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* --chown. */
#include "builder/steps/copy_owner.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/userdb.h"
#include "builder/steps/step_files.h"

static bool is_number(const char *text, size_t length)
{
	return length && length < 11 && strspn(text, "0123456789") == length;
}

static bool parse_numbers(const char *text, struct copy_owner *out)
{
	size_t user = strcspn(text, ":");
	const char *group = text[user] ? text + user + 1 : text;

	if (!is_number(text, strspn(text, "0123456789")) ||
	    strspn(text, "0123456789") != user ||
	    !is_number(group, text[user] ? strlen(group) : user))
		return false;
	out->uid = (uid_t)strtoul(text, NULL, 10);
	out->gid = (gid_t)strtoul(group, NULL, 10);
	return true;
}

/* Who is left out of "user:" or ":group" is root. */
static char *whole_text(const char *text)
{
	size_t length = strlen(text);

	return xasprintf("%s%s%s", *text == ':' ? "0" : "", text,
			 text[length - 1] == ':' ? "0" : "");
}

bool copy_owner_is_named(const char *text)
{
	autofree char *whole = text && *text ? whole_text(text) : NULL;
	struct copy_owner owner;

	return whole && !parse_numbers(whole, &owner);
}

int copy_owner_find_in(int root, const char *text, struct copy_owner *out,
		       struct error *err)
{
	autoclean(userdb_identity_release) struct userdb_identity identity =
		USERDB_IDENTITY_INIT;
	autofree char *whole = text && *text ? whole_text(text) : NULL;

	*out = (struct copy_owner){ whole, 0, 0 };
	if (!whole || parse_numbers(whole, out))
		return 0;
	if (userdb_resolve(root, whole, &identity, err) < 0)
		return -1;
	out->uid = identity.uid;
	out->gid = identity.gid;
	return 0;
}

int copy_owner_find(const struct store *store, const struct image_state *image,
		    const char *text, struct copy_owner *out, struct error *err)
{
	autoclose int root = -1;

	/* numbers need no look at the image */
	if ((copy_owner_is_named(text) &&
	     step_files_look(store, image, &root, err) < 0) ||
	    copy_owner_find_in(root, text, out, err) < 0)
		return error_wrap(err, "--chown=%s", text);
	return 0;
}

/* Compressed bytes, or a tar header; what is in them is seen by unpacking. */
bool copy_owner_is_archive(int fd)
{
	static const struct {
		const char *bytes;
		size_t length;
		off_t at;
	} magics[] = {
		{ "\x1f\x8b", 2, 0 },
		{ "BZh", 3, 0 },
		{ "\xfd"
		  "7zXZ",
		  5, 0 },
		{ "\x28\xb5\x2f\xfd", 4, 0 },
		{ "ustar", 5, 257 },
	};
	char bytes[8];

	for (size_t i = 0; i < sizeof(magics) / sizeof(*magics); i++) {
		size_t length = magics[i].length;

		if (pread(fd, bytes, length, magics[i].at) == (ssize_t)length &&
		    !memcmp(bytes, magics[i].bytes, length))
			return true;
	}
	return false;
}

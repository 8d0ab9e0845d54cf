/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who "alice:audio" is in a root file system: reads its /etc/passwd and
 * /etc/group, never the host's, and never through NSS.
 *
 * A user or group of digits only is always an id (0 to 2^31-1), whatever names
 * the files hold. The files are opened inside the root, must be regular (a
 * fifo or a device does not hang us) and at most 10 MiB; an absent file counts
 * as empty. Lines that do not parse are skipped, as libc does.
 */
#ifndef BASE_USERDB_H
#define BASE_USERDB_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strvec.h"

struct userdb_identity {
	uint32_t uid;
	uint32_t gid;
	uint32_t *groups; /* supplementary; the primary group is in it */
	size_t group_count;
	char *name; /* login name, NULL when the uid has no entry */
	char *home; /* "/" when the uid has no entry */
};

#define USERDB_IDENTITY_INIT              \
	{                                 \
		0, 0, NULL, 0, NULL, NULL \
	}

/*
 * Resolve USER ("", "name", "uid", either with ":group" or ":gid") by the
 * texts of a passwd and a group file. "" is uid 0. Pure. NOT_FOUND for an
 * unknown name, INVALID for a bad form; OUT is released on failure.
 */
int userdb_resolve_text(const char *passwd, const char *group, const char *user,
			struct userdb_identity *out,
			struct error *err) must_check;

/* Resolve USER by the files below ROOT (a directory descriptor). */
int userdb_resolve(int root, const char *user, struct userdb_identity *out,
		   struct error *err) must_check;

/* Add the groups NAMES (names or ids) of ROOT's group file to IDENTITY. */
int userdb_add_groups(int root, const struct strvec *names,
		      struct userdb_identity *identity,
		      struct error *err) must_check;

/* Free the contents. */
void userdb_identity_release(struct userdb_identity *identity);
DEFINE_CLEANUP(struct userdb_identity, userdb_identity_release)

#endif

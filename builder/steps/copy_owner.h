/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who owns what is copied: the value of --chown, by the names of the image that
 * is being built, and root when nobody is named.
 */
#ifndef BUILDER_COPY_OWNER_H
#define BUILDER_COPY_OWNER_H

#include <stdbool.h>
#include <sys/types.h>

#include "builder/image/image_state.h"

struct copy_owner {
	bool is_given;
	uid_t uid;
	gid_t gid;
};

/*
 * Find who TEXT ("user", "user:group", ids; NULL: nobody) is in IMAGE. A user's
 * number without a group means the group of the same number; who is left out of
 * "user:" or ":group" is root. NOT_FOUND for a
 * name that is unknown there.
 */
int copy_owner_find(const struct store *store, const struct image_state *image,
		    const char *text, struct copy_owner *out,
		    struct error *err) must_check;

/* The same by the names of the tree below ROOT. */
int copy_owner_find_in(int root, const char *text, struct copy_owner *out,
		       struct error *err) must_check;

/* Whether TEXT (as above) names somebody whom only an image knows. */
bool copy_owner_is_named(const char *text);

/* Whether the file FD begins as an archive does that ADD unpacks. */
bool copy_owner_is_archive(int fd);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the user namespace this process is in means for it. In any but the
 * first, root is root of that namespace only: it makes no device nodes, its
 * overlays keep their marks in user.* attributes, and it changes owners only
 * to ids that are mapped.
 */
#ifndef BASE_USERNS_H
#define BASE_USERNS_H

#include <stdbool.h>

/* Whether this is the machine's first user namespace, whose root is root. */
bool userns_is_initial(void);

/* Whether setgroups(2) works here; an own id mapped alone gives it up. */
bool userns_has_groups(void);

/* Whether only one user id exists in this namespace. */
bool userns_is_single(void);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a script does more for a container with a user namespace. Its root has
 * no right to the host's files, layers of other ids or control groups, so that
 * there is a part between the host's and the container's: BEFORE, the process
 * that will be the container's, with the host's rights and a mount namespace of
 * its own. It makes the root file system of mounts that shift
 * ids, takes the sources of bind mounts, and enters the user namespace, which
 * the first part made and has open as descriptor 8. From there it says its
 * number, and is put into the control groups. In there the script's
 * folder is at /mnt, whatever lies around it: the container's root may not come
 * along another way.
 */
#ifndef RUNTIME_EXPLAIN_USERNS_H
#define RUNTIME_EXPLAIN_USERNS_H

#include "base/strbuf.h"
#include "runtime/explain/explain_plan.h"

/* Append, for the first part, what makes or opens the user namespace. */
void explain_userns_open(const struct explain *explain, struct strbuf *out);

/*
 * Append the variable BEFORE, the part between; FUNCTIONS has to be one by
 * then.
 */
int explain_userns_before(const struct explain *explain, struct strbuf *out,
			  struct error *err) must_check;

/* Append, after its start, what puts the process into the control groups. */
void explain_userns_join(struct strbuf *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ids that this thread's files are made with. Below a mount that maps ids,
 * a file can only be made by an id that the map has, and root's is not among
 * them; the rights to files stay as they were.
 */
#ifndef BASE_FSIDS_H
#define BASE_FSIDS_H

#include <sys/types.h>

/*
 * Make files as UID and GID from now on, and keep the capabilities, which the
 * kernel would take away. System calls only. -1 with errno.
 */
int fsids_set(uid_t uid, gid_t gid);

#endif

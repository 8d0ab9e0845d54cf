/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies a folder's content into a tmpfs that covers it ("tmpcopyup"). Works on
 * descriptors only and follows no links; it runs in the container's first
 * process and allocates nothing, so folders nest at most 64 deep. Owner, mode
 * and modification time are kept; extended attributes a tmpfs cannot hold and
 * sockets are left out.
 */
#ifndef RUNTIME_COPY_UP_H
#define RUNTIME_COPY_UP_H

/* Copy what is in the folder FROM into the folder TO; -1 with errno. */
int copy_up(int from, int to);

#endif

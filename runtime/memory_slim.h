/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gives memory back that a process will hardly need again: free heap, and the
 * pages of the program that starting up has touched. What is needed after all
 * comes back from the page cache, a fault each; so this is for a process that
 * has settled down to wait, as a container's monitor does for days.
 */
#ifndef RUNTIME_MEMORY_SLIM_H
#define RUNTIME_MEMORY_SLIM_H

/* Return what can be returned. */
void memory_slim(void);

#endif

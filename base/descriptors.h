/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The open descriptors of a process that was forked to do something of its own:
 * what its parent had open (locks, sockets, pipes) is not to live on in it.
 */
#ifndef BASE_DESCRIPTORS_H
#define BASE_DESCRIPTORS_H

#include <stddef.h>

/*
 * Close all from 3 on but the COUNT of KEPT, which are sorted for it; negative
 * ones are none.
 */
void descriptors_close_others(int *kept, size_t count);

#endif

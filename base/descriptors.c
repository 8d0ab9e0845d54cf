/* SPDX-License-Identifier: Apache-2.0 */
/* The gaps between those that stay. */
#include "base/descriptors.h"

#include <sys/syscall.h>
#include <unistd.h>

void descriptors_close_others(int *kept, size_t count)
{
	unsigned next = 3;

	for (size_t i = 1; i < count; i++) {
		int value = kept[i];
		size_t at = i;

		for (; at > 0 && kept[at - 1] > value; at--)
			kept[at] = kept[at - 1];
		kept[at] = value;
	}
	/* a kernel of 5.9 has the call */
	for (size_t i = 0; i < count; i++) {
		unsigned fd = (unsigned)kept[i];

		if (kept[i] < 3)
			continue;
		if (fd > next)
			(void)syscall(SYS_close_range, next, fd - 1, 0);
		next = fd + 1;
	}
	(void)syscall(SYS_close_range, next, ~0U, 0);
}

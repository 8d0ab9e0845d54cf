/* SPDX-License-Identifier: Apache-2.0 */
/* Drops free heap and the program's own clean pages. */
#include "runtime/memory_slim.h"

#include <link.h>
#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * Only segments that were never writable: what the linker relocated lies in
 * writable ones, even when it is read-only by now, and would be lost.
 */
static int drop_segments(struct dl_phdr_info *info, size_t size, void *context)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	(void)size;
	(void)context;
	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
		uintptr_t start = (uintptr_t)info->dlpi_addr +
				  (uintptr_t)segment->p_vaddr;
		uintptr_t end = start + (uintptr_t)segment->p_memsz;

		if (segment->p_type != PT_LOAD || segment->p_flags & PF_W)
			continue;
		start &= ~(page - 1);
		end &= ~(page - 1); /* the last page may be shared */
		if (end > start)
			/* refused: then they stay */
			(void)madvise((void *)start, end - start,
				      MADV_DONTNEED);
	}
	return 0;
}

void memory_slim(void)
{
	(void)malloc_trim(0); /* nothing to give back is fine */
	(void)dl_iterate_phdr(drop_segments, NULL); /* goes to the end */
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A folder of its own for each test, removed with all it holds. Used as a
 * cmocka fixture: *STATE becomes a struct temp_folder.
 */
#ifndef TESTS_TEMP_FOLDER_H
#define TESTS_TEMP_FOLDER_H

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fs.h"

struct temp_folder {
	char *path;
	int fd;
};

/* Make the folder; fits cmocka's set-up. */
static inline int temp_folder_open(void **state)
{
	const char *top = getenv("TMPDIR");
	struct temp_folder *folder = xcalloc(1, sizeof(*folder));

	folder->path = xasprintf("%s/imgctl-unit-XXXXXX", top ? top : "/tmp");
	if (!mkdtemp(folder->path))
		return -1;
	folder->fd = open(folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	*state = folder;
	return folder->fd < 0 ? -1 : 0;
}

/* Remove it; fits cmocka's tear-down. */
static inline int temp_folder_close(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	struct temp_folder *folder = *state;
	int result = fs_remove_tree(AT_FDCWD, folder->path, &err);

	(void)close(folder->fd); /* a folder handle */
	free(folder->path);
	free(folder);
	return result;
}

/* Write TEXT as the file NAME in the folder of STATE. */
static inline int temp_folder_put(void **state, const char *name,
				  const char *text)
{
	struct temp_folder *folder = *state;
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclose int fd = openat(folder->fd, name,
				  O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
				  0600);

	return fd < 0 ? -1 : fs_write_all(fd, text, strlen(text), &err);
}

#endif

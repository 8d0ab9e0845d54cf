/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where an archive comes from that a verb reads: a file, or standard input
 * unless that is a terminal. A folder is told apart.
 */
#ifndef CMD_INPUT_FILE_H
#define CMD_INPUT_FILE_H

#include <stdbool.h>

#include "layers/tar/unpack_source.h"

struct input_file {
	int fd; /* owned unless it is standard input */
	bool is_folder;
};

#define INPUT_FILE_INIT   \
	{                 \
		-1, false \
	}

/* Open PATH, or standard input when it is NULL. */
int input_file_open(struct input_file *in, const char *path,
		    struct error *err) must_check;

/* A source that reads IN. */
struct unpack_source input_file_source(struct input_file *in);

/* Close it. */
void input_file_release(struct input_file *in);
DEFINE_CLEANUP(struct input_file, input_file_release)

#endif

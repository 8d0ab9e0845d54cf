/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where an archive goes that a verb makes: standard output, unless that is a
 * terminal, or a file that gets its name when it is whole. A device or a pipe
 * given by name is written to as it is.
 */
#ifndef CMD_OUTPUT_FILE_H
#define CMD_OUTPUT_FILE_H

#include "base/atomicfile.h"
#include "layers/tar/byte_sink.h"

struct output_file {
	struct atomicfile file; /* of a file that is replaced as a whole */
	int folder;		/* the file's; -1: not such a file */
	int fd;			/* where bytes go to; borrowed for FILE */
};

#define OUTPUT_FILE_INIT                \
	{                               \
		ATOMICFILE_INIT, -1, -1 \
	}

/*
 * Begin writing to PATH, or to standard output when it is NULL. VERB is for
 * the refusal to write to a terminal.
 */
int output_file_open(struct output_file *out, const char *path,
		     const char *verb, struct error *err) must_check;

/* A sink that writes to OUT. */
struct byte_sink output_file_sink(struct output_file *out);

/* Make what was written count: the file appears. */
int output_file_commit(struct output_file *out, struct error *err) must_check;

/* Drop what was not committed, and free. */
void output_file_release(struct output_file *out);
DEFINE_CLEANUP(struct output_file, output_file_release)

#endif

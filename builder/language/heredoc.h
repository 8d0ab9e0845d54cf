/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Heredocs of RUN, COPY and ADD.
 *
 *   heredoc = [descriptor] "<<" ["-"] name
 *
 * A word of the line that has this form opens one; its text is the following
 * lines, up to one that is NAME alone. With "-" leading tabs go, of the lines
 * and of the one that ends it. Any quote or escape in NAME means that
 * variables in the text stay as they are.
 */
#ifndef BUILDER_HEREDOC_H
#define BUILDER_HEREDOC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct heredoc {
	char *name;	 /* without its quotes */
	char *content;	 /* leading tabs gone where CHOMP; NULL until read */
	unsigned number; /* the descriptor it is for; 0 is standard input */
	bool expand;	 /* variables in the content are filled in */
	bool chomp;	 /* "<<-" */
};

struct heredocs {
	struct heredoc *items;
	size_t count;
};

#define HEREDOCS_INIT   \
	{               \
		NULL, 0 \
	}

/*
 * Whether WORD, quotes still in it, opens a heredoc; if so OUT is filled but
 * for its content and is the caller's to release.
 */
bool heredoc_is_word(const char *word, char escape, struct heredoc *out);

/* Append those that the words of LINE open, in order. */
int heredocs_find(const char *line, char escape, struct heredocs *out,
		  struct error *err) must_check;

/* Free one's strings. */
void heredoc_release(struct heredoc *heredoc);
DEFINE_CLEANUP(struct heredoc, heredoc_release)

/* Free all and start empty again. */
void heredocs_release(struct heredocs *heredocs);
DEFINE_CLEANUP(struct heredocs, heredocs_release)

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Log entries as `logs` prints them: output on standard output, errors on
 * standard error, each in order. Entries are gathered and written together;
 * a follower flushes after each. What a terminal gets is what the container
 * wrote, control bytes included: that is what a log is for.
 */
#ifndef CMD_LOG_SHOW_H
#define CMD_LOG_SHOW_H

#include "base/strbuf.h"
#include "runtime/logs/log_reader.h"

struct log_show {
	bool has_time;	  /* each line's time before it */
	bool has_details; /* each line's details before it */
	bool is_eager;	  /* write every entry at once */
	int stream;	  /* the gathered text is of, 1 or 2 */
	struct strbuf text;
	struct strbuf details; /* of log_details */
};

#define LOG_SHOW_INIT                                       \
	{                                                   \
		.text = STRBUF_INIT, .details = STRBUF_INIT \
	}

/* Append ENTRY to OUT as SHOW says. Pure. */
void log_show_format(const struct log_show *show, const struct log_entry *entry,
		     struct strbuf *out);

/* Print ENTRY, now or with the next ones. Fails when it cannot be written. */
int log_show_add(struct log_show *show, const struct log_entry *entry,
		 struct error *err) must_check;

/* Write what was gathered. */
int log_show_flush(struct log_show *show, struct error *err) must_check;

/* Free what was gathered. */
void log_show_release(struct log_show *show);
DEFINE_CLEANUP(struct log_show, log_show_release)

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Printing log entries. */
#include "cmd/front/log_show.h"

#include <time.h>

#include "base/clock.h"
#include "base/fs.h"

enum { GATHERED_MAX = 64 << 10 };

/* docker's RFC 3339 with all nine digits, in UTC. */
static void add_time(int64_t time, struct strbuf *out)
{
	int64_t nanoseconds = time % CLOCK_SECOND;
	time_t seconds = time / CLOCK_SECOND - (nanoseconds < 0);
	struct tm when;

	if (nanoseconds < 0)
		nanoseconds += CLOCK_SECOND;
	if (!gmtime_r(&seconds, &when))
		when = (struct tm){ .tm_year = 70, .tm_mday = 1 };
	strbuf_addf(out, "%04d-%02d-%02dT%02d:%02d:%02d.%09lldZ ",
		    when.tm_year + 1900, when.tm_mon + 1, when.tm_mday,
		    when.tm_hour, when.tm_min, when.tm_sec,
		    (long long)nanoseconds);
}

void log_show_format(const struct log_show *show, const struct log_entry *entry,
		     struct strbuf *out)
{
	/* the rest of a long line belongs to what stands before it */
	if (entry->is_line_start && show->has_time)
		add_time(entry->time, out);
	if (entry->is_line_start && show->has_details) {
		strbuf_add(out, show->details.text, show->details.length);
		strbuf_addch(out, ' ');
	}
	strbuf_add(out, entry->text, entry->length);
}

int log_show_flush(struct log_show *show, struct error *err)
{
	int fd = show->stream == 2 ? STDERR_FILENO : STDOUT_FILENO;
	int result = fs_write_all(fd, show->text.text, show->text.length, err);

	strbuf_truncate(&show->text, 0);
	return result;
}

int log_show_add(struct log_show *show, const struct log_entry *entry,
		 struct error *err)
{
	if (show->text.length &&
	    (show->stream != entry->stream ||
	     show->text.length > GATHERED_MAX) &&
	    log_show_flush(show, err) < 0)
		return -1;
	show->stream = entry->stream;
	log_show_format(show, entry, &show->text);
	return show->is_eager ? log_show_flush(show, err) : 0;
}

void log_show_release(struct log_show *show)
{
	strbuf_release(&show->text);
	strbuf_release(&show->details);
}

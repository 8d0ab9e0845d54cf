/* SPDX-License-Identifier: Apache-2.0 */
/* After JSONProgress.String. */
#include "cmd/progress_bar.h"

#include "cmd/units.h"

enum { CELLS = 50, BAR_COLUMNS = 110 };

static void add_cells(unsigned done, struct strbuf *out)
{
	strbuf_addch(out, '[');
	for (unsigned i = 0; i < done; i++)
		strbuf_addch(out, '=');
	strbuf_addch(out, '>');
	for (unsigned i = done; i < CELLS; i++)
		strbuf_addch(out, ' ');
	strbuf_addstr(out, "] ");
}

void progress_bar(uint64_t current, uint64_t total, unsigned columns,
		  struct strbuf *out)
{
	char size[UNITS_TEXT_MAX];
	unsigned done = CELLS;

	if (!current && !total)
		return;
	if (total && current < total)
		done = (unsigned)((double)current / (double)total * CELLS);
	if (total && columns > BAR_COLUMNS)
		add_cells(done, out);
	units_format_size((double)current, size);
	strbuf_addf(out, "%8s", size);
	if (!total || current > total) /* a wrong total says nothing */
		return;
	units_format_size((double)total, size);
	strbuf_addf(out, "/%s", size);
}

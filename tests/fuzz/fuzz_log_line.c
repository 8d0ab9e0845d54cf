/* SPDX-License-Identifier: Apache-2.0 */
/* Log lines: what reads must read the same once written as ours. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/logs/log_line.h"
#include "runtime/logs/log_line_format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autoclean(log_line_release) struct log_line line = LOG_LINE_INIT;
	autoclean(log_line_release) struct log_line again = LOG_LINE_INIT;
	autoclean(log_line_release) struct log_line third = LOG_LINE_INIT;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	if (!log_line_parse((const char *)data, size, &line))
		return 0;
	log_line_format(line.text.text, line.text.length, line.stream,
			line.time, &text);
	if (!log_line_parse(text.text, text.length, &again) ||
	    again.stream != line.stream)
		abort();
	/* once it is UTF-8 it stays as it is */
	strbuf_truncate(&text, 0);
	log_line_format(again.text.text, again.text.length, again.stream,
			again.time, &text);
	if (!log_line_parse(text.text, text.length, &third) ||
	    third.text.length != again.text.length ||
	    memcmp(third.text.text, again.text.text, third.text.length) != 0)
		abort();
	return 0;
}

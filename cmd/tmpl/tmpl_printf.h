/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Go's fmt for template values: Printf's verbs, flags, widths and mistakes
 * ("%!d(string=x)"), and what Print makes of a value. Nothing here fails; the
 * caller's buffer has the ceiling, widths are capped as Go caps them.
 */
#ifndef CMD_TMPL_PRINTF_H
#define CMD_TMPL_PRINTF_H

#include <stddef.h>

#include "base/strbuf.h"
#include "cmd/tmpl/tmpl_value.h"

/* Append VALUE as %v shows it; no value is "<no value>". */
void tmpl_print(const struct tmpl_value *value, struct strbuf *out);

/* Append COUNT values as fmt.Sprintf(FORMAT, …) would. */
void tmpl_printf(const char *format, size_t length,
		 const struct tmpl_value *values, size_t count,
		 struct strbuf *out);

#endif

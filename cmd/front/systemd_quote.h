/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words of systemd's unit files (systemd.service(5), "Command lines", and
 * systemd.syntax(7)): what is not plain is put between double quotes, with C's
 * escapes; "%" begins a specifier everywhere, and "$" a variable in command
 * lines, so both are doubled. Pure.
 */
#ifndef CMD_SYSTEMD_QUOTE_H
#define CMD_SYSTEMD_QUOTE_H

#include <stdbool.h>

#include "base/strbuf.h"

/* Append WORD as one word of a command line (IS_COMMAND) or of a setting. */
void systemd_quote(const char *word, bool is_command, struct strbuf *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The completion script for fish, which is made of single lines instead of
 * the functions that the scripts for bash and zsh share.
 */
#ifndef CMD_COMPLETION_FISH_H
#define CMD_COMPLETION_FISH_H

#include "cmd/completion_rows.h"

/* Append the script. */
void completion_fish(const struct completion *completion, struct strbuf *out);

#endif

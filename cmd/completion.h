/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shell completions, generated from the tables that read the options: verbs,
 * options, an option's choices, and the names of images, containers, volumes
 * and networks, which the scripts ask the program for when they need them.
 * The scripts for bash, zsh and fish are complete by themselves.
 */
#ifndef CMD_COMPLETION_H
#define CMD_COMPLETION_H

#include "cmd/completion_rows.h"

/* Append the script for SHELL (bash, zsh, fish). INVALID for another one. */
int completion_format(const struct completion *completion, const char *shell,
		      struct strbuf *out, struct error *err) must_check;

#endif

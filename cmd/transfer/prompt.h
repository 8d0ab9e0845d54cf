/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A question to the person at the terminal. A secret is not shown while it
 * is typed, and whatever ends the question (an answer, an end of input, a
 * signal) the terminal shows what is typed again afterwards.
 *
 *   autofree char *password = NULL;
 *   if (prompt_ask("Password: ", true, &password, err) < 0)
 *           return -1;
 */
#ifndef CMD_TRANSFER_PROMPT_H
#define CMD_TRANSFER_PROMPT_H

#include <stdbool.h>

#include "base/error.h"

/*
 * Show TEXT on stderr and read a line of at most 4095 bytes, the most that a
 * terminal gives, from stdin. INVALID when stdin is no terminal, INTERRUPTED
 * when nothing was typed. A signal that ends processes ends this one.
 */
int prompt_ask(const char *text, bool is_secret, char **out,
	       struct error *err) must_check;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key sequence that leaves a container running: docker's syntax, keys
 * separated by commas, each a character or ctrl- and one of a-z @ [ \ ] ^ _.
 * A matcher swallows keys while they may still become the sequence and gives
 * them back when they do not. Pure.
 */
#ifndef RUNTIME_DETACH_KEYS_H
#define RUNTIME_DETACH_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum { DETACH_KEYS_MAX = 16 };

struct detach_keys {
	unsigned char keys[DETACH_KEYS_MAX];
	size_t count;	/* 0: never detach */
	size_t matched; /* keys seen so far */
};

/* Read TEXT (NULL: docker's default, ctrl-p,ctrl-q). INVALID when malformed. */
int detach_keys_parse(const char *text, struct detach_keys *out,
		      struct error *err) must_check;

/*
 * Pass LENGTH bytes of INPUT through: what goes to the container is written
 * to OUT (room for LENGTH + DETACH_KEYS_MAX) and counted in *OUT_LENGTH.
 * Returns true when the sequence was completed; the rest of INPUT is dropped.
 */
bool detach_keys_pass(struct detach_keys *keys, const unsigned char *input,
		      size_t length, unsigned char *out, size_t *out_length);

#endif

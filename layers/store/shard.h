/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folders spread over 256 others by the first two hexadecimal digits of their
 * names, so that finding one by the start of its name reads a small part of
 * the store, however many there are: FOLDER/<hh>/<name>.
 */
#ifndef LAYERS_SHARD_H
#define LAYERS_SHARD_H

#include "base/strvec.h"
#include "layers/store/store.h"

/*
 * Append the names below FOLDER that begin with the hexadecimal PREFIX ("" for
 * all), in no order. An absent folder is empty.
 */
int shard_list(const struct store *store, const char *folder,
	       const char *prefix, struct strvec *out,
	       struct error *err) must_check;

#endif

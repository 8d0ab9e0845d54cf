/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docker's inspect document of a volume. A volume is its data folder: one
 * whose description was lost in a crash is shown with what is known.
 */
#ifndef CMD_VOLUME_INSPECT_H
#define CMD_VOLUME_INSPECT_H

#include <jansson.h>

#include "layers/store/store.h"

/*
 * Make the document of volume NAME (a new reference). NOT_FOUND when there is
 * none of that name.
 */
int volume_inspect(const struct store *store, const char *name, json_t **out,
		   struct error *err) must_check;

#endif

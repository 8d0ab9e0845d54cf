/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Volumes of the local driver: a folder each, made on first use.
 *
 *   volumes/<name>/_data         what the container sees
 *   volumes/<name>/volume.json   when made, for whom
 *
 * A volume without a name of its own gets 64 random digits and goes with the
 * container it was made for.
 */
#ifndef LAYERS_VOLUME_H
#define LAYERS_VOLUME_H

#include <stdbool.h>

#include "layers/store/store.h"

/* Whether TEXT may be a volume's name. */
bool volume_is_name(const char *text);

/*
 * Make volume NAME (NULL: an anonymous one) unless it exists. The name goes
 * to NAME_OUT, the absolute path of its data to PATH_OUT (both the caller's),
 * and whether it is new to *IS_NEW_OUT.
 */
int volume_ensure(const struct store *store, const char *name, char **name_out,
		  char **path_out, bool *is_new_out,
		  struct error *err) must_check;

/* Remove volume NAME and its data; absent is fine. */
int volume_remove(const struct store *store, const char *name,
		  struct error *err) must_check;

#endif

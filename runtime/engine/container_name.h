/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of containers: names/<name> holds the id of the one container that
 * has it. It is claimed after the container's folder is there, so a file whose
 * container does not exist is a leftover of a crash and may be taken over.
 * Processes that claim or give back take turns (names/.lock).
 */
#ifndef RUNTIME_CONTAINER_NAME_H
#define RUNTIME_CONTAINER_NAME_H

#include <stdbool.h>

#include "layers/store/store.h"

enum { CONTAINER_ID_MAX = 65 };

/* Whether TEXT may be a container's name. */
bool container_is_name(const char *text);

/* Claim NAME for container ID; EXISTS, in docker's words, when it is taken. */
int container_name_claim(const struct store *store, const char *name,
			 const char *id, struct error *err) must_check;

/* The id behind NAME; NOT_FOUND when nobody has it. */
int container_name_read(const struct store *store, const char *name,
			char id[static CONTAINER_ID_MAX],
			struct error *err) must_check;

/* Give NAME back, if it is ID's. */
int container_name_drop(const struct store *store, const char *name,
			const char *id, struct error *err) must_check;

/*
 * Make a name up, as "brave_lovelace"; from the second TRY on with a digit
 * behind it. The caller frees it.
 */
char *container_name_invent(unsigned tries) __attribute__((returns_nonnull));

#endif

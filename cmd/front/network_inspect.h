/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docker's inspect document of a network, and the three that are always there:
 * bridge (which gets a document of its own when it is first used), host, none.
 */
#ifndef CMD_NETWORK_INSPECT_H
#define CMD_NETWORK_INSPECT_H

#include <jansson.h>
#include <stdbool.h>

#include "base/strvec.h"
#include "layers/store/store.h"

/*
 * Make the document of the network TEXT means (a new reference): a name, an id
 * or its start. NOT_FOUND when there is none.
 */
int network_inspect(const struct store *store, const char *text, json_t **out,
		    struct error *err) must_check;

/* Append the names of all networks, the three included, sorted. */
int network_inspect_list(const struct store *store, struct strvec *out,
			 struct error *err) must_check;

/* Whether NAME is one of the three. */
bool network_is_predefined(const char *name);

#endif

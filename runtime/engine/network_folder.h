/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The networks of a store: <root>/networks/<name>.json, a document each
 * (runtime/network/network.h), and one lock for changing them. "bridge", the
 * default, is made when it is first used; "host" and "none" are words, not
 * networks, and have no document.
 */
#ifndef RUNTIME_NETWORK_FOLDER_H
#define RUNTIME_NETWORK_FOLDER_H

#include "layers/store/store.h"
#include "runtime/engine/network_request.h"

/*
 * Make a network. EXISTS when the name is taken, INVALID when something does
 * not fit, BUSY when a subnet overlaps with another network's or a route's.
 * ID_OUT is filled. Nothing of the kernel's is touched: the first container
 * does that.
 */
int network_folder_create(const struct store *store,
			  const struct network_request *request,
			  char id_out[NETWORK_ID_DIGITS + 1],
			  struct error *err) must_check;

/*
 * Find the network TEXT means: a name, an id or its unambiguous start. "bridge"
 * is made if need be. NOT_FOUND: "network %s not found".
 */
int network_folder_find(const struct store *store, const char *text,
			struct network *out, struct error *err) must_check;

/* The same, but "bridge" is drafted where it is not there, and kept nowhere. */
int network_folder_look(const struct store *store, const char *text,
			struct network *out, struct error *err) must_check;

/* Append the names of all networks that have a document to OUT, sorted. */
int network_folder_list(const struct store *store, struct strvec *out,
			struct error *err) must_check;

/* Forget the document of NETWORK. Whoever calls has seen to its members. */
int network_folder_forget(const struct store *store,
			  const struct network *network,
			  struct error *err) must_check;

#endif

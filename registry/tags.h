/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tags of a client's repository, over all pages of the list. The cursor
 * in a page's Link is the registry's own and followed as it stands, on the
 * same origin only; a list that never ends is cut off with an error.
 */
#ifndef REGISTRY_TAGS_H
#define REGISTRY_TAGS_H

#include "registry/client.h"

/*
 * Append the tags to OUT in the registry's order, none twice. What is no
 * valid tag is left out. NOT_FOUND when there is no such repository.
 */
int tags_list(struct client *client, struct strvec *out,
	      struct error *err) must_check;

#endif

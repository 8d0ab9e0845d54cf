/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Link header (RFC 8288), as tag lists use it: where the next page is.
 *
 * The target is handed out as it stands, relative or absolute; the caller
 * resolves it against the request's URL and follows it verbatim on the same
 * origin only, since the cursor in it is opaque.
 */
#ifndef REGISTRY_LINK_HEADER_H
#define REGISTRY_LINK_HEADER_H

#include "base/error.h"

/*
 * Store the target of the first link of VALUE whose relation is "next", or
 * NULL when there is none. INVALID when the value is malformed before it.
 */
int link_header_next(const char *value, char **out,
		     struct error *err) must_check;

#endif

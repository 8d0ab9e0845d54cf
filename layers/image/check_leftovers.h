/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What killed processes leave in a store: half-written files, layers that were
 * being extracted or removed, members of archives, leases, and downloads that
 * nobody took up again.
 */
#ifndef LAYERS_CHECK_LEFTOVERS_H
#define LAYERS_CHECK_LEFTOVERS_H

#include "layers/image/check_report.h"

enum {
	CHECK_HOUR = 3600,
	CHECK_DOWNLOAD_AGE = 7 * 24 * 3600, /* seconds */
};

/* Find them and, where the request says so, remove them. */
int check_leftovers(struct check *check, struct error *err) must_check;

/* Whether NAME is that of a file being written (base/atomicfile.h). */
bool check_is_temporary(const char *name);

/* Report the temporary file PATH below the root, if it is old; remove it. */
int check_temporary(struct check *check, const char *path,
		    struct error *err) must_check;

#endif

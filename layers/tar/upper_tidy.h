/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes an overlay's upper directory a layer that means the same wherever it
 * lies: overlayfs marks every new directory opaque and may leave whiteouts of
 * names that nothing below has; both go, so that packing the layer gives the
 * same bytes with and without what is below. Times can be capped, and those of
 * directories put back that were only touched by what was done in them.
 *
 * The overlay mount that the upper belonged to must be gone.
 */
#ifndef LAYERS_TAR_UPPER_TIDY_H
#define LAYERS_TAR_UPPER_TIDY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct upper_tidy {
	int upper; /* the directory; borrowed */
	int lower; /* the merged view below it; -1: there is nothing below */
	/*
	 * Directories whose time is TOUCHED (nanoseconds since 1970) or later
	 * get that of the directory below, or MADE where there is none.
	 */
	bool restores_times;
	int64_t touched;
	int64_t made;
	bool has_attributes; /* empty files may be whiteouts by attributes */
	bool has_latest;     /* times after LATEST become it */
	int64_t latest;	     /* seconds since 1970: SOURCE_DATE_EPOCH */
};

/* Tidy the tree. TOO_LARGE for paths beyond LAYERS_MAX_PATH. */
int upper_tidy(const struct upper_tidy *request, struct error *err) must_check;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether every name can be read and means an image that is here, and whether
 * index.json says the same as the names.
 */
#ifndef LAYERS_CHECK_NAMES_H
#define LAYERS_CHECK_NAMES_H

#include "layers/image/check_report.h"

/* Look at all names; with repair, mend or remove what is of no use. */
int check_names(struct check *check, struct error *err) must_check;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checking a whole store: leftovers of killed processes, every blob's digest,
 * every image's documents and layers, every name, index.json. It may run
 * beside everything else: locks are taken only for what is repaired. One
 * broken thing never keeps it from looking at the others.
 */
#ifndef LAYERS_IMAGE_CHECK_H
#define LAYERS_IMAGE_CHECK_H

#include "layers/image/check_report.h"

/*
 * Check as REQUEST says and count in OUT. A failure is one of looking (of
 * reading a folder, say), not a finding.
 */
int image_check(const struct check_request *request, struct check_totals *out,
		struct error *err) must_check;

#endif

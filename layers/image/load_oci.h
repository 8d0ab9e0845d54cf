/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images of an OCI image layout (a folder, or an archive of one): index.json
 * names manifests or indexes, and everything lies under its digest. Of an
 * index the manifest for one platform is taken. What is taken becomes blobs.
 */
#ifndef LAYERS_LOAD_OCI_H
#define LAYERS_LOAD_OCI_H

#include "layers/image/archive_spool.h"
#include "layers/image/load_plan.h"
#include "registry/spec/platform.h"

struct load_oci {
	struct archive_spool *spool;
	const struct platform *platform; /* NULL: this machine's */
};

/*
 * Plan all images of the layout, with the names its annotations give. CORRUPT
 * when a blob is not what its digest says; NOT_FOUND when one is missing.
 */
int load_oci_plan(const struct load_oci *request, struct load_plan *out,
		  struct error *err) must_check;

/*
 * Keep the manifest whose config is CONFIG, with its layers, and store its
 * digest. NOT_FOUND when the archive is no layout or has no such manifest.
 */
int load_oci_find(const struct load_oci *request, const struct digest *config,
		  struct digest *out, struct error *err) must_check;

#endif

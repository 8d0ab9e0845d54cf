/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images of a docker archive (docker save): manifest.json says which members
 * are the config and the layers. Such an image has no manifest of its own, so
 * one is made, unless the archive is an OCI layout too and has one. Layers
 * stay as they came, compressed or not.
 */
#ifndef LAYERS_LOAD_DOCKER_H
#define LAYERS_LOAD_DOCKER_H

#include "layers/image/load_oci.h"

/*
 * Plan all images of manifest.json. CORRUPT when a config is not what its
 * name says; NOT_FOUND when a member is missing.
 */
int load_docker_plan(const struct load_oci *request, struct load_plan *out,
		     struct error *err) must_check;

#endif

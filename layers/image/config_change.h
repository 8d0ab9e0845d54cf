/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes to an image's configuration, written as Dockerfile instructions:
 * the --change option of import and commit. CMD, ENTRYPOINT, ENV, EXPOSE,
 * HEALTHCHECK, LABEL, ONBUILD, STOPSIGNAL, USER, VOLUME and WORKDIR are
 * known; all but CMD, ENTRYPOINT, HEALTHCHECK and ONBUILD fill in variables
 * from the environment that the configuration has at that moment. Pure.
 */
#ifndef LAYERS_CONFIG_CHANGE_H
#define LAYERS_CONFIG_CHANGE_H

#include <jansson.h>

#include "base/error.h"
#include "base/strvec.h"

/*
 * Apply CHANGES in order to CONFIG, the "config" object of an image
 * configuration, which is modified. An ENTRYPOINT drops an inherited Cmd
 * unless a CMD came before it. INVALID names the instruction; CONFIG is then
 * changed in part.
 */
int config_change_apply(const struct strvec *changes, json_t *config,
			struct error *err) must_check;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a user wants where no option says it: psFormat, imagesFormat,
 * detachKeys and proxies of docker's config.json, in the folder of --config, of
 * DOCKER_CONFIG, or ~/.docker. A file that cannot be read or parsed changes
 * nothing: lists are for looking at, also at what is broken.
 */
#ifndef CMD_USER_CONFIG_H
#define CMD_USER_CONFIG_H

#include "builder/language/pairs.h"
#include "cmd/context.h"

/* The string under KEY, the caller's to free; NULL without one. */
char *user_config_text(const struct context *context, const char *key);

/* Set in OUT the variables, in both cases, of the proxies. */
void user_config_proxies(const struct context *context, struct pairs *out);

#endif

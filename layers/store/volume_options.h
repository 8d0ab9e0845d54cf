/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The local driver's options of a volume, as docker has them: what to mount
 * where its data is. Pure.
 *
 *   type    the file system ("tmpfs", "nfs", "none" for a bind)
 *   device  what of it ("tmpfs", ":/exported", a folder)
 *   o       mount options, joined by commas ("bind", "size=10m,uid=1000")
 */
#ifndef LAYERS_VOLUME_OPTIONS_H
#define LAYERS_VOLUME_OPTIONS_H

#include <jansson.h>

#include "base/error.h"

/*
 * Add TEXT, "KEY=VALUE", to OPTIONS, an object. Without a "=" the value is
 * empty.
 */
void volume_options_add(json_t *options, const char *text);

/*
 * Refuse, in docker's words, options the local driver does not have, one
 * without those that it needs, and an nfs server that is given by name.
 */
int volume_options_check(const json_t *options, struct error *err) must_check;

#endif

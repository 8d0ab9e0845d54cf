/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a container was made, kept with it so that it can be made again:
 *
 *   container.json  "createCommand": {"folder": …, "args": […]}
 *
 * The arguments are those behind `run` or `create`. Pure but for
 * create_command_note, which asks for this folder.
 */
#ifndef CMD_CREATE_COMMAND_H
#define CMD_CREATE_COMMAND_H

#include <jansson.h>

#include "base/error.h"
#include "base/strvec.h"

/* What to keep of ARGV; NULL when it is no text. The caller's. */
json_t *create_command_note(char *const *argv);

/*
 * Append to OUT the arguments of a `create` that makes the container of NOTE
 * again: without its name and without what only this one `run` was told (-d,
 * --rm, --restart and their like). NOT_FOUND when NOTE is none.
 */
int create_command_rebuild(const json_t *note, struct strvec *out,
			   struct error *err) must_check;

/* The folder it was made from; NULL when it is not known. */
const char *create_command_folder(const json_t *note);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Instructions that only change an image's configuration: ENV, LABEL, EXPOSE,
 * VOLUME, USER, STOPSIGNAL, CMD, ENTRYPOINT, SHELL, HEALTHCHECK, ONBUILD and
 * MAINTAINER. They get an instruction whose variables are filled in
 * (instruction_expand.h). Pure.
 */
#ifndef BUILDER_IMAGE_SETTINGS_H
#define BUILDER_IMAGE_SETTINGS_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/strvec.h"
#include "builder/language/instruction.h"

struct image_settings {
	json_t *document; /* the image's configuration, whole; borrowed */
	bool has_command; /* this stage had a CMD */
};

/* Apply INSTRUCTION. INVALID for a value it cannot have. */
int image_settings_apply(struct image_settings *settings,
			 const struct instruction *instruction,
			 struct error *err) must_check;

/* Append what EXPOSE's WORDS mean: "80/tcp". INVALID for what is no port. */
int image_settings_ports(const struct strvec *words, struct strvec *out,
			 struct error *err) must_check;

/* Append the shell that CONFIG says, or docker's. */
void image_settings_shell(const json_t *config, struct strvec *out);

/* The working directory that CONFIG says, "/" when it says none; borrowed. */
const char *image_settings_folder(const json_t *config);

/* PATH as an absolute path, relative ones from FOLDER; the caller's. */
char *image_settings_path(const char *folder, const char *path)
	__attribute__((returns_nonnull));

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a build's result goes: --output.
 *
 *   output = folder | "-" | field { "," field }
 *   field  = "type=" ("image" | "local" | "tar" | "oci" | "docker")
 *          | "dest=" path | "name=" name | "push=" bool
 */
#ifndef CMD_BUILD_OUTPUT_H
#define CMD_BUILD_OUTPUT_H

#include "builder/image/image_state.h"
#include "cmd/context.h"

enum build_output_type {
	BUILD_OUTPUT_NONE = 0,
	BUILD_OUTPUT_IMAGE,
	BUILD_OUTPUT_LOCAL,
	BUILD_OUTPUT_TAR,
	BUILD_OUTPUT_OCI,
	BUILD_OUTPUT_DOCKER,
};

struct build_output {
	enum build_output_type type;
	char *destination; /* NULL or "-": standard output */
	struct strvec names;
	bool is_pushed;
};

/* Parse TEXT. INVALID names what is wrong. Pure. */
int build_output_parse(const char *text, struct build_output *out,
		       struct error *err) must_check;

/* Whether the output needs an image in the store. */
bool build_output_is_image(const struct build_output *output);

/* What is written for one platform. */
struct build_output_files {
	const struct image_state *image;
	const char *folder; /* in the destination; NULL: the destination */
};

/* Write the files of COUNT images: local, tar. */
int build_output_files(struct store *store, const struct build_output *output,
		       const struct build_output_files *files, size_t count,
		       struct error *err) must_check;

/* Write image ID as an archive, or push it by NAMES: oci, docker, image. */
int build_output_image(struct context *context,
		       const struct build_output *output,
		       const struct digest *id, const struct strvec *names,
		       struct error *err) must_check;

/* Free it. */
void build_output_release(struct build_output *output);
DEFINE_CLEANUP(struct build_output, build_output_release)

#endif

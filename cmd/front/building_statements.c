/* SPDX-License-Identifier: Apache-2.0 */
/* What is stated of an image that was built. */
#include <string.h>

#include "base/alloc.h"
#include "builder/attest/spdx.h"
#include "builder/steps/add_fetch.h"
#include "builder/steps/step_files.h"
#include "cmd/front/building.h"

#define TOOL "imgctl-" IMGCTL_VERSION

static void state(json_t *statements, const char *type, json_t *predicate)
{
	(void)json_array_append_new(
		statements,
		json_pack("{s:s,s:o}", "type", type, "predicate", predicate));
}

static int state_packages(const struct building *building,
			  const struct building_part *part, json_t *statements,
			  struct error *err)
{
	autoclean(package_scan_release) struct package_scan scan =
		PACKAGE_SCAN_INIT;
	const struct strvec *names = &building->familiar;
	const struct spdx_request request = {
		.name = names->count ? names->items[0] : "image",
		.created = part->result.image.created,
		.tool = TOOL,
		.scan = &scan,
	};
	autoclose int view = -1;

	if (step_files_look(building->store, &part->result.image, &view, err) <
		    0 ||
	    package_scan_read(view, &scan, err) < 0)
		return error_wrap(err, "--sbom");
	state(statements, SPDX_PREDICATE, spdx_make(&request));
	return 0;
}

/* The name of the Dockerfile in its context, or as it was given. */
static const char *file_of(const struct building *building)
{
	const char *file = building->options.file;

	return file && strcmp(file, "-") != 0 ? file : "Dockerfile";
}

static void state_provenance(const struct building *building,
			     struct building_part *part, const char *platform,
			     json_t *statements)
{
	autoclean(platform_release) struct platform host = PLATFORM_INIT;
	json_t *materials = build_materials_list(&part->materials);
	const char *path = building->usage.result.operands[0];
	autofree char *address = add_fetch_is_url(path)
					 ? build_materials_address(path)
					 : NULL;
	autofree char *here = NULL;
	const struct provenance_options *options = &building->attest.provenance;
	struct provenance_request request = {
		.options = options,
		.platform = platform,
		.file = file_of(building),
		.context = address,
		.commit = building->input.commit,
		.target = building->options.target,
		.args = &building->wishes.args,
		.labels = &building->wishes.labels,
		.source = &building->input.text,
		.materials = materials,
		.has_latest = building->has_epoch,
		.latest = building->epoch,
	};

	platform_host(&host);
	here = platform_format(&host);
	request.host_platform = here;
	state(statements, provenance_type(options), provenance_make(&request));
	json_decref(materials);
}

int building_statements(const struct building *building,
			struct building_part *part, const char *platform,
			json_t **out, struct error *err)
{
	json_t *statements;

	if (!build_attest_is_wanted(&building->attest))
		return 0;
	statements = json_array();
	*out = statements;
	if (building->attest.has_sbom &&
	    state_packages(building, part, statements, err) < 0)
		return -1;
	if (building->attest.provenance.mode != PROVENANCE_NONE)
		state_provenance(building, part, platform, statements);
	return 0;
}

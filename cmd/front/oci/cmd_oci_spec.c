/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl oci spec, features */
#include <fcntl.h>
#include <unistd.h>

#include "base/atomicfile.h"
#include "base/jsonx.h"
#include "cmd/command.h"
#include "cmd/front/oci/oci_command.h"
#include "runtime/oci/oci_container.h"
#include "runtime/oci/oci_template.h"

struct spec_options {
	const char *bundle;
	bool rootless;
};

static const struct option_spec spec_table[] = {
	{ "bundle", 'b', OPTION_STRING, OPTION_AT(spec_options, bundle),
	  .help = "Path of the bundle, the working directory by default",
	  .complete = OPTION_COMPLETE_DIRECTORY },
	{ "rootless", 0, OPTION_BOOL, OPTION_AT(spec_options, rootless),
	  .help = "For a container that this user runs without being root" },
	{ 0 },
};

static const struct usage spec_usage = {
	.arguments = "",
	.summary = "Write a configuration to start from",
	.options = spec_table,
};

static const struct usage features_usage = {
	.arguments = "",
	.summary = "Print what this runtime knows",
};

/* Never over a configuration that is there. */
static int write_spec(const struct spec_options *options, struct error *err)
{
	autoclean(jsonx_free) json_t *config = oci_template_spec();
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	const char *bundle = options->bundle ? options->bundle : ".";
	autoclose int fd = open(bundle, O_DIRECTORY | O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return error_sys(err, errno, "bundle %s", bundle);
	if (options->rootless)
		oci_template_rootless(config, geteuid(), getegid());
	jsonx_format_indented(config, 4, &text);
	strbuf_addch(&text, '\n');
	if (atomicfile_put(fd, OCI_CONFIG_FILE, text.text, text.length,
			   ATOMICFILE_EXCLUSIVE, err) == 0)
		return 0;
	if (err->kind == ERROR_EXISTS)
		return error_set(err, ERROR_EXISTS,
				 "file %s exists. Remove it first",
				 OCI_CONFIG_FILE);
	return -1;
}

int cmd_oci_spec(struct oci_call *call, struct error *err)
{
	struct spec_options options = { 0 };
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &spec_usage,
		.target = &options,
	};
	bool done;

	if (oci_command_parse(call, &usage, &done, err) < 0)
		return -1;
	return done ? 0 : write_spec(&options, err);
}

int cmd_oci_features(struct oci_call *call, struct error *err)
{
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &features_usage,
	};
	autoclean(jsonx_free) json_t *features = NULL;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	bool done;

	if (oci_command_parse(call, &usage, &done, err) < 0)
		return -1;
	if (done)
		return 0;
	features = oci_template_features();
	jsonx_format_indented(features, 2, &text);
	strbuf_addch(&text, '\n');
	return command_print(text.text, text.length, err);
}

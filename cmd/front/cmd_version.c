/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl version */
#include <string.h>
#include <sys/utsname.h>

#include "base/jsonx.h"
#include "cmd/front/front_commands.h"
#include "cmd/tmpl/tmpl.h"
#include "cmd/verb.h"
#include "registry/spec/platform.h"

enum { VERSION_BAD_TEMPLATE = 64 };

#define RUNTIME_SPEC "1.2.0"
#define IMAGE_SPEC "1.1.0"

struct version_options {
	const char *format;
};

static const struct option_spec version_option_table[] = {
	{ "format", 'f', OPTION_STRING, OPTION_AT(version_options, format),
	  .help = VERB_FORMAT_HELP },
	{ 0 },
};

static const struct usage version_usage = {
	.arguments = "",
	.summary = "Show the version information",
	.options = version_option_table,
};

static json_t *make_part(const struct platform *platform, const char *kernel)
{
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s}", "Version", IMGCTL_VERSION,
			 "Os", platform->os, "Arch", platform->architecture,
			 "KernelVersion", kernel, "RuntimeSpec", RUNTIME_SPEC,
			 "ImageSpec", IMAGE_SPEC);
}

/* There is no server: what scripts ask of docker's is told of ourselves. */
static int make_document(json_t **out, struct error *err)
{
	autoclean(platform_release) struct platform platform = { NULL };
	struct utsname host;

	if (uname(&host) < 0)
		return error_sys(err, errno, "ask for the kernel's version");
	platform_host(&platform);
	*out = json_pack("{s:o,s:o}", "Client",
			 make_part(&platform, host.release), "Server",
			 make_part(&platform, host.release));
	return 0;
}

static int format_template(const char *text, const json_t *document,
			   struct strbuf *out, int *status, struct error *err)
{
	static const struct tmpl_options options = {
		.type = "system.versionInfo"
	};
	autoclean(tmpl_free) struct tmpl *tmpl = NULL;

	if (tmpl_parse(text, &tmpl, err) < 0) {
		*status = VERSION_BAD_TEMPLATE;
		return error_wrap(err, "template parsing error");
	}
	if (tmpl_execute_with(tmpl, &options, document, out, err) < 0)
		return -1;
	strbuf_addch(out, '\n');
	return 0;
}

static void format_text(const json_t *document, struct strbuf *out)
{
	const json_t *client = json_object_get(document, "Client");
	const char *version;
	const char *os;
	const char *arch;
	const char *kernel;

	if (json_unpack((json_t *)(uintptr_t)client, "{s:s,s:s,s:s,s:s}",
			"Version", &version, "Os", &os, "Arch", &arch,
			"KernelVersion", &kernel) < 0)
		return; /* out of memory aborts before */
	strbuf_addf(out,
		    "Client:\n"
		    " Version:           %s\n"
		    " OS/Arch:           %s/%s\n"
		    " Kernel:            %s\n"
		    " OCI runtime-spec:  " RUNTIME_SPEC "\n"
		    " OCI image-spec:    " IMAGE_SPEC "\n",
		    version, os, arch, kernel);
}

int cmd_version(struct command_call *call, struct error *err)
{
	struct version_options options = { NULL };
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &version_usage,
		.target = &options,
	};
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autoclean(jsonx_free) json_t *document = NULL;
	bool is_done;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	if (is_done)
		return 0;
	if (make_document(&document, err) < 0)
		return -1;
	if (!options.format || !*options.format)
		format_text(document, &text);
	else if (format_template(!strcmp(options.format, "json")
					 ? "{{json .}}"
					 : options.format,
				 document, &text, &call->status, err) < 0)
		return -1;
	return command_print(text.text, text.length, err);
}

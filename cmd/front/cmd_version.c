/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl version */
#include <stdio.h>
#include <sys/utsname.h>

#include "cmd/front/front_commands.h"
#include "cmd/usage.h"

static const struct usage version_usage = {
	.arguments = "",
	.summary = "Show the version information",
};

int cmd_version(struct command_call *call, struct error *err)
{
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &version_usage,
		.path = call->path,
		.argv = call->argv,
	};
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	struct utsname host;

	if (usage_parse(&usage, err) < 0) {
		call->status = usage.exit_status;
		return -1;
	}
	if (usage.result.is_help)
		usage_format_help(&version_usage, call->path, &text);
	else if (uname(&host) < 0)
		return error_sys(err, errno, "ask for the kernel's version");
	else
		strbuf_addf(&text,
			    "Client:\n"
			    " Version:           %s\n"
			    " OS/Arch:           linux/%s\n"
			    " Kernel:            %s\n"
			    " OCI runtime-spec:  1.2.0\n"
			    " OCI image-spec:    1.1.0\n",
			    IMGCTL_VERSION, host.machine, host.release);
	return command_print(text.text, text.length, err);
}

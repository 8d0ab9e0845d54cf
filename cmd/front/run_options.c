/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of options of run and create. */
#include "cmd/front/run_options.h"

const struct option_spec create_option_table[] = {
#include "cmd/front/run_option_rows.inc"
	{ 0 },
};

const struct option_spec run_option_table[] = {
#include "cmd/front/run_option_rows.inc"
	{ "detach", 'd', OPTION_BOOL, OPTION_AT(run_options, is_detached),
	  .help = "Run container in background and print container ID" },
	{ "detach-keys", 0, OPTION_STRING, OPTION_AT(run_options, detach_keys),
	  .help = "Override the key sequence for detaching a container" },
	{ "sig-proxy", 0, OPTION_BOOL, OPTION_AT(run_options, sig_proxy),
	  .help = "Proxy received signals to the process", .fallback = "true" },
	{ 0 },
};

void run_options_release(struct run_options *options)
{
	struct strvec *const lists[] = {
		&options->env,		&options->env_files,
		&options->volumes,	&options->mounts,
		&options->tmpfs,	&options->cap_add,
		&options->cap_drop,	&options->labels,
		&options->label_files,	&options->annotations,
		&options->add_hosts,	&options->dns,
		&options->dns_search,	&options->dns_options,
		&options->group_add,	&options->ulimits,
		&options->sysctls,	&options->security,
		&options->expose,	&options->networks,
		&options->aliases,	&options->publish,
		&options->log_opts,	&options->attach,
		&options->devices,	&options->device_rules,
		&options->volumes_from, &options->weight_devices,
		&options->read_bps,	&options->write_bps,
		&options->read_iops,	&options->write_iops,
		&options->storage_opts, &options->uid_maps,
		&options->gid_maps,	&options->gpus,
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		strvec_release(lists[i]);
	pairs_release(&options->proxies);
}

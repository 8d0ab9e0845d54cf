/* SPDX-License-Identifier: Apache-2.0 */
/* The options of build. */
#include "cmd/front/build_options.h"

/* A row whose value is one of run's. */
#define RUN_AT(member)                                  \
	.offset = offsetof(struct build_options, run) + \
		  offsetof(struct run_options, member)

const struct option_spec build_option_table[] = {
	{ "add-host", 0, OPTION_LIST, RUN_AT(add_hosts),
	  .help = "Add a custom host-to-IP mapping (host:ip)" },
	{ "allow", 0, OPTION_LIST, OPTION_AT(build_options, allowed),
	  .help = "Allow extra privileges (network.host, security.insecure)" },
	{ "annotation", 0, OPTION_LIST, OPTION_AT(build_options, annotations),
	  .help = "Add an annotation to the image's manifest" },
	{ "attest", 0, OPTION_LIST, OPTION_AT(build_options, attests),
	  .help = "Attestation parameters (type=sbom, type=provenance)" },
	{ "build-arg", 0, OPTION_LIST, OPTION_AT(build_options, args),
	  .help = "Set build-time variables" },
	{ "build-context", 0, OPTION_LIST, OPTION_AT(build_options, contexts),
	  .help = "Additional build contexts (name=path)" },
	{ "cache-from", 0, OPTION_LIST, OPTION_AT(build_options, cache_from),
	  .help = "External cache sources (type=registry|local)" },
	{ "cache-to", 0, OPTION_LIST, OPTION_AT(build_options, cache_to),
	  .help = "Cache export destinations (type=registry|local)" },
	{ "call", 0, OPTION_STRING, OPTION_AT(build_options, call),
	  .help = "Say something about the build instead of building "
		  "(build|check|outline|targets)",
	  .fallback = "build", .choices = "build|check|outline|targets" },
	{ "cgroup-parent", 0, OPTION_STRING, RUN_AT(cgroup_parent),
	  .help = "Optional parent cgroup for the RUN instructions" },
	{ "check", 0, OPTION_BOOL, OPTION_AT(build_options, is_checked),
	  .help = "Check the Dockerfile instead of building" },
	{ "compress", 0, OPTION_BOOL, OPTION_AT(build_options, is_compressed) },
	{ "cpu-period", 0, OPTION_INT, RUN_AT(cpu_period),
	  .help = "Limit the CPU CFS (Completely Fair Scheduler) period" },
	{ "cpu-quota", 0, OPTION_INT, RUN_AT(cpu_quota),
	  .help = "Limit the CPU CFS (Completely Fair Scheduler) quota" },
	{ "cpu-shares", 'c', OPTION_INT, RUN_AT(cpu_shares),
	  .help = "CPU shares (relative weight)" },
	{ "cpuset-cpus", 0, OPTION_STRING, RUN_AT(cpuset_cpus),
	  .help = "CPUs in which to allow execution (0-3, 0,1)" },
	{ "cpuset-mems", 0, OPTION_STRING, RUN_AT(cpuset_mems),
	  .help = "MEMs in which to allow execution (0-3, 0,1)" },
	{ "disable-content-trust", 0, OPTION_BOOL, RUN_AT(is_trust_disabled) },
	{ "file", 'f', OPTION_STRING, OPTION_AT(build_options, file),
	  .help = "Name of the Dockerfile (PATH/Dockerfile; - for standard "
		  "input)",
	  .complete = OPTION_COMPLETE_FILE },
	{ "force-rm", 0, OPTION_BOOL,
	  OPTION_AT(build_options, is_force_removed) },
	{ "iidfile", 0, OPTION_STRING, OPTION_AT(build_options, iidfile),
	  .help = "Write the image ID to a file",
	  .complete = OPTION_COMPLETE_FILE },
	{ "label", 0, OPTION_LIST, OPTION_AT(build_options, labels),
	  .help = "Set metadata for an image" },
	{ "layers", 0, OPTION_BOOL, OPTION_AT(build_options, has_layers) },
	{ "load", 0, OPTION_BOOL, OPTION_AT(build_options, loads),
	  .help = "Shorthand for --output=type=image" },
	{ "locked", 0, OPTION_BOOL, OPTION_AT(build_options, is_locked),
	  .help = "Refuse whatever is not in Dockerfile.lock" },
	{ "memory", 'm', OPTION_SIZE, RUN_AT(memory), .help = "Memory limit" },
	{ "memory-swap", 0, OPTION_SWAP, RUN_AT(memory_swap),
	  .help = "Swap limit equal to memory plus swap: '-1' to enable "
		  "unlimited swap" },
	{ "metadata-file", 0, OPTION_STRING,
	  OPTION_AT(build_options, metadata_file),
	  .help = "Write build result metadata to a file",
	  .complete = OPTION_COMPLETE_FILE },
	{ "network", 0, OPTION_LIST, RUN_AT(networks),
	  .help = "Set the networking mode for the RUN instructions during "
		  "build",
	  .complete = OPTION_COMPLETE_NETWORK },
	{ "no-cache", 0, OPTION_BOOL, OPTION_AT(build_options, is_uncached),
	  .help = "Do not use cache when building the image" },
	{ "no-cache-filter", 0, OPTION_LIST, OPTION_AT(build_options, uncached),
	  .help = "Do not cache specified stages" },
	{ "output", 'o', OPTION_LIST, OPTION_AT(build_options, outputs),
	  .help = "Output destination (type=image|oci|docker|tar|local,"
		  "dest=path)" },
	{ "platform", 0, OPTION_LIST, OPTION_AT(build_options, platforms),
	  .help = "Set target platforms for build (linux/amd64,linux/arm64)" },
	{ "progress", 0, OPTION_STRING, OPTION_AT(build_options, progress),
	  .help = "Set type of progress output (auto|plain|tty|quiet|json)",
	  .fallback = "auto", .choices = "auto|plain|tty|quiet|json" },
	{ "provenance", 0, OPTION_STRING, OPTION_AT(build_options, provenance),
	  .help = "Shorthand for --attest=type=provenance" },
	{ "pull", 0, OPTION_BOOL, OPTION_AT(build_options, is_pulled),
	  .help = "Always attempt to pull all referenced images" },
	{ "push", 0, OPTION_BOOL, OPTION_AT(build_options, pushes),
	  .help = "Push the image to the registries of its names" },
	{ "quiet", 'q', OPTION_BOOL, OPTION_AT(build_options, is_quiet),
	  .help = "Suppress the build output and print image ID on success" },
	{ "resume", 0, OPTION_BOOL, OPTION_AT(build_options, is_resumed),
	  .help = "Go on from the files of the step that failed" },
	{ "rm", 0, OPTION_BOOL, OPTION_AT(build_options, is_removed) },
	{ "sbom", 0, OPTION_STRING, OPTION_AT(build_options, sbom),
	  .help = "Shorthand for --attest=type=sbom" },
	{ "secret", 0, OPTION_LIST, OPTION_AT(build_options, secrets),
	  .help = "Secret to expose to the build "
		  "(id=mysecret[,src=/local/secret])" },
	{ "security-opt", 0, OPTION_LIST, RUN_AT(security) },
	{ "shell", 0, OPTION_BOOL, OPTION_AT(build_options, has_shell),
	  .help = "Open a shell among the files of the step that failed" },
	{ "shm-size", 0, OPTION_SIZE, RUN_AT(shm_size),
	  .help = "Shared memory size for build containers" },
	{ "squash", 0, OPTION_BOOL, OPTION_AT(build_options, is_squashed),
	  .help = "Squash newly built layers into a single new layer" },
	{ "squash-all", 0, OPTION_BOOL,
	  OPTION_AT(build_options, is_squashed_all),
	  .help = "Squash all layers, the base image's too, into one" },
	{ "ssh", 0, OPTION_LIST, OPTION_AT(build_options, agents),
	  .help = "SSH agent socket or keys to expose to the build "
		  "(default|<id>[=<socket>|<key>])" },
	{ "sync", 0, OPTION_BOOL, OPTION_AT(build_options, syncs),
	  .help = "Return only when everything is flushed to disk" },
	{ "tag", 't', OPTION_LIST, OPTION_AT(build_options, tags),
	  .help = "Name and optionally a tag (format: name:tag)",
	  .complete = OPTION_COMPLETE_IMAGE },
	{ "target", 0, OPTION_STRING, OPTION_AT(build_options, target),
	  .help = "Set the target build stage to build" },
	{ "ulimit", 0, OPTION_LIST, RUN_AT(ulimits), .help = "Ulimit options" },
	{ "why", 0, OPTION_BOOL, OPTION_AT(build_options, is_explained),
	  .help = "Say of each step that runs why it was not in the cache" },
	{ 0 },
};

void build_options_release(struct build_options *options)
{
	struct strvec *const lists[] = {
		&options->tags,	       &options->args,	    &options->labels,
		&options->contexts,    &options->secrets,   &options->agents,
		&options->allowed,     &options->uncached,  &options->outputs,
		&options->cache_from,  &options->cache_to,  &options->attests,
		&options->annotations, &options->platforms,
	};

	run_options_release(&options->run);
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		strvec_release(lists[i]);
}

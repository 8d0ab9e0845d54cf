/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts that run_config.c is made of, each in a file of its own: the
 * environment and labels, HostConfig, mounts.
 */
#ifndef CMD_RUN_PARTS_H
#define CMD_RUN_PARTS_H

#include <jansson.h>

#include "cmd/front/run_options.h"
#include "layers/store/image_record.h"
#include "layers/store/lease.h"
#include "layers/store/store.h"

struct run_config_request {
	const struct store *store;
	struct lease *lease; /* keeps volumes and images until there is a
				container that names them */
	const struct run_options *options;
	const struct image_record *image;
	const char *image_name;
	char *const *command; /* after the image; NULL-terminated */
	bool is_foreground;   /* run without -d: output is attached */
	bool is_explained;    /* nothing is made: volumes are "IsPlanned" */
};

/*
 * Refuse words that mean nothing and options that exclude each other, as far as
 * that can be told without looking anything up.
 */
int run_check(const struct run_options *options, struct error *err) must_check;

/*
 * Whether stream NAME ("stdin") of the container is to be attached: one of
 * --attach, or any where that is not given.
 */
bool run_has_stream(const struct run_options *options, const char *name);

/*
 * The merged environment: files, then -e, then what only BASE (the image's)
 * has. A name without "=" means that the container must not have it.
 */
int run_env(const struct run_options *options, const json_t *base, json_t **out,
	    struct error *err) must_check;

/* The merged labels: BASE (object or NULL), label files, --label. */
int run_labels(const struct run_options *options, const json_t *base,
	       json_t **out, struct error *err) must_check;

/* "key=value" items as an object; without a "=" the value is empty. */
json_t *run_pairs(const struct strvec *items);

/* docker's HostConfig for the options. */
int run_host_config(const struct run_options *options, json_t **out,
		    struct error *err) must_check;

/*
 * Networks and published ports, set in HOST and CONFIG; NETWORKS_OUT is what is
 * asked of each network, by its name. NOT_FOUND for a network that is not
 * there.
 */
int run_networks(const struct run_config_request *request, json_t *config,
		 json_t *host, json_t **networks_out,
		 struct error *err) must_check;

/*
 * docker's EndpointSettings for --ip, --ip6 and aliases on network NAME; the
 * caller's. INVALID when the network takes no such wishes.
 */
int run_network_settings(const struct run_options *options, const char *name,
			 json_t **out, struct error *err) must_check;

/* Limits of memory, processors and disks, set in HOST after checking them. */
int run_resources(const struct run_options *options, json_t *host,
		  struct error *err) must_check;

/*
 * Refuse lists of processors and of memory nodes that are no lists, or name
 * what this machine does not have; NULL and "" ask for nothing.
 */
int run_cpuset_check(const char *cpus, const char *mems,
		     struct error *err) must_check;

/*
 * The limits of single block devices, set in HOST. NOT_FOUND or INVALID when a
 * path is no block device of this machine.
 */
int run_block_devices(const struct run_options *options, json_t *host,
		      struct error *err) must_check;

/*
 * The user namespace: --userns as UsernsMode, --uidmap and its like, which are
 * ready maps, as podman's IDMappings.
 */
int run_userns(const struct run_options *options, json_t *host,
	       struct error *err) must_check;

/* --storage-opt, set in HOST; *SIZE_OUT stays when no size is asked for. */
int run_storage(const struct run_options *options, json_t *host,
		int64_t *size_out, struct error *err) must_check;

/* docker's RestartPolicy, set in HOST. */
int run_restart(const struct run_options *options, json_t *host,
		struct error *err) must_check;

/*
 * docker's Healthcheck, set in CONFIG: the options', and what they leave open
 * from IMAGE's (object or NULL).
 */
int run_health(const struct run_options *options, const json_t *image,
	       json_t *config, struct error *err) must_check;

/* HostConfig.Tmpfs, set in HOST after checking the options. */
int run_tmpfs(const struct run_options *options, json_t *host,
	      struct error *err) must_check;

/* The device nodes and rules of --device, as HostConfig.Devices. */
int run_devices(const struct run_options *options, json_t **out,
		struct error *err) must_check;

/*
 * Devices that others describe, --gpus and CDI names of --device, as
 * HostConfig.DeviceRequests; *OUT stays NULL when there are none.
 */
int run_device_requests(const struct run_options *options, json_t **out,
			struct error *err) must_check;

/*
 * docker's Mounts for -v, --mount and the image's volumes. Volumes and missing
 * -v sources are made. Binds and Mounts of HOST say what was asked for.
 */
int run_mounts(const struct run_config_request *request, json_t *host,
	       json_t **out, struct error *err) must_check;

/*
 * What --volumes-from brings, as entries that are settled already. NOT_FOUND
 * when there is no such container.
 */
int run_volumes_from(const struct run_config_request *request, json_t **out,
		     struct error *err) must_check;

/*
 * Find out what of HOST and MOUNTS, docker's, this machine does not do. What
 * is not done is taken out of HOST where docker does so; each case becomes a
 * line of WARNINGS, in docker's words where docker has any.
 */
int run_warnings(json_t *host, const json_t *mounts, struct strvec *warnings,
		 struct error *err) must_check;

/*
 * The folder of --rootfs that TEXT ("PATH" or "PATH:O") means, as an absolute
 * path without symbolic links.
 */
int run_rootfs(const char *text, char **path_out, bool *is_overlaid_out,
	       struct error *err) must_check;

/* Remove the volumes that were made for MOUNTS alone: nobody uses them. */
void run_mounts_discard(const struct store *store, const json_t *mounts);

/* One -v value as a Mounts entry (without making anything). Pure. */
int run_mount_from_volume(const char *text, json_t **out,
			  struct error *err) must_check;

/* One --mount value as a Mounts entry (without making anything). Pure. */
int run_mount_from_csv(const char *text, json_t **out,
		       struct error *err) must_check;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the options of `run` and the image's own settings to what a container
 * is made of: docker's Config, HostConfig and Mounts, the program and its
 * arguments. Everything is checked here, before anything is made, except what
 * only the root file system can tell.
 */
#ifndef CMD_RUN_CONFIG_H
#define CMD_RUN_CONFIG_H

#include "cmd/front/run_parts.h"

struct run_config {
	json_t *config;	     /* docker's Config, image and options merged */
	json_t *host_config; /* docker's HostConfig */
	json_t *networks;    /* by name: docker's EndpointSettings as asked */
	json_t *mounts;	     /* docker's Mounts; volumes are made */
	const char *path;    /* the program; borrowed from config */
	json_t *args;	     /* its arguments */
	int64_t size_limit;  /* bytes of its own layer; 0: none */
};

#define RUN_CONFIG_INIT                               \
	{                                             \
		NULL, NULL, NULL, NULL, NULL, NULL, 0 \
	}

/* Settle everything. INVALID names the option that is wrong. */
int run_config_make(const struct run_config_request *request,
		    struct run_config *out, struct error *err) must_check;

/* Free what CONFIG owns. */
void run_config_release(struct run_config *config);
DEFINE_CLEANUP(struct run_config, run_config_release)

#endif

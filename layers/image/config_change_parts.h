/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of layers/image/config_change: instructions whose arguments have
 * a grammar of their own. Each applies the arguments TEXT (not empty, blanks
 * around it removed) to the configuration, or fails with INVALID.
 */
#ifndef LAYERS_CONFIG_CHANGE_PARTS_H
#define LAYERS_CONFIG_CHANGE_PARTS_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/strvec.h"

struct config_change {
	json_t *config;	   /* borrowed, modified */
	struct strvec env; /* as CONFIG has it, for variables */
	bool has_cmd;	   /* a CMD came before */
};

/* TEXT as an array of strings, NULL when it is not JSON for one. */
json_t *config_exec_form(const char *text);

/* Whether NAME is a signal: "TERM", "SIGTERM", "RTMIN+3" or a number. */
bool config_is_signal(const char *name);

/* ENV: "NAME=value …", or one "NAME value". */
int config_change_env(struct config_change *change, const char *text,
		      struct error *err) must_check;

/* LABEL: the same forms as ENV. */
int config_change_label(struct config_change *change, const char *text,
			struct error *err) must_check;

/* EXPOSE: "80", "53/udp", "8000-8010/tcp" … */
int config_change_expose(struct config_change *change, const char *text,
			 struct error *err) must_check;

/* VOLUME: an array in JSON, or paths. */
int config_change_volume(struct config_change *change, const char *text,
			 struct error *err) must_check;

/* HEALTHCHECK: "NONE", or options and CMD. */
int config_change_healthcheck(struct config_change *change, const char *text,
			      struct error *err) must_check;

#endif

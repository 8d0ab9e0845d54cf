/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `logs --details` shows before each line: the labels and variables of the
 * container that --log-opt labels= and env= name. docker writes them into each
 * line of the log; they never change, so here they are looked up when asked
 * for. Pure.
 */
#ifndef CMD_LOG_DETAILS_H
#define CMD_LOG_DETAILS_H

#include <jansson.h>

#include "base/strbuf.h"

/*
 * Append "key=value,key=value" in order, escaped as in an address: of CONFIG
 * (the container's) what OPTIONS (LogConfig's Config) name.
 */
void log_details(const json_t *config, const json_t *options,
		 struct strbuf *out);

#endif

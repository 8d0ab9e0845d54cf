/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --gpus: "all", a number, or docker's list of driver=, count=, device=,
 * capabilities= and options=. Pure: whether there are any is found out at each
 * start (runtime/engine/device_requests.h).
 */
#ifndef CMD_RUN_GPUS_H
#define CMD_RUN_GPUS_H

#include <jansson.h>

#include "base/error.h"

/* Read TEXT into OUT, docker's DeviceRequest; the caller's. */
int run_gpus_parse(const char *text, json_t **out,
		   struct error *err) must_check;

#endif

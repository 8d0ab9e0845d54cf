/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HostConfig.DeviceRequests: devices that somebody else describes, by CDI names
 * (--device VENDOR/CLASS=NAME) or as GPUs (--gpus). They are looked up at each
 * start, as docker does: what describes them is made anew at each boot.
 *
 * GPUs are NVIDIA's, and their CDI specification is what there has to be of
 * them; without one no driver is found, in docker's words.
 */
#ifndef RUNTIME_DEVICE_REQUESTS_H
#define RUNTIME_DEVICE_REQUESTS_H

#include <jansson.h>

#include "base/error.h"
#include "base/strvec.h"

/*
 * Append to OUT the CDI names that HOST_CONFIG's requests stand for, given
 * whether there are specifications of GPUs. Pure. NOT_FOUND when there is no
 * driver.
 */
int device_requests_names(const json_t *host_config, bool has_gpus,
			  struct strvec *out, struct error *err) must_check;

/*
 * Put what HOST_CONFIG requests into CONFIG, an OCI configuration. FOLDERS are
 * those of cdi_registry.h. NOT_FOUND when a device is not known.
 */
int device_requests_apply(const json_t *host_config, const char *const *folders,
			  json_t *config, struct error *err) must_check;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of the Container Device Interface: "VENDOR/CLASS=DEVICE", as
 * "vendor.com/gpu=0". Pure.
 */
#ifndef RUNTIME_CDI_NAME_H
#define RUNTIME_CDI_NAME_H

#include <stdbool.h>

/* Whether TEXT names a device in full. */
bool cdi_name_is_qualified(const char *text);

/* Whether TEXT is a kind: "VENDOR/CLASS". */
bool cdi_name_is_kind(const char *text);

/* Whether TEXT is a device's own name. */
bool cdi_name_is_device(const char *text);

#endif

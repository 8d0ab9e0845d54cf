/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <run>/containers/<id>/network.json: what a container that runs was given, as
 * docker's NetworkSettings spell it, for those who ask.
 */
#ifndef RUNTIME_CONTAINER_NETWORK_RECORD_H
#define RUNTIME_CONTAINER_NETWORK_RECORD_H

/* Its name in the run folder. */
#define CONTAINER_NETWORK_RECORD "network.json"

/* How long it may be. */
enum { CONTAINER_NETWORK_RECORD_MAX = 4 << 20 };

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shapes of docker 26's documents that have many members. They are tables
 * for shape_fill; the order is docker's.
 */
#ifndef CMD_DOCKER_SHAPES_H
#define CMD_DOCKER_SHAPES_H

#include "cmd/front/shape.h"

/* Config of an image, and of a container but for Labels. */
extern const struct shape_field docker_config_shape[];

/* HostConfig of a container. */
extern const struct shape_field docker_host_config_shape[];

/* One of a container's Mounts. */
extern const struct shape_field docker_mount_shape[];

/* NetworkSettings of a container, Networks excepted. */
extern const struct shape_field docker_network_settings_shape[];

/* One of NetworkSettings.Networks. */
extern const struct shape_field docker_endpoint_shape[];

#endif

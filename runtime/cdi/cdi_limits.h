/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ceilings on what specifications of the Container Device Interface may hold:
 * the largest that vendors' tools write have a few hundred members.
 */
#ifndef RUNTIME_CDI_LIMITS_H
#define RUNTIME_CDI_LIMITS_H

enum {
	CDI_FILE_MAX = 4 << 20, /* bytes of one file */
	CDI_FILES_MAX = 1024,	/* files of one folder */
	CDI_NODES_MAX = 100000, /* values of one YAML document */
	CDI_DEPTH_MAX = 32,	/* how deep they may nest */
};

#endif

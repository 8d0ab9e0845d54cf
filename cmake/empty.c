/* SPDX-License-Identifier: Apache-2.0 */
/* Stands in for the sources of a folder that has none yet. */
extern int imgctl_empty_folder;

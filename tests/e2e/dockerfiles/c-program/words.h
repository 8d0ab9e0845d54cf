/* SPDX-License-Identifier: Apache-2.0 */
int count(char **words);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of a script that concerns the process: its namespaces, what it is
 * called, and the chain of programs that ends as the container's own.
 */
#ifndef RUNTIME_EXPLAIN_PROCESS_H
#define RUNTIME_EXPLAIN_PROCESS_H

#include "base/strbuf.h"
#include "runtime/explain/explain_plan.h"

/* UNSUPPORTED when the process needs what no tool can do. */
int explain_process_check(const struct explain *explain,
			  struct error *err) must_check;

/* Append the command that makes and joins namespaces, without what it runs. */
void explain_process_spaces(const struct explain *explain, struct strbuf *out);

/* Append its score for the kernel's choice; with the host's rights. */
void explain_process_score(const struct explain *explain, struct strbuf *out);

/* Append host name, network, and kernel parameters before the mounts. */
void explain_process_names(const struct explain *explain, struct strbuf *out);

/* Append the kernel parameters of the container's namespaces. */
void explain_process_sysctls(const struct explain *explain, struct strbuf *out);

/* Append the last shell's text: what is left to do before the program. */
void explain_process_last(const struct explain *explain, struct strbuf *out);

/* Append the chain that the second part ends in. */
void explain_process_chain(const struct explain *explain, struct strbuf *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Device rules as a BPF_PROG_TYPE_CGROUP_DEVICE program: the only device
 * control cgroup v2 has. The program is assembled here (about three
 * instructions a rule), loaded by bpf(2) and attached to the group's
 * directory, which keeps it alive; no descriptor stays open. Works in a hybrid
 * host's v2 tree as well, where it saves joining the v1 devices hierarchy.
 *
 * device_filter_assemble is pure.
 */
#ifndef RUNTIME_DEVICE_FILTER_H
#define RUNTIME_DEVICE_FILTER_H

#include <linux/bpf.h>
#include <stddef.h>

#include "base/error.h"
#include "runtime/cgroup/device_rules.h"

struct device_filter {
	struct bpf_insn *code; /* owned */
	size_t count;
};

#define DEVICE_FILTER_INIT \
	{                  \
		NULL, 0    \
	}

/* Write the program for RULES. */
void device_filter_assemble(const struct device_rules *rules,
			    struct device_filter *out);

/*
 * Load FILTER and attach it to the v2 directory GROUP_FD. UNSUPPORTED when
 * the kernel has no such programs, DENIED when this process may not.
 */
int device_filter_attach(const struct device_filter *filter, int group_fd,
			 struct error *err) must_check;

/* Free the code. */
void device_filter_release(struct device_filter *filter);
DEFINE_CLEANUP(struct device_filter, device_filter_release)

#endif

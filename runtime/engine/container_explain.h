/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What starting a container would do, as a script (runtime/explain/explain.h):
 * the same way as container_monitor.h goes, up to the plans, with nothing made,
 * kept or changed. The container is a draft (container_draft), which nobody
 * else knows.
 *
 * A Mounts entry with a true "IsPlanned" is a volume that a run would make; the
 * script has a folder of its own for it.
 */
#ifndef RUNTIME_CONTAINER_EXPLAIN_H
#define RUNTIME_CONTAINER_EXPLAIN_H

#include "base/strbuf.h"
#include "runtime/engine/container.h"

/*
 * Append the script of CONTAINER, a draft in STORE, to OUT. COMMAND is what is
 * explained. UNSUPPORTED when a shell cannot do it.
 */
int container_explain(const struct store *store, struct container *container,
		      const char *command, struct strbuf *out,
		      struct error *err) must_check;

#endif

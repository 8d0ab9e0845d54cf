/* SPDX-License-Identifier: Apache-2.0 */
/* Mounts that are ready. */
#include "builder/steps/step_mounts_state.h"

#include <stdlib.h>

void step_mounts_ready_release(struct step_mounts_ready *ready)
{
	json_decref(ready->mounts);
	strvec_release(&ready->targets);
	strvec_release(&ready->env);
	for (size_t i = 0; i < ready->lock_count; i++)
		lockfile_release(&ready->locks[i]);
	free(ready->locks);
	for (size_t i = 0; i < ready->agent_count; i++)
		agent_proxy_free(ready->agents[i]);
	free(ready->agents);
	*ready = (struct step_mounts_ready)STEP_MOUNTS_READY_INIT;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Starting in the background. */
#include "cmd/front/container_up.h"

#include "runtime/attach_client.h"
#include "runtime/engine/container_start.h"
#include "runtime/engine/container_state.h"

int container_up(struct store *store, struct container *container,
		 struct error *err)
{
	autoclean(container_state_release) struct container_state state =
		CONTAINER_STATE_INIT;
	struct container_start request = {
		.store = store,
		.container = container,
		.lives_on = true,
	};
	autoclose int client_fd = -1;

	if (container_state_load(store, container, &state, err) < 0)
		return -1;
	if (state.status == CONTAINER_PAUSED)
		return error_set(err, ERROR_BUSY,
				 "cannot start a paused container, try unpause "
				 "instead");
	if ((state.status == CONTAINER_RUNNING && !state.is_orphaned) ||
	    state.status == CONTAINER_RESTARTING)
		return 0;
	if (container_start(&request, &client_fd, err) < 0)
		return -1;
	return attach_client_wait(client_fd, err);
}

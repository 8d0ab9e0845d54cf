/* SPDX-License-Identifier: Apache-2.0 */
/* Events of networks. */
#include "runtime/engine/network_event.h"

#include "layers/store/event_journal.h"

void network_event(const struct store *store, const struct network *network,
		   const char *action, const char *container)
{
	json_t *attributes = json_pack("{s:s,s:s}", "name", network->name,
				       "type",
				       network_driver_name(network->driver));

	if (container)
		(void)json_object_set_new(attributes, "container",
					  json_string(container));
	event_note(store, "network", action, network->id, attributes);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Health checks in the monitor. */
#include "runtime/engine/container_health.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "runtime/engine/container_event.h"
#include "runtime/engine/container_state.h"

void container_health_begin(struct container_health *health,
			    const struct container *container, json_t **out)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	const json_t *config = container->config;

	*out = NULL;
	health_plan_release(&health->plan);
	health->due = 0;
	/* an image's may be of a kind that is not known: then nobody checks */
	if (health_plan_parse(json_object_get(config, "Healthcheck"),
			      json_object_get(config, "Shell"), &health->plan,
			      &ignored) < 0 ||
	    !health->plan.command)
		return;
	*out = health_new();
	health->due = clock_monotonic() +
		      health_pause(*out, &health->plan, 0, 0);
}

void container_health_when(const struct container_health *health,
			   struct monitor_wake *out)
{
	out->fd = health->probe.fd;
	out->at = health->due;
}

/* One that cannot even begin has failed. */
static void start_check(struct container_health *health, struct store *store,
			const struct container *container, int64_t started,
			json_t *document)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	struct health_result result = { .exit_code = -1 };

	health->probed = clock_now();
	health->due = 0;
	if (container_probe_start(store, container, health->plan.command,
				  health->plan.timeout, &health->probe,
				  &err) == 0)
		return;
	result.start = result.end = health->probed;
	result.output = err.msg;
	(void)health_note(document, &health->plan, started, &result);
	health->due = clock_monotonic() + health->plan.interval;
}

static bool is_paused(const struct store *store,
		      const struct container *container)
{
	autoclean(container_state_release) struct container_state state =
		CONTAINER_STATE_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;

	return container_state_load(store, container, &state, &ignored) == 0 &&
	       state.status == CONTAINER_PAUSED;
}

static void finish_check(struct container_health *health,
			 const struct store *store,
			 const struct container *container, int64_t started,
			 json_t *document)
{
	struct health_result result = {
		.start = health->probed,
		.end = clock_now(),
		.exit_code = health->exit_code,
		.output = health->probe.answer.text,
	};

	if (health_note(document, &health->plan, started, &result)) {
		autofree char *action = xasprintf("health_status: %s",
						  health_status(document));

		container_event_late(store, container, action, NULL);
	}
	health->due = clock_monotonic() + health_pause(document, &health->plan,
						       started, result.end);
}

bool container_health_wake(struct container_health *health, struct store *store,
			   const struct container *container, int64_t started,
			   json_t *document)
{
	if (health->probe.fd >= 0) {
		if (!container_probe_hear(&health->probe, &health->exit_code))
			return false;
		finish_check(health, store, container, started, document);
		return true;
	}
	if (!health->due || clock_monotonic() < health->due)
		return false;
	if (is_paused(store, container))
		health->due = clock_monotonic() + health->plan.interval;
	else
		start_check(health, store, container, started, document);
	return !health->probe.pid;
}

void container_health_end(struct container_health *health, json_t *document)
{
	container_probe_release(&health->probe);
	health->due = 0;
	if (document)
		health_stop(document);
}

void container_health_release(struct container_health *health)
{
	container_probe_release(&health->probe);
	health_plan_release(&health->plan);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A session: mirrors first, the registry itself last. */
#include "registry/client.h"

#include "base/alloc.h"
#include "base/log.h"

struct client {
	struct client_options options;
	struct reference reference;
	char *name; /* the repository, as people write it */
	struct notices notices;
	struct endpoint *endpoints; /* the registry is the last */
	struct remote **remotes;    /* one for each */
	size_t count;
	atomic_size_t preferred; /* who answered last */
};

static int open_remotes(struct client *client, bool is_push, struct error *err)
{
	struct remote_options options = { .client = &client->options,
					  .notices = &client->notices,
					  .name = client->name,
					  .is_push = is_push };

	client->remotes = xcalloc(client->count, sizeof(*client->remotes));
	for (size_t i = 0; i < client->count; i++) {
		if (remote_open(&options, &client->endpoints[i],
				&client->remotes[i], err) < 0)
			return -1;
	}
	return 0;
}

int client_open(const struct client_options *options,
		const struct reference *reference, enum client_access access,
		struct client **out, struct error *err)
{
	autoclean(client_close) struct client *client =
		xcalloc(1, sizeof(*client));
	bool is_push = access == CLIENT_PUSH;

	client->options = *options;
	reference_copy(reference, &client->reference);
	client->name = reference_familiar_name(reference);
	notices_init(&client->notices, &client->options);
	if (registries_resolve(options->registries, reference, !is_push,
			       &client->endpoints, &client->count, err) < 0 ||
	    open_remotes(client, is_push, err) < 0)
		return -1;
	*out = TAKE_PTR(client);
	return 0;
}

void client_close(struct client *client)
{
	if (!client)
		return;
	for (size_t i = 0; client->remotes && i < client->count; i++)
		remote_close(client->remotes[i]);
	free(client->remotes);
	endpoints_free(client->endpoints, client->count);
	notices_release(&client->notices);
	reference_release(&client->reference);
	free(client->name);
	free(client);
}

const char *client_host(const struct client *client)
{
	return client->endpoints[client->preferred].host;
}

const struct reference *client_reference(const struct client *client)
{
	return &client->reference;
}

static int run_with(struct client *client, size_t index,
		    const struct client_task *task, bool *stop,
		    struct error *err)
{
	struct remote *remote = client->remotes[index];
	int result = remote_settle(remote, err);

	if (result < 0)
		error_wrap(err, "%s", task->what);
	else
		result = task->run(task->context, remote, stop, err);
	if (result < 0) {
		/* a mirror that is not there costs its time-out only once */
		remote->is_down = !remote->has_answered;
		*stop = *stop || err->kind == ERROR_INTERRUPTED;
		return -1;
	}
	client->preferred = index;
	return 0;
}

/*
 * The index of the NTH remote to ask: the one that answered last, then the
 * others in their order, so that the registry itself is the last resort.
 */
static size_t nth(size_t preferred, size_t n)
{
	if (n == 0)
		return preferred;
	return n <= preferred ? n - 1 : n;
}

int client_run(struct client *client, const struct client_task *task,
	       struct error *err)
{
	autoclean(error_release) struct error origin = ERROR_INIT;
	size_t preferred = client->preferred;
	bool stop = false;

	if (client->options.offline)
		return error_set(err, ERROR_NETWORK,
				 "offline: %s would have to come from %s",
				 task->what,
				 client->endpoints[client->count - 1].host);
	for (size_t n = 0; n < client->count && !stop; n++) {
		size_t index = nth(preferred, n);

		if (client->remotes[index]->is_down &&
		    index + 1 < client->count)
			continue;
		if (run_with(client, index, task, &stop, err) == 0)
			return 0;
		log_debug("registry", "host=%s wanted=\"%s\" error=\"%s\"",
			  client->endpoints[index].host, task->what, err->msg);
		if (index + 1 == client->count)
			error_move(&origin, err);
	}
	if (!stop && origin.kind)
		error_move(err, &origin);
	else if (stop && !err->kind)
		error_move(err, &origin);
	return -1;
}

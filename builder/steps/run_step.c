/* SPDX-License-Identifier: Apache-2.0 */
/* RUN: a container and its layer. */
#include "builder/steps/run_step.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/jsonx.h"
#include "builder/image/image_settings.h"
#include "builder/steps/mount_points.h"
#include "builder/steps/step_files.h"
#include "layers/image/layer_commit.h"
#include "layers/store/container_folder.h"
#include "runtime/attach_client.h"
#include "runtime/attach_protocol.h"
#include "runtime/engine/container_lock.h"
#include "runtime/engine/container_start.h"

#define SCRIPTS "/dev/pipes"

struct running {
	const struct run_step *step;
	struct step_mounts_ready mounts;
	struct container container;
	struct step_files below; /* only what is below */
	struct summoned monitor;
	bool is_claimed;
};

static void running_release(struct running *running)
{
	step_mounts_ready_release(&running->mounts);
	container_release(&running->container);
	step_files_release(&running->below);
	container_dismiss(&running->monitor);
}
DEFINE_CLEANUP(struct running, running_release)

static const struct command_line *command_of(const struct run_step *step)
{
	return &step->instruction->run.command;
}

void run_step_words(const struct run_step *step, struct strvec *out)
{
	const struct command_line *command = command_of(step);
	const json_t *config = json_object_get(step->image->document, "config");

	if (command->form == COMMAND_SCRIPT) {
		strvec_addf(out, SCRIPTS "/%s", command->script_name);
		return;
	}
	if (command->form == COMMAND_SHELL)
		image_settings_shell(config, out);
	strvec_extend(out, command->words.items, command->words.count);
}

/* A heredoc with a "#!" line is a file of its own. */
static int add_script(struct running *running, struct error *err)
{
	const struct run_step *step = running->step;
	const struct command_line *command = command_of(step);
	const struct build_place *place = step->place;
	autofree char *name = xasprintf("script-%u", step->mounts->step);
	autoclose int fd = -1;

	if (command->form != COMMAND_SCRIPT || step->is_shell)
		return 0;
	fd = openat(place->secret_fd, name,
		    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		    0755);
	if (fd < 0 || fchmod(fd, 0755) < 0)
		return error_sys(err, errno, "write the script");
	if (fs_write_all(fd, command->words.items[0],
			 strlen(command->words.items[0]), err) < 0)
		return -1;
	(void)json_array_append_new(
		running->mounts.mounts,
		json_pack("{s:s,s:o,s:o,s:s,s:b,s:s}", "Type", "bind", "Source",
			  json_sprintf("%s/%s", place->secret_path, name),
			  "Destination",
			  json_sprintf(SCRIPTS "/%s", command->script_name),
			  "Mode", "", "RW", 0, "Propagation", "rprivate"));
	return 0;
}

static json_t *make_config(const struct running *running)
{
	const struct run_step *step = running->step;
	const json_t *image = json_object_get(step->image->document, "config");
	const char *user = json_string_value(json_object_get(image, "User"));
	autoclean(strvec_release) struct strvec env = STRVEC_INIT;
	bool is_shell = step->is_shell;

	strvec_extend(&env, step->env->items, step->env->count);
	strvec_extend(&env, running->mounts.env.items,
		      running->mounts.env.count);
	/* one host name for all, so that it is no difference between builds */
	return json_pack("{s:s,s:s,s:s,s:b,s:b,s:b,s:s,s:o,s:s}", "Hostname",
			 "build", "Domainname", "", "User", user ? user : "",
			 "Tty", (int)is_shell, "OpenStdin", (int)is_shell,
			 "StdinOnce", (int)is_shell, "Image", "", "Env",
			 jsonx_from_strvec(&env), "WorkingDir",
			 image_settings_folder(image));
}

static void set_network(const struct run_step *step, json_t *host,
			json_t **networks)
{
	const char *wanted = step->instruction->run.network;

	*networks = NULL;
	if (!wanted || !strcmp(wanted, "default")) {
		*networks = json_deep_copy(step->build->networks);
		return;
	}
	(void)json_object_set_new(host, "NetworkMode", json_string(wanted));
}

static json_t *make_host_config(const struct run_step *step, json_t **networks)
{
	json_t *host = json_deep_copy(step->build->host_config);
	const char *security = step->instruction->run.security;

	set_network(step, host, networks);
	(void)json_object_set_new(
		host, "LogConfig",
		json_pack("{s:s,s:{}}", "Type", "none", "Config"));
	if (security && !strcmp(security, "insecure"))
		(void)json_object_set_new(host, "Privileged", json_true());
	return host;
}

static int check_allowed(const struct run_step *step, struct error *err)
{
	const struct run_instruction *run = &step->instruction->run;

	if (run->security && !strcmp(run->security, "insecure") &&
	    !step->build->allows_insecure)
		return error_set(err, ERROR_DENIED,
				 "security.insecure is not allowed: it needs "
				 "--allow security.insecure");
	if (run->network && !strcmp(run->network, "host") &&
	    !step->build->allows_host_network)
		return error_set(err, ERROR_DENIED,
				 "network.host is not allowed: it needs "
				 "--allow network.host");
	return 0;
}

static int create(struct running *running, struct error *err)
{
	const struct run_step *step = running->step;
	const struct image_record image = {
		.layers = step->image->layers,
		.layer_count = step->image->layer_count,
	};
	autoclean(strvec_release) struct strvec words = STRVEC_INIT;
	autoclean(jsonx_free) json_t *networks = NULL;
	autoclean(jsonx_free) json_t *host = make_host_config(step, &networks);
	autoclean(jsonx_free) json_t *config = make_config(running);
	autoclean(jsonx_free) json_t *args = json_array();
	struct container_request request = {
		.image = &image,
		.image_name = "",
		.config = config,
		.host_config = host,
		.mounts = running->mounts.mounts,
		.networks = networks,
		.args = args,
		.is_step = true,
	};

	if (!config)
		return error_set(err, ERROR_INVALID,
				 "the environment is not valid UTF-8");
	if (step->is_shell)
		strvec_add(&words, "/bin/sh");
	else
		run_step_words(step, &words);
	if (!words.count || !*words.items[0])
		return error_set(err, ERROR_INVALID, "there is no command");
	request.path = words.items[0];
	for (size_t i = 1; i < words.count; i++)
		if (json_array_append_new(args, json_string(words.items[i])) <
		    0)
			return error_set(err, ERROR_INVALID,
					 "the command is not valid UTF-8");
	if (container_create(step->build->store, &request, &running->container,
			     err) < 0)
		return -1;
	running->is_claimed = true;
	return build_place_claim(step->place, running->container.id, err);
}

/* The files of the failed step take the place of the empty layer. */
static int put_kept(const struct running *running, struct error *err)
{
	int kept = running->step->kept_fd;
	int folder = running->container.folder_fd;

	if (kept < 0 || !fs_exists(kept, "upper"))
		return 0;
	if (renameat(kept, "upper", folder, "upper") < 0)
		return error_sys(err, errno, "take up the failed step's files");
	return 0;
}

static void kill_container(int client)
{
	unsigned char number = SIGKILL;

	/* one that is gone needs no killing */
	if (attach_send(client, ATTACH_SIGNAL, &number, 1) < 0)
		errno = 0;
}

/* Passes on what the container says until it ends. */
static int listen_to(const struct run_step *step, int client, int *code_out,
		     struct error *err)
{
	autofree struct attach_message *message = xmalloc(sizeof(*message));
	bool is_cancelled = false;

	for (;;) {
		struct pollfd slots[3] = {
			{ client, POLLIN, 0 },
			{ is_cancelled ? -1 : step->build->cancel_fd, POLLIN,
			  0 },
			{ is_cancelled ? -1 : step->stop_fd, POLLIN, 0 },
		};
		int32_t code = 0;
		int got;

		if (poll(slots, 3, -1) < 0)
			continue; /* a signal of the caller's */
		if (slots[1].revents || slots[2].revents) {
			kill_container(client);
			is_cancelled = true;
		}
		got = attach_receive(client, message);
		if (got < 0 && errno == EAGAIN)
			continue;
		if (got <= 0)
			return error_set(err, ERROR_SYSTEM,
					 "the container's monitor died");
		if (message->kind == ATTACH_OUTPUT ||
		    message->kind == ATTACH_ERRORS)
			step_output_write(step->output,
					  message->kind == ATTACH_ERRORS ? 2
									 : 1,
					  message->data, message->length);
		if (message->kind != ATTACH_EXITED)
			continue;
		memcpy(&code, message->data, sizeof(code));
		*code_out = code;
		return is_cancelled
			       ? error_set(err, ERROR_INTERRUPTED, "cancelled")
			       : 0;
	}
}

/* A program that is not there is the step's failure, as a shell tells it. */
static int note_failure(const struct run_step *step, struct error *err,
			int *code_out)
{
	autofree char *line = NULL;

	if (err->kind != ERROR_NOT_FOUND && err->kind != ERROR_DENIED)
		return -1;
	*code_out = err->kind == ERROR_NOT_FOUND ? 127 : 126;
	line = xasprintf("%s\n", err->msg);
	step_output_write(step->output, 2, line, strlen(line));
	error_release(err);
	return 0;
}

static int execute(struct running *running, int *code_out, struct error *err)
{
	const struct run_step *step = running->step;
	struct container_start request = {
		.store = step->build->store,
		.container = &running->container,
		.monitor = &running->monitor,
	};
	autoclose int client = -1;

	if (step->is_shell)
		attach_client_size(&request.rows, &request.columns);
	if (container_start(&request, &client, err) < 0)
		return -1;
	if (attach_client_wait(client, err) < 0)
		return note_failure(step, err, code_out);
	*code_out = 0;
	if (step->is_shell)
		return step->build->host->attend(step->build->host->context,
						 client, err);
	return listen_to(step, client, code_out, err);
}

/* What it made becomes a layer. */
static int commit(struct running *running, struct layer_made *out,
		  struct error *err)
{
	const struct run_step *step = running->step;
	autoclean(layer_draft_release) struct layer_draft draft =
		LAYER_DRAFT_INIT;
	struct mount_points points = {
		.below = running->below.below,
		.targets = &running->mounts.targets,
	};
	struct layer_commit request = {
		.store = step->build->store,
		.draft = &draft,
		.lease = step->lease,
		.tidy = {
			.lower = running->below.below,
			.has_latest = step->build->has_latest,
			.latest = step->build->latest,
		},
	};

	if (layer_draft_open(step->build->store, &draft, err) < 0 ||
	    layer_draft_take(&draft, running->container.folder_fd, "upper",
			     err) < 0)
		return -1;
	points.upper = draft.tree_fd;
	mount_points_remove(&points);
	return layer_commit(&request, out, err);
}

/* The files of a step that failed, and of a shell, stay for the next try. */
static int keep(const struct running *running, struct error *err)
{
	int kept = running->step->kept_fd;

	if (kept < 0)
		return 0;
	if (fs_remove_tree(kept, "upper", err) < 0)
		return -1;
	if (renameat(running->container.folder_fd, "upper", kept, "upper") < 0)
		return error_sys(err, errno, "keep the failed step's files");
	return 0;
}

static void reap(pid_t pid)
{
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static int settle(struct running *running, int code, struct run_step_end *out,
		  struct error *err)
{
	const struct run_step *step = running->step;
	autoclean(container_lock_release) struct container_lock lock =
		CONTAINER_LOCK_INIT;

	/* its monitor is through with the files then */
	if (container_lock_take_ended(step->build->store, &running->container,
				      &lock, err) < 0)
		return -1;
	reap(running->monitor.pid);
	out->exit_code = code;
	if (code == 0 && !step->is_shell ? commit(running, &out->layer, err) < 0
					 : keep(running, err) < 0)
		return -1;
	if (container_remove(step->build->store, &running->container, err) <
		    0 ||
	    container_state_clear(step->build->store, running->container.id,
				  err) < 0)
		return -1;
	build_place_disclaim(step->place, running->container.id);
	running->is_claimed = false;
	return 0;
}

/* After a failure of ours; what stays is swept by the next build. */
static void drop(struct running *running)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autoclean(container_lock_release) struct container_lock lock =
		CONTAINER_LOCK_INIT;
	struct store *store = running->step->build->store;

	if (!running->is_claimed)
		return;
	if (container_lock_take_ended(store, &running->container, &lock,
				      &ignored) < 0 ||
	    container_remove(store, &running->container, &ignored) < 0 ||
	    container_state_clear(store, running->container.id, &ignored) < 0)
		error_release(&ignored);
}

int run_step(const struct run_step *step, struct run_step_end *out,
	     struct error *err)
{
	autoclean(running_release) struct running running = {
		.step = step,
		.mounts = STEP_MOUNTS_READY_INIT,
		.container = CONTAINER_INIT,
		.below = STEP_FILES_INIT,
		.monitor = SUMMONED_INIT,
	};
	int code = 0;

	*out = (struct run_step_end){ 0, LAYER_MADE_INIT };
	/* it gets ready, on another processor, while the rest is prepared */
	if (check_allowed(step, err) < 0 ||
	    container_summon(step->build->store, &running.monitor, err) < 0 ||
	    step_mounts_prepare(step->mounts, &running.mounts, err) < 0 ||
	    add_script(&running, err) < 0 ||
	    step_files_look(step->build->store, step->image,
			    &running.below.below, err) < 0 ||
	    create(&running, err) < 0 || put_kept(&running, err) < 0 ||
	    execute(&running, &code, err) < 0 ||
	    settle(&running, code, out, err) < 0) {
		drop(&running);
		return -1;
	}
	return 0;
}

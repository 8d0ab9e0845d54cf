/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets and agents. */
#include "builder/steps/run_mount_secret.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"

enum { SECRET_MAX = 500 << 10 }; /* BuildKit's */

static const char *id_of(const struct run_mount *mount)
{
	const char *slash;

	if (mount->id)
		return mount->id;
	if (mount->type == RUN_MOUNT_SSH)
		return "default";
	slash = mount->target ? strrchr(mount->target, '/') : NULL;
	if (slash)
		return slash + 1;
	return mount->target ? mount->target : "";
}

char *run_mount_secret_target(const struct run_mount *mount)
{
	if (mount->type == RUN_MOUNT_SSH)
		return xstrdup("/run/buildkit/ssh_agent.0");
	return xasprintf("/run/secrets/%s", id_of(mount));
}

static const struct build_secret *find_secret(const struct build_request *build,
					      const char *id)
{
	/* of two with one id the later one counts */
	for (size_t i = build->secret_count; i > 0; i--)
		if (!strcmp(build->secrets[i - 1].id, id))
			return &build->secrets[i - 1];
	return NULL;
}

static int read_secret(const struct build_secret *secret, struct strbuf *out,
		       struct error *err)
{
	if (secret->value) {
		strbuf_addstr(out, secret->value);
		return strbuf_check(out, "the secret", err);
	}
	return fs_read_file(AT_FDCWD, secret->path, SECRET_MAX, out, err);
}

static void add_bind(struct step_mounts_ready *out, const char *source,
		     const char *target, bool is_writable)
{
	(void)json_array_append_new(
		out->mounts,
		json_pack("{s:s,s:s,s:s,s:s,s:b,s:s}", "Type", "bind", "Source",
			  source, "Destination", target, "Mode", "", "RW",
			  (int)is_writable, "Propagation", "rprivate"));
}

/* The secret as a file of the run folder, which is in memory only. */
static int write_secret(const struct step_mounts_request *request, size_t index,
			const struct strbuf *text, char **path,
			struct error *err)
{
	const struct run_mount *mount = &request->mounts->items[index];
	const struct build_place *place = request->place;
	autofree char *name = xasprintf("secret-%u-%zu", request->step, index);
	autoclose int fd = openat(
		place->secret_fd, name,
		O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return error_sys(err, errno, "keep a secret");
	if (fs_write_all(fd, text->text, text->length, err) < 0)
		return -1;
	if (fchown(fd, mount->uid < 0 ? 0 : (uid_t)mount->uid,
		   mount->gid < 0 ? 0 : (gid_t)mount->gid) < 0 ||
	    fchmod(fd, mount->mode < 0 ? 0400 : (mode_t)mount->mode) < 0)
		return error_sys(err, errno, "give a secret to the step");
	*path = xasprintf("%s/%s", place->secret_path, name);
	return 0;
}

static int add_secret(const struct step_mounts_request *request, size_t index,
		      const char *target, struct step_mounts_ready *out,
		      struct error *err)
{
	const struct run_mount *mount = &request->mounts->items[index];
	const struct build_secret *secret = find_secret(request->build,
							id_of(mount));
	autoclean(strbuf_release) struct strbuf text = STRBUF_LIMIT(SECRET_MAX);
	autofree char *path = NULL;

	if (!secret)
		return mount->required
			       ? error_set(err, ERROR_NOT_FOUND,
					   "secret %s: not found", id_of(mount))
			       : 0;
	if (read_secret(secret, &text, err) < 0)
		return error_wrap(err, "secret %s", id_of(mount));
	if (mount->env)
		strvec_addf(&out->env, "%s=%s", mount->env, text.text);
	if (mount->env && !mount->target)
		return 0;
	if (write_secret(request, index, &text, &path, err) < 0)
		return -1;
	add_bind(out, path, target, false);
	return 0;
}

/* The agent by a socket that is the step's. */
static int offer_agent(const struct step_mounts_request *request, size_t index,
		       const char *agent, struct step_mounts_ready *out,
		       struct error *err)
{
	const struct run_mount *mount = &request->mounts->items[index];
	autofree char *name = xasprintf("agent-%u-%zu", request->step, index);
	const struct agent_proxy_request wish = {
		.folder = request->place->secret_fd,
		.name = name,
		.agent = agent,
		.uid = mount->uid < 0 ? 0 : (uid_t)mount->uid,
		.gid = mount->gid < 0 ? 0 : (gid_t)mount->gid,
		.mode = mount->mode < 0 ? 0600 : (mode_t)mount->mode,
	};

	out->agents = xreallocarray(out->agents, out->agent_count + 1,
				    sizeof(struct agent_proxy *));
	if (agent_proxy_new(&wish, &out->agents[out->agent_count], err) < 0)
		return -1;
	out->agent_count++;
	return 0;
}

static int add_agent(const struct step_mounts_request *request, size_t index,
		     const char *target, struct step_mounts_ready *out,
		     struct error *err)
{
	const struct run_mount *mount = &request->mounts->items[index];
	const struct build_request *build = request->build;
	autofree char *socket = NULL;

	for (size_t i = 0; i < build->agent_count; i++) {
		if (strcmp(build->agents[i].id, id_of(mount)) != 0)
			continue;
		if (offer_agent(request, index, build->agents[i].socket, out,
				err) < 0)
			return -1;
		socket = xasprintf("%s/agent-%u-%zu",
				   request->place->secret_path, request->step,
				   index);
		add_bind(out, socket, target, true);
		strvec_addf(&out->env, "SSH_AUTH_SOCK=%s", target);
		return 0;
	}
	return mount->required
		       ? error_set(err, ERROR_NOT_FOUND,
				   "ssh agent %s: not found", id_of(mount))
		       : 0;
}

int run_mount_secret(const struct step_mounts_request *request, size_t index,
		     const char *target, struct step_mounts_ready *out,
		     struct error *err)
{
	if (request->mounts->items[index].type == RUN_MOUNT_SSH)
		return add_agent(request, index, target, out, err);
	return add_secret(request, index, target, out, err);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What names mean now. */
#include "cmd/front/build_lock.h"

#include <fcntl.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/jsonx.h"
#include "cmd/companion_run.h"
#include "cmd/front/build_git.h"

enum { ANSWER_MAX = 1 << 20 };

char *build_lock_path(const char *file, const char *path)
{
	return file ? xasprintf("%s.lock", file)
		    : xasprintf("%s/Dockerfile.lock", path);
}

int build_lock_read(const char *path, struct lock_file *out, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(LOCK_FILE_MAX);

	if (fs_read_file(AT_FDCWD, path, LOCK_FILE_MAX, &text, err) < 0)
		return error_wrap(err, "read %s", path);
	return lock_file_parse(path, text.text, text.length, out, err);
}

/* The companion's answer to VERB about NAME, an object; the caller's. */
static int ask(struct context *context, const char *verb, const char *name,
	       json_t **out, struct error *err)
{
	autoclean(strbuf_release) struct strbuf answer =
		STRBUF_LIMIT(ANSWER_MAX);
	autoclean(strbuf_release) struct strbuf said = STRBUF_LIMIT(ANSWER_MAX);
	autoclean(strvec_release) struct strvec words = STRVEC_INIT;
	struct companion_run run = COMPANION_RUN_INIT;
	int status = 0;

	strvec_add(&words, verb);
	strvec_add(&words, name);
	run.context = context;
	run.words = &words;
	run.output = &answer;
	run.errors = &said;
	if (companion_run(&run, &status, err) < 0)
		return -1;
	if (status) {
		const char *text = said.text;

		text += strncmp(text, "imgctl: ", 8) ? 0 : 8;
		return error_set(err, ERROR_NETWORK, "%.*s",
				 (int)strcspn(text, "\n"), text);
	}
	return jsonx_parse(answer.text, answer.length, "answer", out, err);
}

int build_lock_image(struct context *context, const char *name,
		     struct lock_file *lock, struct error *err)
{
	autoclean(jsonx_free) json_t *answer = NULL;
	json_t *platforms = NULL;
	const char *digest;

	if (ask(context, "builder-resolve", name, &answer, err) < 0 ||
	    jsonx_string(answer, "digest", &digest, err) < 0 ||
	    jsonx_opt_object(answer, "platforms", &platforms, err) < 0)
		return -1;
	lock_file_add_image(lock, name, digest,
			    platforms ? json_incref(platforms) : json_object());
	return 0;
}

int build_lock_url(struct context *context, const char *url,
		   struct lock_file *lock, struct error *err)
{
	autoclean(jsonx_free) json_t *answer = NULL;
	const char *digest;
	const char *etag;

	if (ask(context, "builder-digest", url, &answer, err) < 0 ||
	    jsonx_string(answer, "digest", &digest, err) < 0 ||
	    jsonx_opt_string(answer, "etag", NULL, &etag, err) < 0)
		return -1;
	lock_file_add_url(lock, url, digest, etag);
	return 0;
}

int build_lock_git(struct context *context, const char *url,
		   struct lock_file *lock, struct error *err)
{
	autofree char *commit = NULL;

	if (context->is_offline)
		return error_set(err, ERROR_NETWORK, "not asked: --offline");
	if (build_git_commit(url, &commit, err) < 0)
		return -1;
	lock_file_add_git(lock, url, commit);
	return 0;
}

/* A line for NAME unless WAS and IS are the same. */
static void compare(const char *name, const char *was, const char *is,
		    struct strvec *moved)
{
	if (!was)
		strvec_addf(moved, "%s is not locked", name);
	else if (strcmp(was, is) != 0)
		strvec_addf(moved, "%s moved: %s -> %s", name, was, is);
}

int build_lock_check_image(struct context *context, const char *name,
			   const struct lock_file *lock, struct strvec *moved,
			   struct error *err)
{
	const char *was = lock_file_image(lock, name, NULL);
	autoclean(jsonx_free) json_t *answer = NULL;
	const char *digest;

	if (!was) {
		compare(name, NULL, NULL, moved);
		return 0;
	}
	if (ask(context, "builder-head", name, &answer, err) < 0 ||
	    jsonx_string(answer, "digest", &digest, err) < 0)
		return -1;
	compare(name, was, digest, moved);
	return 0;
}

int build_lock_check_url(struct context *context, const char *url,
			 const struct lock_file *lock, struct strvec *moved,
			 struct error *err)
{
	const char *was = lock_file_url(lock, url, "etag");
	autoclean(jsonx_free) json_t *answer = NULL;
	const char *etag;

	if (!lock_file_url(lock, url, "digest")) {
		compare(url, NULL, NULL, moved);
		return 0;
	}
	if (ask(context, "builder-etag", url, &answer, err) < 0 ||
	    jsonx_opt_string(answer, "etag", NULL, &etag, err) < 0)
		return -1;
	/* a server without etags cannot be asked without fetching */
	if (was && etag)
		compare(url, was, etag, moved);
	return 0;
}

int build_lock_check_git(struct context *context, const char *url,
			 const struct lock_file *lock, struct strvec *moved,
			 struct error *err)
{
	autofree char *commit = NULL;

	if (context->is_offline)
		return error_set(err, ERROR_NETWORK, "not asked: --offline");
	if (build_git_commit(url, &commit, err) < 0)
		return -1;
	compare(url, lock_file_git(lock, url), commit, moved);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What a build leaves to others. */
#include "cmd/front/build_companion.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/fs.h"
#include "base/hasher.h"
#include "base/jsonx.h"
#include "builder/steps/add_fetch.h"
#include "cmd/companion_run.h"
#include "cmd/front/build_git.h"
#include "cmd/front/image_ensure.h"
#include "runtime/attach_client.h"

enum { ANSWER_MAX = 1 << 20 };

static int find_image(void *context, const struct build_image_wish *wish,
		      struct image_record *out, struct error *err)
{
	const struct image_wish own = {
		.name = wish->name,
		.pull = wish->pull,
		.platform = wish->platform,
		.is_quiet = true,
	};

	return image_ensure(context, &own, out, err);
}

/* The companion's last word, without its "imgctl: " in front. */
static int fail(const struct strbuf *said, struct error *err)
{
	const char *text = said->text;
	size_t length = strcspn(text, "\n");

	if (!strncmp(text, "imgctl: ", 8)) {
		text += 8;
		length -= 8;
	}
	return error_set(err, ERROR_NETWORK, "%.*s", (int)length,
			 length ? text : "the companion failed");
}

/* Run it; what it says of a failure is the error. */
static int call(struct companion_run *run, struct error *err)
{
	autoclean(strbuf_release) struct strbuf said = STRBUF_LIMIT(ANSWER_MAX);
	int status = 0;

	run->errors = &said;
	if (companion_run(run, &status, err) < 0)
		return -1;
	return status ? fail(&said, err) : 0;
}

static int read_answer(const struct strbuf *text, struct build_fetched *out,
		       struct error *err)
{
	autoclean(jsonx_free) json_t *answer = NULL;
	const char *etag;

	if (jsonx_parse(text->text, text->length, "answer", &answer, err) < 0 ||
	    jsonx_opt_string(answer, "etag", NULL, &etag, err) < 0 ||
	    jsonx_opt_integer(answer, "modified", 0, INT64_MAX, &out->modified,
			      err) < 0 ||
	    jsonx_opt_bool(answer, "unchanged", &out->is_unchanged, err) < 0)
		return -1;
	out->etag = xstrdup(etag);
	return 0;
}

static int hash_file(int folder, const char *name, struct digest *out,
		     struct error *err)
{
	autoclean(hasher_free) struct hasher *hasher =
		hasher_new(DIGEST_SHA256);
	autoclose int fd = fs_open_raw(folder, name, FS_NO_LINKS, O_RDONLY, 0);
	char chunk[65536];
	ssize_t got;

	if (fd < 0)
		return error_sys(err, errno, "open what was fetched");
	while ((got = read(fd, chunk, sizeof(chunk))) > 0)
		hasher_update(hasher, chunk, (size_t)got);
	if (got < 0)
		return error_sys(err, errno, "read what was fetched");
	hasher_finish(hasher, out);
	return 0;
}

static int check(const struct build_fetch *fetch, struct error *err)
{
	struct digest wanted;
	struct digest got;

	if (!fetch->checksum)
		return 0;
	if (digest_parse(fetch->checksum, &wanted, err) < 0)
		return error_wrap(err, "--checksum");
	if (hash_file(fetch->folder, fetch->name, &got, err) < 0)
		return -1;
	if (digest_is_equal(&wanted, &got))
		return 0;
	return error_set(err, ERROR_CORRUPT,
			 "digest mismatch: it is %s and should be %s", got.text,
			 wanted.text);
}

static int fetch_file(const struct context *context,
		      const struct build_fetch *fetch,
		      struct build_fetched *out, struct error *err)
{
	autoclean(strbuf_release) struct strbuf answer =
		STRBUF_LIMIT(ANSWER_MAX);
	autoclean(strvec_release) struct strvec words = STRVEC_INIT;
	struct companion_run run = COMPANION_RUN_INIT;

	strvec_add(&words, "builder-fetch");
	strvec_add(&words, fetch->url);
	strvec_add(&words, fetch->name);
	if (fetch->known)
		strvec_add(&words, fetch->known);
	run.context = context;
	run.words = &words;
	run.folder = fetch->folder;
	run.output = &answer;
	if (call(&run, err) < 0 || read_answer(&answer, out, err) < 0)
		return -1;
	return check(fetch, err);
}

static int fetch(void *context, const struct build_fetch *fetch,
		 struct build_fetched *out, struct error *err)
{
	const struct context *own = context;

	if (!add_fetch_is_git(fetch->url))
		return fetch_file(own, fetch, out, err);
	if (own->is_offline)
		return error_set(err, ERROR_NETWORK, "not fetched: --offline");
	return build_git_fetch(fetch, out, err);
}

static int look(void *context, int archive, bool *is_archive_out,
		struct error *err)
{
	autoclean(strbuf_release) struct strbuf answer =
		STRBUF_LIMIT(ANSWER_MAX);
	autoclean(strvec_release) struct strvec words = STRVEC_INIT;
	struct companion_run run = COMPANION_RUN_INIT;

	strvec_add(&words, "builder-look");
	run.context = context;
	run.words = &words;
	run.input = archive;
	run.output = &answer;
	if (call(&run, err) < 0)
		return -1;
	*is_archive_out = !strcmp(answer.text, "archive\n");
	return 0;
}

static int unpack(void *context, const struct build_unpack *unpack,
		  struct error *err)
{
	autoclean(strvec_release) struct strvec words = STRVEC_INIT;
	struct companion_run run = COMPANION_RUN_INIT;

	strvec_add(&words, "builder-unpack");
	if (!unpack->keeps_owners) {
		strvec_addf(&words, "%u", (unsigned)unpack->uid);
		strvec_addf(&words, "%u", (unsigned)unpack->gid);
	}
	run.context = context;
	run.words = &words;
	run.input = unpack->archive;
	run.folder = unpack->folder;
	return call(&run, err);
}

static int attend(void *context, int client_fd, struct error *err)
{
	const struct attach_client client = {
		.fd = client_fd,
		.is_tty = true,
		.has_stdin = true,
		.sig_proxy = true,
	};
	struct attach_outcome outcome;

	(void)context; /* the terminal is this process's own */
	return attach_client_run(&client, &outcome, err);
}

struct build_host build_companion_host(struct context *context)
{
	return (struct build_host){
		.find_image = find_image,
		.fetch = fetch,
		.look = look,
		.unpack = unpack,
		.attend = attend,
		.context = context,
	};
}

/* SPDX-License-Identifier: Apache-2.0 */
/* git trees. */
#include "cmd/front/build_git.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/proc.h"
#include "base/strvec.h"

enum { GIT_TIMEOUT_MS = 30 * 60 * 1000, GIT_SAID_MAX = 1 << 20 };

/* What an address consists of. */
struct address {
	char *url;
	char *ref;    /* "" for the default branch */
	char *folder; /* "" for all of it */
};

static void address_release(struct address *address)
{
	free(address->url);
	free(address->ref);
	free(address->folder);
}
DEFINE_CLEANUP(struct address, address_release)

static int parse(const char *text, struct address *out, struct error *err)
{
	size_t length = strcspn(text, "#");
	const char *rest = text[length] ? text + length + 1 : "";
	size_t ref = strcspn(rest, ":");

	out->url = !strncmp(text, "github.com/", 11)
			   ? xasprintf("https://%.*s", (int)length, text)
			   : xstrndup(text, length);
	out->ref = xstrndup(rest, ref);
	out->folder = xstrdup(rest[ref] ? rest + ref + 1 : "");
	if (out->ref[0] == '-' || out->url[0] == '-')
		return error_set(err, ERROR_INVALID, "it is no git address");
	return 0;
}

static int git(const char *folder, char *const *words, struct strbuf *out,
	       struct error *err)
{
	static const char *const settings[] = {
		"git",
		"-c",
		"advice.detachedHead=false",
		"-c",
		"protocol.allow=never",
		"-c",
		"protocol.http.allow=always",
		"-c",
		"protocol.https.allow=always",
		"-c",
		"protocol.ssh.allow=always",
		"-c",
		"protocol.git.allow=always",
		"-c",
		"core.hooksPath=/dev/null",
		"-c",
		"core.fsmonitor=false",
		"-C",
	};
	autoclean(strvec_release) struct strvec command = STRVEC_INIT;
	autoclean(strbuf_release) struct strbuf said =
		STRBUF_LIMIT(GIT_SAID_MAX);
	struct proc_capture run = {
		.timeout_ms = GIT_TIMEOUT_MS,
		.out = out,
		.diagnostics = &said,
	};

	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
		strvec_add(&command, settings[i]);
	strvec_add(&command, folder);
	for (; *words; words++)
		strvec_add(&command, *words);
	run.argv = command.items;
	if (proc_run(&run, err) < 0)
		return error_wrap(err, "git");
	if (run.status)
		return error_set(err, ERROR_NETWORK, "git: %.*s",
				 (int)strcspn(said.text, "\n"), said.text);
	return 0;
}

#define WORDS(...) ((char *const[]){ __VA_ARGS__, NULL })
#define WORD(text) ((char *)(uintptr_t)(text))

/* Only the one commit, where the server can do that. */
static int fetch_ref(const char *folder, const struct address *address,
		     struct error *err)
{
	autoclean(strbuf_release) struct strbuf ignored = STRBUF_INIT;
	const char *ref = *address->ref ? address->ref : "HEAD";

	if (git(folder,
		WORDS(WORD("fetch"), WORD("-q"), WORD("--depth=1"),
		      WORD("--no-tags"), WORD("--"), address->url, WORD(ref)),
		&ignored, err) == 0)
		return 0;
	error_release(err);
	return git(folder,
		   WORDS(WORD("fetch"), WORD("-q"), WORD("--no-tags"),
			 WORD("--"), address->url, WORD(ref)),
		   &ignored, err);
}

static int check_out(const char *folder, const struct address *address,
		     char **commit_out, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autoclean(strbuf_release) struct strbuf ignored = STRBUF_INIT;

	if (git(folder, WORDS(WORD("init"), WORD("-q")), &ignored, err) < 0 ||
	    fetch_ref(folder, address, err) < 0 ||
	    git(folder, WORDS(WORD("checkout"), WORD("-q"), WORD("FETCH_HEAD")),
		&ignored, err) < 0 ||
	    git(folder,
		WORDS(WORD("submodule"), WORD("update"), WORD("-q"),
		      WORD("--init"), WORD("--recursive")),
		&ignored, err) < 0 ||
	    git(folder, WORDS(WORD("rev-parse"), WORD("HEAD")), &text, err) < 0)
		return -1;
	text.text[strcspn(text.text, "\n")] = '\0';
	*commit_out = xstrdup(text.text);
	return 0;
}

/* Only the folder that was asked for stays. */
static int narrow(const struct build_fetch *fetch, const char *folder,
		  struct error *err)
{
	autofree char *whole = xasprintf("%s.whole", fetch->name);
	autoclose int root = -1;
	autoclose int part = -1;
	char link[64];

	if (renameat(fetch->folder, fetch->name, fetch->folder, whole) < 0)
		return error_sys(err, errno, "move the git tree");
	root = openat(fetch->folder, whole,
		      O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (root < 0)
		return error_sys(err, errno, "open the git tree");
	/* without links, so that the parent's name is what it says */
	if (fs_open(root, folder, FS_NO_LINKS, O_PATH | O_DIRECTORY, 0, &part,
		    err) < 0)
		return error_wrap(err, "folder %s", folder);
	(void)snprintf(link, sizeof(link), "%s/%s", whole, folder);
	if (renameat(fetch->folder, link, fetch->folder, fetch->name) < 0)
		return error_sys(err, errno, "move the git tree's folder");
	return fs_remove_tree(fetch->folder, whole, err);
}

static int check_commit(const struct build_fetch *fetch, const char *commit,
			struct error *err)
{
	const char *wanted = fetch->checksum;

	if (!wanted || !strncmp(commit, wanted, strlen(wanted)))
		return 0;
	return error_set(err, ERROR_CORRUPT,
			 "its commit is %s and should be %s", commit, wanted);
}

int build_git_fetch(const struct build_fetch *fetch, struct build_fetched *out,
		    struct error *err)
{
	autoclean(address_release) struct address address = { NULL };
	autofree char *folder = NULL;
	autoclose int fd = -1;

	if (parse(fetch->url, &address, err) < 0 ||
	    fs_make_dirs(fetch->folder, fetch->name, FS_NO_LINKS, 0755, &fd,
			 err) < 0)
		return -1;
	folder = xasprintf("/proc/%d/fd/%d", (int)getpid(), fd);
	if (check_out(folder, &address, &out->etag, err) < 0 ||
	    check_commit(fetch, out->etag, err) < 0)
		return -1;
	if (!fetch->keeps_git_dir && fs_remove_tree(fd, ".git", err) < 0)
		return -1;
	return *address.folder ? narrow(fetch, address.folder, err) : 0;
}

int build_git_commit(const char *text, char **commit_out, struct error *err)
{
	autoclean(address_release) struct address address = { NULL };
	autoclean(strbuf_release) struct strbuf said =
		STRBUF_LIMIT(GIT_SAID_MAX);
	size_t length;

	if (parse(text, &address, err) < 0 ||
	    git("/",
		WORDS(WORD("ls-remote"), WORD("--"), address.url,
		      *address.ref ? address.ref : WORD("HEAD")),
		&said, err) < 0)
		return -1;
	length = strspn(said.text, "0123456789abcdef");
	if (length < 40) {
		/* a commit is no ref, and means itself */
		if (strlen(address.ref) >= 40 &&
		    strspn(address.ref, "0123456789abcdef") ==
			    strlen(address.ref)) {
			*commit_out = xstrdup(address.ref);
			return 0;
		}
		return error_set(err, ERROR_NOT_FOUND, "it has no %s",
				 *address.ref ? address.ref : "HEAD");
	}
	*commit_out = xstrndup(said.text, length);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* ADD from the network. */
#include "builder/steps/add_fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/atomicfile.h"
#include "base/fs.h"
#include "base/hasher.h"
#include "base/jsonx.h"

enum { META_MAX = 64 << 10, CHUNK = 65536 };

static bool begins(const char *text, const char *start)
{
	return !strncmp(text, start, strlen(start));
}

/* The path of an address ends before "?" and "#". */
static bool path_ends(const char *text, const char *end)
{
	size_t length = strcspn(text, "?#");
	size_t wanted = strlen(end);

	return length > wanted && !strncmp(text + length - wanted, end, wanted);
}

bool add_fetch_is_git(const char *text)
{
	if (begins(text, "git://") || begins(text, "git@") ||
	    begins(text, "ssh://"))
		return true;
	if (begins(text, "github.com/"))
		return true;
	return (begins(text, "http://") || begins(text, "https://")) &&
	       path_ends(text, ".git");
}

bool add_fetch_is_url(const char *text)
{
	return begins(text, "http://") || begins(text, "https://") ||
	       add_fetch_is_git(text);
}

struct fetch_wish {
	const char *url;
	const char *checksum;
	bool keeps_git_dir;
};

static void fetched_release(struct build_fetched *fetched)
{
	free(fetched->etag);
}
DEFINE_CLEANUP(struct build_fetched, fetched_release)

static int fetch_git(const struct build_request *build,
		     const struct build_place *place,
		     const struct fetch_wish *wish, struct add_fetched *out,
		     struct error *err)
{
	autoclean(fetched_release) struct build_fetched fetched = { false };
	struct digest digest;
	struct build_fetch fetch = {
		.url = wish->url,
		.keeps_git_dir = wish->keeps_git_dir,
		.checksum = wish->checksum,
	};
	autofree char *name = NULL;

	hasher_digest(DIGEST_SHA256, wish->url, strlen(wish->url), &digest);
	name = xasprintf("git-%.16s", digest_hex(&digest));
	fetch.folder = place->scratch_fd;
	fetch.name = name;
	if (!fs_exists(place->scratch_fd, name) &&
	    build->host->fetch(build->host->context, &fetch, &fetched, err) < 0)
		return -1;
	out->folder = openat(place->scratch_fd, name,
			     O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (out->folder < 0)
		return error_sys(err, errno, "open the git tree");
	out->name = xstrdup(name);
	out->is_folder = true;
	if (fetched.etag)
		build_materials_add(build->materials, wish->url, "sha1",
				    fetched.etag);
	return 0;
}

/* The last component of the address's path. */
static char *file_name(const char *url, struct error *err)
{
	const char *path = strstr(url, "://");
	size_t length;
	const char *start;

	path = path ? path + 3 : url;
	length = strcspn(path, "?#");
	start = memrchr(path, '/', length);
	if (!start || start + 1 == path + length) {
		(void)error_set(err, ERROR_INVALID,
				"cannot determine filename for source");
		return NULL;
	}
	return xstrndup(start + 1, (size_t)(path + length - start) - 1);
}

static char *known_etag(int folder)
{
	autoclean(jsonx_free) json_t *meta = NULL;
	autoclean(error_release) struct error ignored = ERROR_INIT;

	if (!fs_exists(folder, "data") ||
	    jsonx_read(folder, "meta.json", META_MAX, &meta, &ignored) < 0)
		return NULL;
	return xstrdup(json_string_value(json_object_get(meta, "etag")));
}

static int note(int folder, const struct build_fetched *fetched,
		const char *name, struct error *err)
{
	const struct timespec times[2] = { { fetched->modified, 0 },
					   { fetched->modified, 0 } };
	autoclean(jsonx_free) json_t *meta = json_object();
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	if (fetched->etag)
		(void)json_object_set_new(meta, "etag",
					  json_string(fetched->etag));
	jsonx_format(meta, &text);
	if (fchmodat(folder, name, 0600, 0) < 0 ||
	    utimensat(folder, name, times, 0) < 0)
		return error_sys(err, errno, "set the file's time");
	return atomicfile_put(folder, "meta.json", text.text, text.length, 0,
			      err);
}

static int note_file(const struct build_request *build, const char *url,
		     int folder, struct error *err)
{
	autoclean(hasher_free) struct hasher *hasher =
		hasher_new(DIGEST_SHA256);
	autoclose int fd = fs_open_raw(folder, "data", FS_NO_LINKS, O_RDONLY,
				       0);
	struct digest digest;
	char chunk[CHUNK];
	ssize_t got;

	if (fd < 0)
		return error_sys(err, errno, "open what was fetched");
	while ((got = read(fd, chunk, sizeof(chunk))) > 0)
		hasher_update(hasher, chunk, (size_t)got);
	if (got < 0)
		return error_sys(err, errno, "read what was fetched");
	hasher_finish(hasher, &digest);
	build_materials_add(build->materials, url, "sha256",
			    digest_hex(&digest));
	return 0;
}

static int fetch_file(const struct build_request *build,
		      const struct fetch_wish *wish, struct add_fetched *out,
		      struct error *err)
{
	autoclean(fetched_release) struct build_fetched fetched = { false };
	autofree char *folder = NULL;
	autofree char *etag = NULL;
	struct digest digest;
	struct build_fetch fetch = {
		.url = wish->url,
		.name = "data",
		.checksum = wish->checksum,
	};

	out->name = file_name(wish->url, err);
	if (!out->name)
		return -1;
	hasher_digest(DIGEST_SHA256, wish->url, strlen(wish->url), &digest);
	folder = xasprintf("cache/fetched/%s", digest_hex(&digest));
	if (store_folder(build->store, folder, &out->folder, err) < 0)
		return -1;
	etag = known_etag(out->folder);
	fetch.known = etag;
	fetch.folder = out->folder;
	if (build->host->fetch(build->host->context, &fetch, &fetched, err) < 0)
		return -1;
	if (!fetched.is_unchanged &&
	    note(out->folder, &fetched, "data", err) < 0)
		return -1;
	out->path = xstrdup("data");
	return build->materials ? note_file(build, wish->url, out->folder, err)
				: 0;
}

/* What the lock says URL must be; an own checksum must be the same. */
static int find_locked(const struct build_request *build, const char *url,
		       const char **checksum, struct error *err)
{
	const char *locked;

	if (!build->lock)
		return 0;
	locked = add_fetch_is_git(url)
			 ? lock_file_git(build->lock, url)
			 : lock_file_url(build->lock, url, "digest");
	if (!locked)
		return error_set(err, ERROR_INVALID,
				 "it is not in Dockerfile.lock");
	if (*checksum && !add_fetch_is_git(url) && strcmp(*checksum, locked))
		return error_set(err, ERROR_INVALID,
				 "--checksum=%s and Dockerfile.lock's %s are "
				 "not the same",
				 *checksum, locked);
	*checksum = locked;
	return 0;
}

/* Before anything is asked of anybody. */
static int check_checksum(const struct fetch_wish *wish, struct error *err)
{
	struct digest digest;

	if (!wish->checksum || add_fetch_is_git(wish->url) ||
	    digest_parse(wish->checksum, &digest, err) == 0)
		return 0;
	return error_wrap(err, "--checksum");
}

int add_fetch(const struct build_request *build,
	      const struct build_place *place,
	      const struct copy_instruction *copy, const char *url,
	      struct add_fetched *out, struct error *err)
{
	struct fetch_wish wish = { url, copy->checksum, copy->keep_git_dir };

	if (check_checksum(&wish, err) < 0 ||
	    find_locked(build, url, &wish.checksum, err) < 0)
		return -1;
	if (add_fetch_is_git(url))
		return fetch_git(build, place, &wish, out, err);
	return fetch_file(build, &wish, out, err);
}

void add_fetched_release(struct add_fetched *fetched)
{
	cleanup_close(&fetched->folder);
	free(fetched->path);
	free(fetched->name);
	*fetched = (struct add_fetched)ADD_FETCHED_INIT;
}

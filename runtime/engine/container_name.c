/* SPDX-License-Identifier: Apache-2.0 */
/* Claiming and making up container names. */
#include "runtime/engine/container_name.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/lockfile.h"
#include "layers/store/container_folder.h"

bool container_is_name(const char *text)
{
	static const char first[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	static const char rest[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";

	return strlen(text) > 1 && strlen(text) < 200 &&
	       strspn(text, first) > 0 && strspn(text, rest) == strlen(text);
}

enum { NAME_LOCK_WAIT_MS = 60000 };

static bool has_folder(const struct store *store, const char *id)
{
	autofree char *folder = container_folder_path(id);
	autofree char *path = xasprintf("%s/container.json", folder);

	return fs_exists(store->root_fd, path);
}

int container_name_read(const struct store *store, const char *name,
			char id[static CONTAINER_ID_MAX], struct error *err)
{
	autofree char *path = xasprintf("names/%s", name);
	autoclean(strbuf_release) struct strbuf text = STRBUF_LIMIT(128);

	if (fs_read_file(store->root_fd, path, 128, &text, err) < 0)
		return -1;
	text.text[strcspn(text.text, "\n")] = '\0';
	if (strlen(text.text) != CONTAINER_ID_DIGITS ||
	    strspn(text.text, "0123456789abcdef") != CONTAINER_ID_DIGITS)
		return error_set(err, ERROR_NOT_FOUND,
				 "name %s: its file is damaged", name);
	memcpy(id, text.text, CONTAINER_ID_MAX);
	return 0;
}

/* Claiming and giving back take turns: both look first and act then. */
static int take_turn(const struct store *store, int *folder_out,
		     struct lockfile *lock, struct error *err)
{
	autoclose int folder = -1;

	if (store_folder(store, "names", &folder, err) < 0 ||
	    lockfile_acquire(lock, folder, ".lock", LOCKFILE_EXCLUSIVE,
			     NAME_LOCK_WAIT_MS, err) < 0)
		return -1;
	*folder_out = TAKE_FD(folder);
	return 0;
}

/* By a rename: who reads without the lock sees a whole file or none. */
static int write_owner(int folder, const char *name, const char *id,
		       struct error *err)
{
	autofree char *line = xasprintf("%s\n", id);
	autoclose int fd = openat(
		folder, ".new",
		O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return error_sys(err, errno, "claim name %s", name);
	if (fs_write_all(fd, line, strlen(line), err) < 0)
		return -1;
	if (renameat(folder, ".new", folder, name) < 0)
		return error_sys(err, errno, "claim name %s", name);
	return 0;
}

int container_name_claim(const struct store *store, const char *name,
			 const char *id, struct error *err)
{
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;
	autoclose int folder = -1;
	char owner[CONTAINER_ID_MAX] = "";

	if (take_turn(store, &folder, &lock, err) < 0)
		return -1;
	if (container_name_read(store, name, owner, err) < 0)
		error_release(err); /* free, or damaged by a crash */
	else if (has_folder(store, owner))
		return error_set(err, ERROR_EXISTS,
				 "Conflict. The container name \"/%s\" is "
				 "already in use by container \"%s\". You "
				 "have to remove (or rename) that container "
				 "to be able to reuse that name.",
				 name, owner);
	return write_owner(folder, name, id, err);
}

int container_name_drop(const struct store *store, const char *name,
			const char *id, struct error *err)
{
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;
	autoclose int folder = -1;
	char owner[CONTAINER_ID_MAX] = "";

	if (!container_is_name(name))
		return 0; /* it never had one */
	if (take_turn(store, &folder, &lock, err) < 0)
		return -1;
	if (container_name_read(store, name, owner, err) < 0) {
		error_release(err);
		return 0;
	}
	if (strcmp(owner, id) != 0)
		return 0;
	if (unlinkat(folder, name, 0) < 0 && errno != ENOENT)
		return error_sys(err, errno, "give name %s back", name);
	return 0;
}

char *container_name_invent(unsigned tries)
{
	static const char *const left[] = {
		"able",	  "agile",  "amber",  "apt",	"bold",	  "brave",
		"bright", "brisk",  "calm",   "candid", "clear",  "clever",
		"cosmic", "crisp",  "daring", "deft",	"eager",  "early",
		"exact",  "fair",   "fine",   "fleet",	"fond",	  "frank",
		"gentle", "glad",   "golden", "grand",	"handy",  "happy",
		"hardy",  "humble", "ideal",  "jolly",	"keen",	  "kind",
		"lively", "loyal",  "lucid",  "lucky",	"mellow", "merry",
		"mighty", "modest", "neat",   "nimble", "noble",  "patient",
		"plucky", "polite", "proud",  "quick",	"quiet",  "rapid",
		"sage",	  "serene", "sharp",  "sleek",	"smart",  "steady",
		"sunny",  "swift",  "tidy",   "vivid",
	};
	static const char *const right[] = {
		"ada",	     "babbage",	 "backus",   "bell",	   "boole",
		"brooks",    "cerf",	 "church",   "clarke",	   "codd",
		"curie",     "darwin",	 "dijkstra", "engelbart",  "euler",
		"faraday",   "fermat",	 "feynman",  "floyd",	   "galileo",
		"gauss",     "goedel",	 "goldberg", "hamilton",   "hamming",
		"hilbert",   "hoare",	 "hopper",   "huffman",	   "iverson",
		"johnson",   "kahn",	 "karp",     "kay",	   "kepler",
		"kernighan", "knuth",	 "lamport",  "lamarr",	   "liskov",
		"lovelace",  "mccarthy", "milner",   "minsky",	   "moore",
		"naur",	     "newton",	 "noether",  "pascal",	   "perlman",
		"ritchie",   "sammet",	 "shannon",  "stroustrup", "tarjan",
		"tesla",     "thompson", "torvalds", "turing",	   "wiles",
		"wilkes",    "wirth",	 "yao",	     "zuse",
	};
	uint32_t random = 0;

	/* not secret: without entropy the names only repeat */
	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) < 0)
		random = (uint32_t)getpid() + tries * 7919;
	if (!tries)
		return xasprintf("%s_%s", left[random % 64],
				 right[random / 64 % 64]);
	return xasprintf("%s_%s%u", left[random % 64], right[random / 64 % 64],
			 random / 4096 % 10000);
}

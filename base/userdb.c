/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Users and groups of a root file system.
 *
 * USER    = "" | user [ ":" group ]      user, group = name | 1*DIGIT
 * passwd  = name ":" x ":" uid ":" gid ":" comment ":" home [ ":" shell ]
 * group   = name ":" x ":" gid ":" [ member *( "," member ) ]
 */
#include "base/userdb.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fs.h"

enum {
	USERDB_FILE_LIMIT = 10 << 20,
	/* the kernel takes 65536, but finding doubles is quadratic */
	USERDB_GROUPS_LIMIT = 4096,
	USERDB_FIELDS = 7,
};

/* A piece of the text, not terminated. */
struct slice {
	const char *at;
	size_t length;
};

/* One line cut at its colons; missing fields are empty. */
struct record {
	struct slice fields[USERDB_FIELDS];
	size_t count;
};

static bool slice_is(struct slice slice, const char *text)
{
	return strlen(text) == slice.length &&
	       memcmp(slice.at, text, slice.length) == 0;
}

/* An id of digits only, up to 2^31-1. */
static bool slice_id(struct slice slice, uint32_t *out)
{
	uint64_t value = 0;

	if (!slice.length)
		return false;
	for (size_t i = 0; i < slice.length; i++) {
		if (slice.at[i] < '0' || slice.at[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(slice.at[i] - '0');
		if (value > INT32_MAX)
			return false;
	}
	*out = (uint32_t)value;
	return true;
}

static bool is_digits(const char *text)
{
	return *text && strspn(text, "0123456789") == strlen(text);
}

static struct slice slice_of(const char *text)
{
	return (struct slice){ text, strlen(text) };
}

static struct record cut_line(const char *line, size_t length)
{
	struct record record = { 0 };
	const char *end = line + length;

	while (record.count < USERDB_FIELDS) {
		const char *colon = memchr(line, ':', (size_t)(end - line));
		const char *stop = colon ? colon : end;

		record.fields[record.count++] =
			(struct slice){ line, (size_t)(stop - line) };
		if (!colon)
			break;
		line = colon + 1;
	}
	return record;
}

/* The next line of *TEXT as a record; false at its end. */
static bool next_record(const char **text, struct record *out)
{
	const char *line = *text;
	const char *end;

	if (!*line)
		return false;
	end = strchrnul(line, '\n');
	*out = cut_line(line, (size_t)(end - line));
	*text = *end ? end + 1 : end;
	return true;
}

/* The entry of passwd that WANTED stands for: digits are always an id. */
static bool find_user(const char *passwd, const char *wanted,
		      struct userdb_identity *out)
{
	struct record record;
	uint32_t wanted_id = 0;
	bool by_id = is_digits(wanted);

	if (by_id && !slice_id(slice_of(wanted), &wanted_id))
		return false;
	while (next_record(&passwd, &record)) {
		uint32_t uid;
		uint32_t gid;

		if (!record.fields[0].length ||
		    !slice_id(record.fields[2], &uid) ||
		    !slice_id(record.fields[3], &gid))
			continue;
		if (by_id ? uid != wanted_id
			  : !slice_is(record.fields[0], wanted))
			continue;
		out->uid = uid;
		out->gid = gid;
		out->name = xstrndup(record.fields[0].at,
				     record.fields[0].length);
		if (record.fields[5].length)
			out->home = xstrndup(record.fields[5].at,
					     record.fields[5].length);
		return true;
	}
	return false;
}

static bool find_group(const char *group, const char *wanted, uint32_t *out)
{
	struct record record;

	if (is_digits(wanted))
		return slice_id(slice_of(wanted), out);
	while (next_record(&group, &record))
		if (slice_is(record.fields[0], wanted) &&
		    slice_id(record.fields[2], out))
			return true;
	return false;
}

static int add_group(struct userdb_identity *identity, uint32_t gid,
		     struct error *err)
{
	for (size_t i = 0; i < identity->group_count; i++)
		if (identity->groups[i] == gid)
			return 0;
	if (identity->group_count >= USERDB_GROUPS_LIMIT)
		return error_set(err, ERROR_TOO_LARGE,
				 "more than %d groups for one user",
				 USERDB_GROUPS_LIMIT);
	identity->groups = xreallocarray(identity->groups,
					 identity->group_count + 1,
					 sizeof(*identity->groups));
	identity->groups[identity->group_count++] = gid;
	return 0;
}

static bool has_member(struct slice members, const char *name)
{
	const char *at = members.at ? members.at : ""; /* a line cut short */
	const char *end = at + members.length;

	while (at < end) {
		const char *comma = memchr(at, ',', (size_t)(end - at));
		const char *stop = comma ? comma : end;

		if (slice_is((struct slice){ at, (size_t)(stop - at) }, name))
			return true;
		at = stop + 1;
	}
	return false;
}

static int add_memberships(const char *group, struct userdb_identity *identity,
			   struct error *err)
{
	struct record record;

	while (identity->name && next_record(&group, &record)) {
		uint32_t gid;

		if (!slice_id(record.fields[2], &gid) ||
		    !has_member(record.fields[3], identity->name))
			continue;
		if (add_group(identity, gid, err) < 0)
			return -1;
	}
	return 0;
}

static int resolve_user(const char *passwd, const char *user,
			struct userdb_identity *out, struct error *err)
{
	if (find_user(passwd, *user ? user : "0", out) || !*user)
		return 0;
	if (!is_digits(user))
		return error_set(err, ERROR_NOT_FOUND,
				 "unable to find user %s: no matching entries "
				 "in passwd file",
				 user);
	if (!slice_id(slice_of(user), &out->uid))
		return error_set(err, ERROR_INVALID,
				 "user id %s: uids and gids must be in range "
				 "0-2147483647",
				 user);
	return 0;
}

static int resolve_group(const char *group, const char *wanted, uint32_t *out,
			 struct error *err)
{
	if (find_group(group, wanted, out))
		return 0;
	if (is_digits(wanted))
		return error_set(err, ERROR_INVALID,
				 "group id %s: uids and gids must be in range "
				 "0-2147483647",
				 wanted);
	return error_set(err, ERROR_NOT_FOUND,
			 "unable to find group %s: no matching entries in "
			 "group file",
			 wanted);
}

static int resolve(const char *passwd, const char *group, const char *text,
		   struct userdb_identity *out, struct error *err)
{
	autofree char *user = xstrdup(text);
	char *colon = strchr(user, ':');

	if (colon) {
		*colon++ = '\0';
		if (!*colon || strchr(colon, ':'))
			return error_set(err, ERROR_INVALID,
					 "invalid user \"%s\": expected "
					 "[user][:group]",
					 text);
	}
	if (resolve_user(passwd, user, out, err) < 0)
		return -1;
	if (!out->home)
		out->home = xstrdup("/");
	if (colon && resolve_group(group, colon, &out->gid, err) < 0)
		return -1;
	if (add_group(out, out->gid, err) < 0)
		return -1;
	/* a group given by hand replaces the memberships, as docker has it */
	return colon ? 0 : add_memberships(group, out, err);
}

int userdb_resolve_text(const char *passwd, const char *group, const char *user,
			struct userdb_identity *out, struct error *err)
{
	*out = (struct userdb_identity)USERDB_IDENTITY_INIT;
	if (resolve(passwd, group, user, out, err) == 0)
		return 0;
	userdb_identity_release(out);
	return -1;
}

/*
 * Opens NAME inside ROOT if it is a regular file; *OUT stays -1 when there is
 * none. The image may hold a fifo or a device there, and even opening one of
 * those has effects, so the file is looked at through a path handle first.
 */
static int open_database(int root, const char *name, int *out,
			 struct error *err)
{
	autoclose int handle = fs_open_raw(root, name, FS_IN_ROOT, O_PATH, 0);
	char path[32];
	struct stat st;

	if (handle < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (handle < 0 || fstat(handle, &st) < 0)
		return error_sys(err, errno, "open /%s of the container", name);
	if (!S_ISREG(st.st_mode))
		return error_set(err, ERROR_INVALID,
				 "/%s of the container is not a regular file",
				 name);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d",
		       handle); /* 25 bytes at most */
	*out = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (*out < 0)
		return error_sys(err, errno, "open /%s of the container", name);
	return 0;
}

/* Reads NAME inside ROOT; an image without it is fine. */
static int read_database(int root, const char *name, struct strbuf *out,
			 struct error *err)
{
	autoclose int fd = -1;

	if (open_database(root, name, &fd, err) < 0)
		return -1;
	if (fd >= 0 && fs_read_fd(fd, USERDB_FILE_LIMIT, out, err) < 0)
		return error_wrap(err, "/%s of the container", name);
	return 0;
}

int userdb_resolve(int root, const char *user, struct userdb_identity *out,
		   struct error *err)
{
	autoclean(strbuf_release) struct strbuf passwd =
		STRBUF_LIMIT(USERDB_FILE_LIMIT);
	autoclean(strbuf_release) struct strbuf group =
		STRBUF_LIMIT(USERDB_FILE_LIMIT);

	*out = (struct userdb_identity)USERDB_IDENTITY_INIT;
	if (read_database(root, "etc/passwd", &passwd, err) < 0 ||
	    read_database(root, "etc/group", &group, err) < 0)
		return -1;
	return userdb_resolve_text(passwd.text, group.text, user, out, err);
}

int userdb_add_groups(int root, const struct strvec *names,
		      struct userdb_identity *identity, struct error *err)
{
	autoclean(strbuf_release) struct strbuf group =
		STRBUF_LIMIT(USERDB_FILE_LIMIT);

	if (!names->count)
		return 0;
	if (read_database(root, "etc/group", &group, err) < 0)
		return -1;
	for (size_t i = 0; i < names->count; i++) {
		uint32_t gid;

		if (resolve_group(group.text, names->items[i], &gid, err) < 0 ||
		    add_group(identity, gid, err) < 0)
			return -1;
	}
	return 0;
}

void userdb_identity_release(struct userdb_identity *identity)
{
	free(identity->groups);
	free(identity->name);
	free(identity->home);
	*identity = (struct userdb_identity)USERDB_IDENTITY_INIT;
}

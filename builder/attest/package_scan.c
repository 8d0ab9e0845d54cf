/* SPDX-License-Identifier: Apache-2.0 */
/* Finding databases of packages. */
#include "builder/attest/package_scan.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "builder/attest/apk_installed.h"
#include "builder/attest/bdb_hash.h"
#include "builder/attest/dpkg_status.h"
#include "builder/attest/rpm_header.h"
#include "builder/attest/rpm_ndb.h"
#include "builder/attest/sqlite_table.h"
#include "builder/builder_limits.h"

enum { OS_RELEASE_MAX = 64 << 10 };

typedef int parse_packages(const char *bytes, size_t length,
			   struct packages *out, struct error *err);

/* A regular file's bytes; *IS_THERE_OUT false when there is none. */
static int read_text(int root, const char *path, size_t limit,
		     struct strbuf *out, bool *is_there_out, struct error *err)
{
	autoclose int fd = fs_open_raw(root, path, FS_IN_ROOT,
				       O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	struct stat st;

	*is_there_out = false;
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP))
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0)
		return error_sys(err, errno, "read %s of the image", path);
	if (!S_ISREG(st.st_mode))
		return 0;
	*is_there_out = true;
	if (fs_read_fd(fd, limit, out, err) < 0)
		return error_wrap(err, "read %s of the image", path);
	return 0;
}

/* A file of no bytes is a database that nothing was written to yet. */
static int read_packages(int root, const char *path, parse_packages *parse,
			 struct packages *out, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(BUILDER_MAX_PACKAGE_FILE);
	bool is_there;

	if (read_text(root, path, BUILDER_MAX_PACKAGE_FILE, &text, &is_there,
		      err) < 0)
		return -1;
	if (!is_there || !text.length ||
	    parse(text.text, text.length, out, err) == 0)
		return 0;
	return error_wrap(err, "%s of the image", path);
}

/* Images that were made without dpkg have a file for each package. */
static int read_status_folder(int root, struct packages *out, struct error *err)
{
	static const char folder[] = "var/lib/dpkg/status.d";
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;
	autoclose int fd = fs_open_raw(root, folder, FS_IN_ROOT,
				       O_RDONLY | O_DIRECTORY, 0);

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == ELOOP
			       ? 0
			       : error_sys(err, errno, "read %s of the image",
					   folder);
	if (fs_list(fd, ".", &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		autofree char *path = xasprintf("%s/%s", folder,
						names.items[i]);
		size_t length = strlen(path);

		if (length > 8 && !strcmp(path + length - 8, ".md5sums"))
			continue;
		if (read_packages(root, path, dpkg_status_parse, out, err) < 0)
			return -1;
	}
	return 0;
}

static int take_header(void *context, const void *blob, size_t length,
		       struct error *err)
{
	return rpm_header_parse(blob, length, context, err);
}

static int parse_sqlite(const char *bytes, size_t length, struct packages *out,
			struct error *err)
{
	const struct sqlite_rows rows = { take_header, out };

	return sqlite_table_read(bytes, length, "Packages", &rows, err);
}

static int parse_ndb(const char *bytes, size_t length, struct packages *out,
		     struct error *err)
{
	const struct rpm_ndb_blobs blobs = { take_header, out };

	return rpm_ndb_read(bytes, length, &blobs, err);
}

/* The key is the header's number; that of 0 is how many were given out. */
static int take_pair(void *context, const struct bdb_item *key,
		     const struct bdb_item *value, struct error *err)
{
	static const char none[4];

	if (key->length == sizeof(none) &&
	    !memcmp(key->bytes, none, sizeof(none)))
		return 0;
	return take_header(context, value->bytes, value->length, err);
}

static int parse_bdb(const char *bytes, size_t length, struct packages *out,
		     struct error *err)
{
	const struct bdb_pairs pairs = { take_pair, out };

	return bdb_hash_read(bytes, length, &pairs, err);
}

static bool has_bytes(int root, const char *path)
{
	autoclose int fd = fs_open_raw(root, path, FS_IN_ROOT,
				       O_PATH | O_NOFOLLOW, 0);
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && st.st_size > 0;
}

/*
 * One place of rpm's, which keeps one of three databases. SQLite's log is
 * named and not read: what it has is in no database yet.
 */
static int read_rpm(int root, const char *folder, struct package_scan *out,
		    struct error *err)
{
	static const struct {
		const char *name;
		parse_packages *parse;
	} databases[] = {
		{ "rpmdb.sqlite", parse_sqlite },
		{ "Packages.db", parse_ndb },
		{ "Packages", parse_bdb },
	};
	autofree char *log = xasprintf("%s/rpmdb.sqlite-wal", folder);

	if (has_bytes(root, log))
		strvec_addf(&out->notes,
			    "/%s (changes that are in no database yet) was "
			    "not read",
			    log);
	for (size_t i = 0; i < sizeof(databases) / sizeof(*databases); i++) {
		autofree char *path = xasprintf("%s/%s", folder,
						databases[i].name);

		if (read_packages(root, path, databases[i].parse,
				  &out->packages, err) < 0)
			return -1;
	}
	return 0;
}

static int read_release(int root, struct os_release *out, struct error *err)
{
	static const char *const paths[] = { "etc/os-release",
					     "usr/lib/os-release" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		autoclean(strbuf_release) struct strbuf text =
			STRBUF_LIMIT(OS_RELEASE_MAX);
		bool is_there;

		if (read_text(root, paths[i], OS_RELEASE_MAX, &text, &is_there,
			      err) < 0)
			return -1;
		if (!is_there)
			continue;
		os_release_parse(text.text, text.length, out);
		return 0;
	}
	return 0;
}

/* Whether both paths lead to one folder, as where one is a link. */
static bool is_same(int root, const char *one, const char *two)
{
	autoclose int first = fs_open_raw(root, one, FS_IN_ROOT, O_PATH, 0);
	autoclose int second = fs_open_raw(root, two, FS_IN_ROOT, O_PATH, 0);
	struct stat a;
	struct stat b;

	return first >= 0 && second >= 0 && fstat(first, &a) == 0 &&
	       fstat(second, &b) == 0 && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

/* Each of two places, unless they are one. */
static int read_twice(int root, const char *const places[static 2],
		      int (*read)(int root, const char *place,
				  struct package_scan *out, struct error *err),
		      struct package_scan *out, struct error *err)
{
	if (read(root, places[0], out, err) < 0)
		return -1;
	return is_same(root, places[0], places[1])
		       ? 0
		       : read(root, places[1], out, err);
}

static int read_apk(int root, const char *folder, struct package_scan *out,
		    struct error *err)
{
	autofree char *path = xasprintf("%s/installed", folder);

	return read_packages(root, path, apk_installed_parse, &out->packages,
			     err);
}

int package_scan_read(int root, struct package_scan *out, struct error *err)
{
	static const char *const apk[2] = { "lib/apk/db", "usr/lib/apk/db" };
	static const char *const rpm[2] = { "var/lib/rpm",
					    "usr/lib/sysimage/rpm" };

	if (read_release(root, &out->release, err) < 0 ||
	    read_packages(root, "var/lib/dpkg/status", dpkg_status_parse,
			  &out->packages, err) < 0 ||
	    read_status_folder(root, &out->packages, err) < 0 ||
	    read_twice(root, apk, read_apk, out, err) < 0 ||
	    read_twice(root, rpm, read_rpm, out, err) < 0)
		return -1;
	packages_sort(&out->packages);
	return 0;
}

void package_scan_release(struct package_scan *scan)
{
	packages_release(&scan->packages);
	os_release_release(&scan->release);
	strvec_release(&scan->notes);
}

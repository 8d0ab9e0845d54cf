/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A place to unpack archives of a fixture into, and a canary beside it that
 * nothing may touch: a directory with a file only root can read, whose names,
 * modes, contents, times and link counts are compared after each case.
 */
#ifndef TESTS_UNIT_LAYERS_UNPACK_FIXTURE_H
#define TESTS_UNIT_LAYERS_UNPACK_FIXTURE_H

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fs.h"
#include "layers/tar/unpack.h"
#include "tests/unit/layers/tar_fixture.h"

struct place {
	char base[64];	 /* everything is in here */
	char canary[80]; /* base + "/C" */
	int base_fd;
	int root; /* base + "/root", what is unpacked into */
};

static inline void place_write(int dirfd, const char *name, const char *text)
{
	int fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
			0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(close(fd), 0);
}

/* Make an empty place with its canary. */
static inline void place_init(struct place *p)
{
	static const struct timespec times[2] = { { 1000, 0 }, { 1000, 0 } };
	int canary;

	(void)snprintf(p->base, sizeof(p->base), "/tmp/imgctl-unpack-XXXXXX");
	assert_non_null(mkdtemp(p->base));
	(void)snprintf(p->canary, sizeof(p->canary), "%s/C", p->base);
	p->base_fd = open(p->base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(p->base_fd >= 0);
	assert_int_equal(mkdirat(p->base_fd, "C", 0755), 0);
	assert_int_equal(mkdirat(p->base_fd, "root", 0755), 0);
	canary = openat(p->base_fd, "C", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	place_write(canary, "secret", "secret\n");
	assert_int_equal(utimensat(canary, "secret", times, 0), 0);
	assert_int_equal(futimens(canary, times), 0);
	(void)close(canary);
	p->root = openat(p->base_fd, "root",
			 O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(p->root >= 0);
}

/* How many names the directory FD has, "." and ".." included; closes it. */
static inline int place_count(int fd)
{
	DIR *dir = fdopendir(fd);
	int names = 0;

	while (readdir(dir))
		names++;
	(void)closedir(dir); /* only read */
	return names;
}

static inline bool place_secret_is_untouched(int fd)
{
	char content[16] = "";
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_mode == (S_IFREG | 0600) &&
	       st.st_mtime == 1000 && st.st_nlink == 1 &&
	       st.st_uid == geteuid() &&
	       read(fd, content, sizeof(content)) == 7 &&
	       !strcmp(content, "secret\n");
}

/* Whether nothing has happened to the canary. */
static inline bool place_is_untouched(const struct place *p)
{
	autoclose int fd = openat(p->base_fd, "C",
				  O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autoclose int secret = openat(p->base_fd, "C/secret",
				      O_RDONLY | O_CLOEXEC);
	struct stat st;

	return fd >= 0 && secret >= 0 && fstat(fd, &st) == 0 &&
	       st.st_mode == (S_IFDIR | 0755) && st.st_mtime == 1000 &&
	       place_count(TAKE_FD(fd)) == 3 &&
	       place_secret_is_untouched(secret);
}

static inline void place_release(struct place *p)
{
	struct error err = ERROR_INIT;
	autoclose int tmp = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)close(p->root);
	(void)close(p->base_fd);
	if (fs_remove_tree(tmp, p->base + strlen("/tmp/"), &err) < 0)
		print_error("%s\n", err.msg);
	error_release(&err);
}
DEFINE_CLEANUP(struct place, place_release)

/* Unpack the archive F (its end included) into P. */
static inline int place_unpack(const struct place *p, const struct fixture *f,
			       const struct unpack_options *options,
			       struct unpack_result *out, struct error *err)
{
	struct fixture_source memory = { f->data, f->length, 0, 0, 0 };
	const struct unpack_source source = { fixture_read, NULL, &memory };
	struct unpack_options o = *options;

	o.directory = p->root;
	return unpack_layer(&source, &o, out, err);
}

/* lstat NAME in P; fails the test when it is not there. */
static inline struct stat place_stat(const struct place *p, const char *name)
{
	struct stat st = { 0 };

	if (fstatat(p->root, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		fail_msg("%s is not there", name);
	return st;
}

/* Whether NAME is in P. */
static inline bool place_has(const struct place *p, const char *name)
{
	return fs_exists(p->root, name);
}

/* Fails unless the file NAME holds TEXT. */
static inline void place_expect(const struct place *p, const char *name,
				const char *text)
{
	struct error err = ERROR_INIT;
	struct strbuf content = STRBUF_INIT;

	if (fs_read_file(p->root, name, 1 << 20, &content, &err) < 0)
		fail_msg("%s", err.msg);
	assert_string_equal(content.text, text);
	strbuf_release(&content);
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 *   file = header text program
 *
 * The header is in this machine's own form: a file never travels.
 */
#include "runtime/seccomp/seccomp_cache.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/atomicfile.h"
#include "base/fs.h"
#include "base/log.h"

#define FOLDER "seccomp"

enum {
	NAME_SIZE = sizeof(FOLDER) + 4,
	VERSION_SIZE = 32,
	TEXT_MAX = 1 << 20, /* longer profiles are not kept */
	FILE_MAX = TEXT_MAX + (64 << 10),
};

/* Never a member that the next aligns away: all of it is compared. */
struct header {
	/* the digest of the sources of this folder */
	char version[VERSION_SIZE];
	uint64_t capabilities;
	uint64_t text_length; /* and one, when there is a text */
	uint64_t check;	      /* see check_of */
	uint32_t arch;
	uint32_t kernel_major;
	uint32_t kernel_minor;
	uint32_t flags;
	uint32_t wants_listener;
	uint32_t instructions;
};

/* FNV-1a over words of eight bytes: no bits go unseen, no secret is kept. */
static uint64_t hash(uint64_t seed, const void *data, size_t length)
{
	const char *at = data;

	while (length) {
		uint64_t word = 0;
		size_t part = length < sizeof(word) ? length : sizeof(word);

		memcpy(&word, at, part);
		seed = (seed ^ word) * UINT64_C(0x100000001b3);
		seed ^= seed >> 29;
		at += part;
		length -= part;
	}
	return seed;
}

/* What a file of KEY must begin with, but for what is about its program. */
static void fill_key(const struct seccomp_cache_key *key, struct header *out)
{
	*out = (struct header){
		.version = SECCOMP_CACHE_VERSION,
		.capabilities = key->context.capabilities,
		.text_length = key->text ? strlen(key->text) + 1 : 0,
		.arch = key->context.arch,
		.kernel_major = key->context.kernel_major,
		.kernel_minor = key->context.kernel_minor,
	};
}

/* What guards a file against damage: its header and its program. */
static uint64_t check_of(struct header header, const void *program)
{
	header.check = 0;
	return hash(hash(0, &header, sizeof(header)), program,
		    header.instructions * sizeof(struct sock_filter));
}

static size_t text_length(const struct header *header)
{
	return header->text_length ? header->text_length - 1 : 0;
}

static void name_file(const struct seccomp_cache_key *key, char name[NAME_SIZE])
{
	struct header header;
	uint64_t sum;

	fill_key(key, &header);
	sum = hash(UINT64_C(0xcbf29ce484222325), &header, sizeof(header));
	sum = hash(sum, key->text, text_length(&header));
	sum ^= sum >> 32;
	sum ^= sum >> 16;
	sum ^= sum >> 8;
	(void)snprintf(name, NAME_SIZE, FOLDER "/%02x", (unsigned)sum & 0xff);
}

void seccomp_cache_format(const struct seccomp_cache_key *key,
			  const struct seccomp_filter *filter,
			  struct strbuf *out)
{
	size_t size = filter->program.len * sizeof(struct sock_filter);
	struct header header;

	fill_key(key, &header);
	header.flags = filter->flags;
	header.wants_listener = filter->wants_listener;
	header.instructions = filter->program.len;
	header.check = check_of(header, filter->program.filter);
	strbuf_add(out, &header, sizeof(header));
	strbuf_add(out, key->text, text_length(&header));
	strbuf_add(out, filter->program.filter, size);
}

bool seccomp_cache_parse(const char *bytes, size_t length,
			 const struct seccomp_cache_key *key,
			 struct seccomp_filter *out)
{
	struct header header, want;
	const char *text = bytes + sizeof(header);
	size_t size;

	if (length < sizeof(header))
		return false;
	memcpy(&header, bytes, sizeof(header));
	fill_key(key, &want);
	want.flags = header.flags;
	want.wants_listener = header.wants_listener == 1;
	want.instructions = header.instructions;
	want.check = header.check;
	if (memcmp(&header, &want, sizeof(header)) != 0 ||
	    header.instructions == 0 || header.instructions > BPF_MAXINSNS)
		return false;
	size = header.instructions * sizeof(struct sock_filter);
	if (length - sizeof(header) != text_length(&header) + size ||
	    (key->text && memcmp(text, key->text, text_length(&header)) != 0) ||
	    check_of(header, text + text_length(&header)) != header.check)
		return false;
	out->program.len = (unsigned short)header.instructions;
	out->program.filter = xmemdup(text + text_length(&header), size);
	out->flags = header.flags;
	out->wants_listener = header.wants_listener == 1;
	return true;
}

bool seccomp_cache_find(int run_fd, const struct seccomp_cache_key *key,
			struct seccomp_filter *out)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_LIMIT(FILE_MAX);
	autoclean(error_release) struct error err = ERROR_INIT;
	char name[NAME_SIZE];

	name_file(key, name);
	return fs_read_file(run_fd, name, FILE_MAX, &text, &err) == 0 &&
	       seccomp_cache_parse(text.text, text.length, key, out);
}

void seccomp_cache_keep(int run_fd, const struct seccomp_cache_key *key,
			const struct seccomp_filter *filter)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_LIMIT(FILE_MAX);
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclose int folder = -1;
	char name[NAME_SIZE];

	if (key->text && strlen(key->text) > TEXT_MAX)
		return;
	if (mkdirat(run_fd, FOLDER, 0700) < 0 && errno != EEXIST)
		return; /* the next start builds it again */
	folder = openat(run_fd, FOLDER,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	name_file(key, name);
	seccomp_cache_format(key, filter, &text);
	if (folder < 0 || atomicfile_put(folder, name + sizeof(FOLDER),
					 text.text, text.length, 0, &err) < 0)
		log_debug("seccomp", "not kept name=%s error=%s", name,
			  err.msg ? err.msg : "no folder");
}

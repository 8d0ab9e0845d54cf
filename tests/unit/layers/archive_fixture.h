/* SPDX-License-Identifier: Apache-2.0 */
/* Image archives made in memory, for loading. */
#ifndef TESTS_ARCHIVE_FIXTURE_H
#define TESTS_ARCHIVE_FIXTURE_H

#include <dirent.h>

#include "layers/image/image_load.h"
#include "tests/unit/layers/store_fixture.h"
#include "tests/unit/layers/tar_fixture.h"

/* Append a member. */
static inline void archive_member(struct fixture *archive, const char *name,
				  const void *contents, size_t size)
{
	fixture_add(archive, &(struct fixture_entry){ .name = name,
						      .contents = contents,
						      .size = size });
}

/* Append a member of text. */
static inline void archive_text(struct fixture *archive, const char *name,
				const char *text)
{
	archive_member(archive, name, text, strlen(text));
}

/* A layer with one file called NAME. */
static inline void archive_layer(struct fixture *layer, const char *name)
{
	fixture_add(layer, &(struct fixture_entry){ .name = name,
						    .contents = name,
						    .size = strlen(name),
						    .mode = 0640 });
	fixture_end(layer);
}

/* The digest of LAYER's bytes. */
static inline struct digest archive_digest(const struct fixture *layer)
{
	struct digest digest;

	hasher_digest(DIGEST_SHA256, layer->data, layer->length, &digest);
	return digest;
}

/* A config whose layers have these diffIDs; the caller frees it. */
static inline char *archive_config(const struct digest *diff_ids, size_t count)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_addstr(&text, "{\"architecture\":\"amd64\",\"os\":\"linux\","
			     "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[");
	for (size_t i = 0; i < count; i++)
		strbuf_addf(&text, "%s\"%s\"", i ? "," : "", diff_ids[i].text);
	strbuf_addstr(&text, "]}}");
	return strbuf_steal(&text);
}

/*
 * A docker archive with one image of two layers "one" and "two", named TAGS
 * (JSON). Stores the image's id.
 */
static inline void archive_docker(struct fixture *archive, const char *tags,
				  struct digest *id)
{
	autoclean(fixture_release) struct fixture one = { 0 };
	autoclean(fixture_release) struct fixture two = { 0 };
	struct digest diff_ids[2];
	autofree char *config = NULL;
	autofree char *manifest =
		xasprintf("[{\"Config\":\"c.json\",\"RepoTags\":%s,"
			  "\"Layers\":[\"1/layer.tar\",\"2/layer.tar\"]}]",
			  tags);

	archive_layer(&one, "one");
	archive_layer(&two, "two");
	diff_ids[0] = archive_digest(&one);
	diff_ids[1] = archive_digest(&two);
	config = archive_config(diff_ids, 2);
	*id = digest_of(config);
	archive_member(archive, "1/layer.tar", one.data, one.length);
	archive_member(archive, "2/layer.tar", two.data, two.length);
	archive_text(archive, "c.json", config);
	archive_text(archive, "manifest.json", manifest);
	fixture_end(archive);
}

/* Load ARCHIVE in pieces of seven hundred bytes, as a pipe would give it. */
static inline int archive_load(struct store_fixture *fixture,
			       const struct fixture *archive,
			       struct image_load_result *out)
{
	struct fixture_source bytes = { .data = archive->data,
					.length = archive->length,
					.piece = 700 };
	struct unpack_source source = { fixture_read, NULL, &bytes };
	struct image_load request = {
		.store = fixture->store,
		.source = &source,
		.folder = -1,
		.limits = UNPACK_LIMITS_DEFAULT,
		.wait_for_disk = true,
	};

	return image_load(&request, out, &fixture->err);
}

/* How many files lie in a folder of the store, hidden ones too. */
static inline size_t archive_count(struct store_fixture *fixture,
				   const char *path)
{
	int fd = openat(fixture->store->root_fd, path,
			O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	size_t count = 0;

	while (dir && (entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			count++;
	}
	if (dir)
		(void)closedir(dir);
	return count;
}

/* Fail unless the store is as empty as it was before a load. */
static inline void expect_empty(struct store_fixture *fixture)
{
	assert_int_equal(archive_count(fixture, "blobs/sha256"), 0);
	assert_int_equal(archive_count(fixture, "layers"), 0);
	assert_int_equal(archive_count(fixture, "partial"), 0);
	assert_int_equal(archive_count(fixture, "leases"), 0);
	assert_int_equal(archive_count(fixture, "refs"), 0);
}

#endif

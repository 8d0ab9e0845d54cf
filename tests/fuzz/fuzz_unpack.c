/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole layers, compressed or not, unpacked into a fresh directory whose only
 * neighbour is a canary. The first byte chooses: 1 merged, 2 rootless, 4 leave
 * header checksums as they are; else they are made right, since hardly any
 * mutation would get past them.
 */
#include <assert.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "layers/tar/unpack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *data;
	size_t left;
};

static int read_input(void *context, void *buffer, size_t capacity, size_t *got,
		      struct error *err)
{
	struct input *input = context;

	(void)err; /* never fails */
	*got = input->left < capacity ? input->left : capacity;
	memcpy(buffer, input->data, *got);
	input->data += *got;
	input->left -= *got;
	return 0;
}

/* Sums up again every block that looks like a header. */
static void repair(uint8_t *data, size_t size)
{
	for (size_t at = 0; at + 512 <= size; at += 512) {
		uint8_t *h = data + at;
		unsigned sum = 0;

		if (memcmp(h + 257, "ustar", 5) != 0)
			continue;
		memset(h + 148, ' ', 8);
		for (size_t i = 0; i < 512; i++)
			sum += h[i];
		for (size_t i = 6; i-- > 0; sum >>= 3)
			h[148 + i] = (uint8_t)('0' + (sum & 7));
	}
}

static void unpack_into(int directory, const uint8_t *data, size_t size)
{
	autoclean(unpack_result_release) struct unpack_result out =
		UNPACK_RESULT_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	struct unpack_options options = UNPACK_OPTIONS_INIT;
	autofree uint8_t *copy = xmemdup(data + 1, size - 1);
	struct input input = { copy, size - 1 };
	const struct unpack_source source = { read_input, NULL, &input };

	if (!(data[0] & 4))
		repair(copy, size - 1);
	options.directory = directory;
	options.merged = data[0] & 1;
	options.rootless = data[0] & 2;
	options.limits.max_bytes = 4 << 20;
	options.limits.max_entries = 200;
	options.limits.max_window_log = 20;
	if (unpack_layer(&source, &options, &out, &err) == 0)
		assert(out.need == UNPACK_ALONE ||
		       out.need == UNPACK_NEEDS_PARENTS);
	else
		assert(err.kind != ERROR_NONE && err.msg);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char base[] = "/tmp/imgctl-fuzz-XXXXXX";
	autoclose int tmp = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclose int outer = -1;
	autoclose int inner = -1;
	struct stat before;
	struct stat after;

	if (!size || !mkdtemp(base))
		return 0;
	outer = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert(outer >= 0 && mkdirat(outer, "root", 0755) == 0);
	assert(mkdirat(outer, "canary", 0700) == 0);
	inner = openat(outer, "root", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert(inner >= 0 && fstatat(outer, "canary", &before, 0) == 0);
	unpack_into(inner, data, size);
	assert(fstatat(outer, "canary", &after, 0) == 0);
	assert(before.st_mode == after.st_mode &&
	       before.st_ctim.tv_sec == after.st_ctim.tv_sec &&
	       before.st_ctim.tv_nsec == after.st_ctim.tv_nsec);
	if (fs_remove_tree(tmp, base + strlen("/tmp/"), &err) < 0)
		abort();
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Limits of single block devices: --blkio-weight-device PATH:WEIGHT and the
 * four --device-{read,write}-{bps,iops} PATH:RATE. Which node a path is gets
 * found out at creation and is kept with the limit, as for --device.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/alloc.h"
#include "cmd/front/run_parts.h"
#include "cmd/units.h"

enum { WEIGHT_MIN = 10, WEIGHT_MAX = 1000 };

/* Where PATH of "PATH:VALUE" ends; docker's words for what is none. */
static int split(const char *text, size_t *length_out, struct error *err)
{
	size_t length = strcspn(text, ":");

	if (!length || !text[length])
		return error_set(err, ERROR_INVALID, "bad format: %s", text);
	if (strncmp(text, "/dev/", 5) != 0)
		return error_set(err, ERROR_INVALID,
				 "bad format for device path: %s", text);
	*length_out = length;
	return 0;
}

/* Digits and nothing else, as Go's ParseUint reads them. */
static bool read_count(const char *text, int64_t max, int64_t *out)
{
	int64_t value = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		int digit = *text - '0';

		if (digit < 0 || digit > 9 || value > (max - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*out = value;
	return true;
}

static int parse_weight(const char *text, size_t *length, int64_t *out,
			struct error *err)
{
	if (split(text, length, err) < 0)
		return -1;
	if (!read_count(text + *length + 1, WEIGHT_MAX, out) ||
	    (*out && *out < WEIGHT_MIN))
		return error_set(err, ERROR_INVALID,
				 "invalid weight for device: %s", text);
	return 0;
}

static int parse_bytes(const char *text, size_t *length, int64_t *out,
		       struct error *err)
{
	if (split(text, length, err) < 0)
		return -1;
	if (units_parse_size(text + *length + 1, out, err) < 0 || *out < 0)
		return error_set(err, ERROR_INVALID,
				 "invalid rate for device: %s. The correct "
				 "format is <device-path>:<number>[<unit>]. "
				 "Number must be a positive integer. Unit is "
				 "optional and can be kb, mb, or gb",
				 text);
	return 0;
}

static int parse_operations(const char *text, size_t *length, int64_t *out,
			    struct error *err)
{
	if (split(text, length, err) < 0)
		return -1;
	if (!read_count(text + *length + 1, INT64_MAX, out))
		return error_set(err, ERROR_INVALID,
				 "invalid rate for device: %s. The correct "
				 "format is <device-path>:<number>. Number "
				 "must be a positive integer",
				 text);
	return 0;
}

typedef int parse_function(const char *text, size_t *length, int64_t *out,
			   struct error *err);

static int find_node(const char *path, struct stat *out, struct error *err)
{
	if (stat(path, out) < 0)
		return error_set(
			err, errno == ENOENT ? ERROR_NOT_FOUND : ERROR_SYSTEM,
			"stat %s: %s", path, strerror(errno));
	if (!S_ISBLK(out->st_mode))
		return error_set(err, ERROR_INVALID, "%s: not a block device",
				 path);
	return 0;
}

/* One option's items, as docker's list with the node beside the path. */
static int add_limits(const struct strvec *items, parse_function *parse,
		      const char *name, json_t *list, struct error *err)
{
	for (size_t i = 0; i < items->count; i++) {
		autofree char *path = NULL;
		size_t length = 0;
		int64_t value = 0;
		struct stat st;

		if (parse(items->items[i], &length, &value, err) < 0)
			return -1;
		path = xstrndup(items->items[i], length);
		if (find_node(path, &st, err) < 0)
			return -1;
		(void)json_array_append_new(
			list,
			json_pack("{s:s,s:I,s:{s:I,s:I}}", "Path", path, name,
				  (json_int_t)value, "Node", "major",
				  (json_int_t)major(st.st_rdev), "minor",
				  (json_int_t)minor(st.st_rdev)));
	}
	return 0;
}

int run_block_weight(void *field, const char *value, struct error *err)
{
	size_t length;
	int64_t number;

	(void)field; /* a list keeps what passed */
	return parse_weight(value, &length, &number, err);
}

int run_block_bytes(void *field, const char *value, struct error *err)
{
	size_t length;
	int64_t number;

	(void)field; /* a list keeps what passed */
	return parse_bytes(value, &length, &number, err);
}

int run_block_operations(void *field, const char *value, struct error *err)
{
	size_t length;
	int64_t number;

	(void)field; /* a list keeps what passed */
	return parse_operations(value, &length, &number, err);
}

int run_block_devices(const struct run_options *options, json_t *host,
		      struct error *err)
{
	const struct {
		const char *key, *name;
		const struct strvec *items;
		parse_function *parse;
	} rows[] = {
		{ "BlkioWeightDevice", "Weight", &options->weight_devices,
		  parse_weight },
		{ "BlkioDeviceReadBps", "Rate", &options->read_bps,
		  parse_bytes },
		{ "BlkioDeviceWriteBps", "Rate", &options->write_bps,
		  parse_bytes },
		{ "BlkioDeviceReadIOps", "Rate", &options->read_iops,
		  parse_operations },
		{ "BlkioDeviceWriteIOps", "Rate", &options->write_iops,
		  parse_operations },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		json_t *list = json_array();

		(void)json_object_set_new(host, rows[i].key, list);
		if (add_limits(rows[i].items, rows[i].parse, rows[i].name, list,
			       err) < 0)
			return -1;
	}
	return 0;
}

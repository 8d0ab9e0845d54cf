/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For `build`: an index around images, attestations and annotations.
 *
 *   builder-index    on standard input
 *     {"names": [NAME], "index": bool, "annotations": {}, "descriptor": {},
 *      "images": [{"id", "platform", "annotations": {}, "descriptor": {},
 *                  "attestations": [{"type", "predicate": {}}]}]}
 *   and says {"digest", "mediaType", "size"}
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/jsonx.h"
#include "cmd/transfer/transfer_commands.h"
#include "layers/image/index_make.h"

/* Bills of materials are the large part of it. */
enum { REQUEST_MAX = 512 << 20, CHUNK = 65536 };

struct wanted {
	json_t *document;
	struct index_image *images;
	struct attestation **attestations; /* one array for each image */
	size_t count;
	struct reference *names;
	size_t name_count;
};

static void wanted_release(struct wanted *wanted)
{
	for (size_t i = 0; i < wanted->count; i++) {
		platform_release(&wanted->images[i].platform);
		free(wanted->attestations[i]);
	}
	for (size_t i = 0; i < wanted->name_count; i++)
		reference_release(&wanted->names[i]);
	free(wanted->images);
	free(wanted->attestations);
	free(wanted->names);
	json_decref(wanted->document);
}
DEFINE_CLEANUP(struct wanted, wanted_release)

static int read_input(json_t **out, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(REQUEST_MAX);
	char chunk[CHUNK];
	ssize_t got;

	while ((got = read(STDIN_FILENO, chunk, sizeof(chunk))) > 0)
		strbuf_add(&text, chunk, (size_t)got);
	if (got < 0)
		return error_sys(err, errno, "read what to make");
	if (strbuf_check(&text, "the request", err) < 0)
		return -1;
	return jsonx_parse(text.text, text.length, "request", out, err);
}

static int read_attestations(const json_t *object, struct attestation **out,
			     size_t *count_out, struct error *err)
{
	const json_t *entry;
	json_t *entries;
	size_t index;

	if (jsonx_opt_array(object, "attestations", &entries, err) < 0)
		return -1;
	*out = xcalloc(json_array_size(entries) + 1, sizeof(**out));
	json_array_foreach(entries, index, entry)
	{
		json_t *predicate;

		if (jsonx_string(entry, "type", &(*out)[index].type, err) < 0 ||
		    jsonx_object(entry, "predicate", &predicate, err) < 0)
			return -1;
		(*out)[index].predicate = predicate;
		*count_out = index + 1;
	}
	return 0;
}

static int read_image(const json_t *object, struct wanted *out,
		      struct error *err)
{
	struct index_image *image = &out->images[out->count];
	const char *id;
	const char *platform;
	json_t *annotations;
	json_t *descriptor;

	image->platform = (struct platform)PLATFORM_INIT;
	out->count++;
	if (jsonx_string(object, "id", &id, err) < 0 ||
	    digest_parse(id, &image->id, err) < 0 ||
	    jsonx_string(object, "platform", &platform, err) < 0 ||
	    platform_parse(platform, &image->platform, err) < 0 ||
	    jsonx_opt_object(object, "annotations", &annotations, err) < 0 ||
	    jsonx_opt_object(object, "descriptor", &descriptor, err) < 0 ||
	    read_attestations(object, &out->attestations[out->count - 1],
			      &image->attestation_count, err) < 0)
		return -1;
	image->annotations = annotations;
	image->descriptor = descriptor;
	image->attestations = out->attestations[out->count - 1];
	return 0;
}

static int read_images(struct wanted *out, struct error *err)
{
	const json_t *entry;
	json_t *entries;
	size_t index;

	if (jsonx_array(out->document, "images", &entries, err) < 0)
		return -1;
	if (!json_array_size(entries))
		return error_set(err, ERROR_INVALID, "there is no image");
	out->images = xcalloc(json_array_size(entries), sizeof(*out->images));
	out->attestations = xcalloc(json_array_size(entries),
				    sizeof(*out->attestations));
	json_array_foreach(entries, index, entry)
	{
		if (read_image(entry, out, err) < 0)
			return -1;
	}
	return 0;
}

static int read_names(struct wanted *out, struct error *err)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;

	if (jsonx_opt_strings(out->document, "names", &names, err) < 0)
		return -1;
	out->names = xcalloc(names.count + 1, sizeof(*out->names));
	for (size_t i = 0; i < names.count; i++) {
		out->names[i] = (struct reference)REFERENCE_INIT;
		out->name_count++;
		if (reference_parse(names.items[i], &out->names[i], err) < 0)
			return -1;
	}
	return 0;
}

static int say(const struct name_record *record, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autoclean(jsonx_free) json_t *said = json_pack(
		"{s:s,s:s,s:I}", "digest", record->target.text, "mediaType",
		record->media_type, "size", (json_int_t)record->size);

	jsonx_format(said, &text);
	return command_print_line(text.text, err);
}

int cmd_builder_index(struct command_call *call, struct error *err)
{
	autoclean(wanted_release) struct wanted wanted = { NULL };
	autoclean(name_record_release) struct name_record record =
		NAME_RECORD_INIT;
	struct index_make request = { NULL };
	json_t *annotations;
	json_t *descriptor;

	if (context_store(call->context, &request.store, err) < 0 ||
	    read_input(&wanted.document, err) < 0 ||
	    read_images(&wanted, err) < 0 || read_names(&wanted, err) < 0 ||
	    jsonx_opt_object(wanted.document, "annotations", &annotations,
			     err) < 0 ||
	    jsonx_opt_object(wanted.document, "descriptor", &descriptor, err) <
		    0 ||
	    jsonx_opt_bool(wanted.document, "index", &request.is_index, err) <
		    0)
		return -1;
	request.images = wanted.images;
	request.count = wanted.count;
	request.names = wanted.names;
	request.name_count = wanted.name_count;
	request.annotations = annotations;
	request.descriptor = descriptor;
	if (index_make(&request, &record, err) < 0)
		return -1;
	return say(&record, err);
}

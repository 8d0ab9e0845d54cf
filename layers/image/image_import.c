/* SPDX-License-Identifier: Apache-2.0 */
/* Importing a tarball as an image. */
#include "layers/image/image_import.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/jsonx.h"
#include "layers/image/archive_spool.h"
#include "layers/image/config_change.h"
#include "layers/image/image_event.h"
#include "layers/image/image_make.h"
#include "layers/image/layer_pull.h"
#include "layers/tar/plain_source.h"

#define LAYER_MEMBER "layer"

struct importing {
	const struct image_import *request;
	struct archive_spool *spool;
	struct image_events events; /* nobody listens */
	struct descriptor layer;
	struct digest diff_id;
	struct digest id;
};

static void importing_release(struct importing *importing)
{
	archive_spool_free(importing->spool);
}
DEFINE_CLEANUP(struct importing, importing_release)

/* Takes the tarball in as a blob that a layer may be. */
static int take_layer(struct importing *importing, struct error *err)
{
	autoclean(plain_source_free) struct plain_source *plain = NULL;
	struct archive_member member;
	struct unpack_source bytes;

	if (plain_source_open(importing->request->source, true, &plain, err) <
	    0)
		return -1;
	bytes = plain_source_bytes(plain);
	if (archive_spool_add(importing->spool, LAYER_MEMBER, &bytes, err) <
		    0 ||
	    archive_spool_keep(importing->spool, LAYER_MEMBER, &member, err) <
		    0)
		return -1;
	importing->layer.digest = member.digest;
	importing->layer.size = member.size;
	importing->layer.type = MEDIATYPE_OCI_LAYER;
	if (member.format == DECOMPRESS_GZIP)
		importing->layer.type = MEDIATYPE_OCI_LAYER_GZIP;
	if (member.format == DECOMPRESS_ZSTD)
		importing->layer.type = MEDIATYPE_OCI_LAYER_ZSTD;
	return 0;
}

/* Extracts the layer, which tells its diffID. */
static int extract_layer(struct importing *importing, struct error *err)
{
	struct layer_pull request = {
		.store = importing->request->store,
		.blob = &importing->layer,
		.limits = importing->request->limits,
		.events = &importing->events,
	};
	struct layer_pulled pulled;

	if (layer_pull(&request, &pulled, err) < 0)
		return -1;
	if (pulled.needs_parents)
		return error_set(err, ERROR_CORRUPT,
				 "a hard link leads to no file of the archive");
	importing->diff_id = pulled.diff_id;
	return archive_spool_hold_layer(importing->spool,
					digest_hex(&pulled.diff_id), err);
}

/* The whole image configuration, without the changes. */
static json_t *format_config(const struct importing *importing)
{
	const struct image_import *request = importing->request;
	autoclean(platform_release) struct platform host = PLATFORM_INIT;
	const struct platform *platform = request->platform;
	char created[CLOCK_TEXT_MAX];
	json_t *document;

	if (!platform) {
		platform_host(&host);
		platform = &host;
	}
	clock_format(request->created, created);
	document = json_pack(
		"{s:s,s:s,s:s,s:{},s:{s:s,s:[s]},s:[{s:s,s:s}]}",
		"architecture", platform->architecture, "os", platform->os,
		"created", created, "config", "rootfs", "type", "layers",
		"diff_ids", importing->diff_id.text, "history", "created",
		created, "comment",
		request->message ? request->message : "Imported from -");
	if (document && platform->variant)
		(void)json_object_set_new(document, "variant",
					  json_string(platform->variant));
	return document;
}

static int make_image(struct importing *importing, struct error *err)
{
	const struct image_import *request = importing->request;
	autoclean(jsonx_free) json_t *document = format_config(importing);
	struct image_make make = {
		.store = request->store,
		.spool = importing->spool,
		.config = document,
		.layers = &importing->layer,
		.layer_count = 1,
		.name = request->name,
		.limits = request->limits,
		.wait_for_disk = request->wait_for_disk,
	};

	if (!document)
		return error_set(err, ERROR_INVALID,
				 "the message is not valid UTF-8");
	if (config_change_apply(request->changes,
				json_object_get(document, "config"), err) < 0)
		return -1;
	return image_make(&make, &importing->id, err);
}

static int import_all(struct importing *importing, struct error *err)
{
	if (archive_spool_new(importing->request->store, &importing->spool,
			      err) < 0 ||
	    take_layer(importing, err) < 0 || extract_layer(importing, err) < 0)
		return -1;
	return make_image(importing, err);
}

/* A change that is none is told before anything is read. */
static int check_changes(const struct image_import *request, struct error *err)
{
	autoclean(jsonx_free) json_t *scratch = json_object();

	return config_change_apply(request->changes, scratch, err);
}

int image_import(const struct image_import *request, struct digest *id_out,
		 struct error *err)
{
	autoclean(importing_release) struct importing importing = {
		.request = request,
		.layer = DESCRIPTOR_INIT,
	};

	if (check_changes(request, err) < 0)
		return -1;
	if (import_all(&importing, err) == 0) {
		*id_out = importing.id;
		image_event(request->store, "import", id_out, request->name);
		return 0;
	}
	if (importing.spool)
		archive_spool_undo(importing.spool);
	return error_wrap(err, "import");
}

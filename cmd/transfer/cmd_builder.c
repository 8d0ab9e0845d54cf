/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `imgctl build` leaves to this program: verbs that are in no help text.
 * They put what they get into the folder that is handed over as a descriptor.
 *
 *   builder-unpack [UID GID]            an archive on standard input
 *   builder-look                        says "archive" or "none" of it
 *   builder-fetch URL NAME [ETAG]       says {"etag","modified","unchanged"}
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/atomicfile.h"
#include "base/jsonx.h"
#include "cmd/companion_run.h"
#include "cmd/transfer/client_setup.h"
#include "cmd/transfer/input_file.h"
#include "cmd/transfer/transfer_commands.h"
#include "layers/layers_limits.h"
#include "layers/tar/plain_source.h"
#include "layers/tar/unpack.h"
#include "registry/http/redirect.h"

enum { CONNECT_MS = 30000, STALL_MS = 60000, NOT_MODIFIED = 304 };
enum { TAR_BLOCK = 512 };

int cmd_builder_unpack(struct command_call *call, struct error *err)
{
	autoclean(unpack_result_release) struct unpack_result result =
		UNPACK_RESULT_INIT;
	struct input_file in = { STDIN_FILENO, false };
	struct unpack_source source = input_file_source(&in);
	autoclean(plain_source_free) struct plain_source *plain = NULL;
	struct unpack_source bytes;
	struct unpack_options options = UNPACK_OPTIONS_INIT;

	options.directory = COMPANION_FOLDER;
	options.is_plain = true;
	options.merged = true;
	if (call->argv[0] && call->argv[1]) {
		options.has_owner = true;
		options.uid = (uid_t)strtoul(call->argv[0], NULL, 10);
		options.gid = (gid_t)strtoul(call->argv[1], NULL, 10);
	}
	if (plain_source_open(&source, true, &plain, err) < 0)
		return -1;
	bytes = plain_source_bytes(plain);
	return unpack_layer(&bytes, &options, &result, err);
}

/* Whether BLOCK is a tar's header: its sum is right. */
static bool is_header(const uint8_t *block)
{
	enum { SUM_AT = 148, SUM_LENGTH = 8 };
	char text[SUM_LENGTH + 1] = "";
	unsigned long sum = 0;
	char *end;

	for (size_t i = 0; i < TAR_BLOCK; i++)
		sum += i >= SUM_AT && i < SUM_AT + SUM_LENGTH ? ' ' : block[i];
	memcpy(text, block + SUM_AT, SUM_LENGTH);
	return strtoul(text, &end, 8) == sum && end != text;
}

/* What does not decompress is no archive either: ADD copies it as it is. */
int cmd_builder_look(struct command_call *call, struct error *err)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	struct input_file in = { STDIN_FILENO, false };
	struct unpack_source source = input_file_source(&in);
	autoclean(plain_source_free) struct plain_source *plain = NULL;
	uint8_t block[TAR_BLOCK];
	size_t length = 0;

	(void)call;
	if (plain_source_open(&source, false, &plain, &ignored) == 0) {
		struct unpack_source bytes = plain_source_bytes(plain);
		size_t got = 0;

		while (length < sizeof(block) &&
		       bytes.read(bytes.context, block + length,
				  sizeof(block) - length, &got,
				  &ignored) == 0 &&
		       got)
			length += got;
	}
	return command_print_line(length == sizeof(block) && is_header(block)
					  ? "archive"
					  : "none",
				  err);
}

/* A file on its way from the network. */
struct fetching {
	struct atomicfile file;
	uint64_t size;
};

static void fetching_release(struct fetching *fetching)
{
	atomicfile_release(&fetching->file);
}
DEFINE_CLEANUP(struct fetching, fetching_release)

static int take_bytes(void *context, const void *data, size_t length,
		      struct error *err)
{
	struct fetching *fetching = context;

	fetching->size += length;
	if (fetching->size > LAYERS_MAX_BYTES)
		return error_set(err, ERROR_TOO_LARGE, "it is too large");
	atomicfile_write(&fetching->file, data, length);
	return 0;
}

static int64_t modified_of(const struct http_response *response)
{
	const char *text = http_header(response, "Last-Modified");
	struct tm time = { 0 };

	/* IMF-fixdate, the only form that servers send (RFC 9110, 5.6.7) */
	if (!text || !strptime(text, "%a, %d %b %Y %H:%M:%S GMT", &time))
		return 0;
	return timegm(&time);
}

static int say(const struct http_response *response, struct error *err)
{
	const char *etag = http_header(response, "ETag");
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autoclean(jsonx_free) json_t *said =
		json_pack("{s:s*,s:I,s:b}", "etag", etag, "modified",
			  (json_int_t)modified_of(response), "unchanged",
			  (int)(response->status == NOT_MODIFIED));

	if (!said)
		said = json_object();
	jsonx_format(said, &text);
	return command_print_line(text.text, err);
}

static int fetch(struct command_call *call, const struct client_setup *setup,
		 struct error *err)
{
	const char *url = call->argv[0];
	const char *etag = call->argv[2];
	const struct http_options options = {
		.user_agent = "imgctl",
		.connect_timeout_ms = CONNECT_MS,
		.stall_timeout_ms = STALL_MS,
	};
	autoclean(tls_settings_release) struct tls_settings tls =
		TLS_SETTINGS_INIT;
	autoclean(http_pool_close) struct http_pool *pool = NULL;
	autoclean(fetching_release) struct fetching fetching = {
		.file = ATOMICFILE_INIT,
	};
	const struct http_receiver receiver = { NULL, take_bytes, &fetching };
	autoclean(strvec_release) struct strvec headers = STRVEC_INIT;
	autoclean(http_response_release) struct http_response response =
		HTTP_RESPONSE_INIT;
	const struct http_request request = {
		.method = HTTP_GET,
		.url = url,
		.headers = &headers,
		.tls = &tls,
		.receiver = &receiver,
	};

	tls.system_file = xstrdup(setup->options.ca_file);
	tls.system_folder = xstrdup(setup->options.ca_folder);
	if (etag && *etag)
		strvec_addf(&headers, "If-None-Match: %s", etag);
	if (http_pool_open(&options, &pool, err) < 0 ||
	    atomicfile_open(&fetching.file, COMPANION_FOLDER, call->argv[1],
			    0600, 0, err) < 0 ||
	    redirect_follow(pool, &request, &response, err) < 0)
		return -1;
	if (response.status == NOT_MODIFIED && etag)
		return say(&response, err);
	if (response.status < 200 || response.status > 299)
		return error_set(err,
				 response.status == 404 ? ERROR_NOT_FOUND
							: ERROR_NETWORK,
				 "the server answers %ld", response.status);
	if (atomicfile_commit(&fetching.file, err) < 0)
		return -1;
	return say(&response, err);
}

int cmd_builder_fetch(struct command_call *call, struct error *err)
{
	struct client_setup setup;
	int result;

	if (!call->argv[0] || !call->argv[1])
		return error_set(err, ERROR_INVALID, "there is no address");
	if (call->context->is_offline)
		return error_set(err, ERROR_NETWORK, "not fetched: --offline");
	if (client_setup_init(call->context, &setup, err) < 0)
		return -1;
	result = fetch(call, &setup, err);
	client_setup_release(&setup);
	return result;
}

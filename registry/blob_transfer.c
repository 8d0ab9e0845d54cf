/* SPDX-License-Identifier: Apache-2.0 */
/* One range of a blob, resumed until it is there. */
#include "registry/blob_transfer.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "registry/content_decoder.h"
#include "registry/content_range.h"
#include "registry/exchange.h"

/* What was found out about an answer before its first byte was taken. */
enum verdict {
	VERDICT_NONE = 0,
	VERDICT_NO_RANGES, /* ask for the whole instead */
	VERDICT_ENOUGH,	   /* the range is there, though more is sent */
	VERDICT_FINAL,	   /* the error stands, asking again is no use */
};

/* One request of a transfer. */
struct leg {
	struct blob_transfer *transfer;
	const char *host;
	uint64_t skip; /* bytes of the body that were delivered before */
	bool is_ranged;
	bool no_ranges;	 /* the server answers them wrongly */
	unsigned shorts; /* answers that ended early without an error */
	enum verdict verdict;
	struct content_decoder *decoder; /* or NULL */
};

static uint64_t size_of(const struct leg *leg)
{
	return leg->transfer->descriptor->size;
}

static int verdict(struct leg *leg, enum verdict verdict)
{
	leg->verdict = verdict;
	return -1;
}

/* The digest a registry names for a blob must be the one asked for. */
static int check_digest(struct leg *leg, const struct http_response *response,
			struct error *err)
{
	const struct digest *wanted = &leg->transfer->descriptor->digest;
	const char *text = http_header(response, "Docker-Content-Digest");
	autoclean(error_release) struct error ignored = ERROR_INIT;
	struct digest named;

	if (!text || digest_parse(text, &named, &ignored) < 0 ||
	    named.algorithm != wanted->algorithm ||
	    digest_is_equal(&named, wanted))
		return 0;
	error_set(err, ERROR_CORRUPT,
		  "%s announces the content of another digest, %s", leg->host,
		  named.text);
	return verdict(leg, VERDICT_FINAL);
}

/* A partial answer must begin where it was asked to. */
static int begin_partial(struct leg *leg, const struct http_response *response,
			 struct error *err)
{
	struct blob_transfer *transfer = leg->transfer;
	const char *value = http_header(response, "Content-Range");
	struct content_range range;

	if (!leg->is_ranged || content_range_parse(value, &range) < 0 ||
	    range.first != transfer->at) {
		error_set(err, ERROR_NETWORK,
			  "%s answered with another range than was asked for",
			  leg->host);
		return verdict(leg, VERDICT_NO_RANGES);
	}
	if (range.has_total && range.total != size_of(leg)) {
		error_set(err, ERROR_CORRUPT,
			  "%s has %" PRIu64 " bytes, the manifest says "
			  "%" PRIu64,
			  leg->host, range.total, size_of(leg));
		return verdict(leg, VERDICT_FINAL);
	}
	if (transfer->answered)
		transfer->answered(transfer->answered_context, true);
	return 0;
}

/*
 * Some servers set Content-Encoding: gzip on a blob that is a gzip file as
 * it stands, some really compress it once more. The length tells.
 */
static void judge_encoding(struct leg *leg,
			   const struct http_response *response)
{
	const char *encoding = http_header(response, "Content-Encoding");
	uint64_t length;

	if (!encoding ||
	    (strcasecmp(encoding, "gzip") && strcasecmp(encoding, "x-gzip")))
		return;
	leg->transfer->is_encoded = true;
	if (http_header_size(response, "Content-Length", &length) &&
	    length != size_of(leg) && leg->transfer->at == 0)
		leg->transfer->decode = true;
}

static int begin(void *context, const struct http_response *response,
		 struct error *err)
{
	struct leg *leg = context;
	struct blob_transfer *transfer = leg->transfer;

	if (check_digest(leg, response, err) < 0)
		return -1;
	if (response->status == 206)
		return begin_partial(leg, response, err);
	if (response->status != 200) {
		error_set(err, ERROR_NETWORK, "%s answered HTTP %ld", leg->host,
			  response->status);
		return verdict(leg, VERDICT_FINAL);
	}
	leg->skip = transfer->at;
	if (transfer->answered)
		transfer->answered(transfer->answered_context, false);
	judge_encoding(leg, response);
	if (transfer->decode)
		leg->decoder = content_decoder_new();
	return 0;
}

/* Hand LENGTH bytes of the blob to the sink, less what it has already. */
static int deliver(struct leg *leg, const unsigned char *data, size_t length,
		   struct error *err)
{
	struct blob_transfer *transfer = leg->transfer;
	size_t skipped = length;
	bool is_enough;
	uint64_t room;

	if (leg->skip < skipped)
		skipped = (size_t)leg->skip;
	leg->skip -= skipped;
	data += skipped;
	length -= skipped;
	if (transfer->stop && *transfer->stop) {
		error_set(err, ERROR_INTERRUPTED, "stopped");
		return verdict(leg, VERDICT_FINAL);
	}
	room = transfer->end - transfer->at;
	if (length > room && transfer->end == size_of(leg)) {
		error_set(err, ERROR_CORRUPT,
			  "%s sends more than the %" PRIu64
			  " bytes that the manifest says",
			  leg->host, transfer->end);
		return verdict(leg, VERDICT_FINAL);
	}
	is_enough = length > room;
	if (is_enough)
		length = (size_t)room;
	if (length > 0 &&
	    transfer->sink->write(transfer->sink->context, transfer->at, data,
				  length, err) < 0) {
		transfer->sink_failed = true;
		return verdict(leg, VERDICT_FINAL);
	}
	transfer->at += length;
	if (!is_enough)
		return 0;
	error_set(err, ERROR_NETWORK, "the range is there");
	return verdict(leg, VERDICT_ENOUGH);
}

static int deliver_decoded(void *context, const void *data, size_t length,
			   struct error *err)
{
	return deliver(context, data, length, err);
}

static int take(void *context, const void *data, size_t length,
		struct error *err)
{
	struct leg *leg = context;

	if (leg->decoder)
		return content_decoder_add(leg->decoder, data, length,
					   deliver_decoded, leg, err);
	return deliver(leg, data, length, err);
}

static void build_headers(const struct leg *leg, struct strvec *headers)
{
	const struct blob_transfer *transfer = leg->transfer;

	strvec_add(headers, "Accept: */*");
	/* the digest is that of the bytes as stored: no encoding on the way */
	strvec_add(headers, "Accept-Encoding: identity");
	if (!leg->is_ranged)
		return;
	if (transfer->end == size_of(leg) && !transfer->answered)
		strvec_addf(headers, "Range: bytes=%" PRIu64 "-", transfer->at);
	else
		strvec_addf(headers, "Range: bytes=%" PRIu64 "-%" PRIu64,
			    transfer->at, transfer->end - 1);
}

/* One request; 0 with any answer, as exchange_once. */
static int run_leg(struct leg *leg, struct exchange *exchange,
		   struct http_response *response, struct error *err)
{
	autoclean(strvec_release) struct strvec headers = STRVEC_INIT;
	struct http_receiver receiver = { begin, take, leg };
	const struct blob_transfer *transfer = leg->transfer;
	int result;

	leg->is_ranged = !leg->no_ranges && !transfer->decode &&
			 (transfer->at > 0 || transfer->end < size_of(leg));
	build_headers(leg, &headers);
	/* cppcheck-suppress autoVariables ; for this one request */
	exchange->headers = &headers;
	/* cppcheck-suppress autoVariables ; likewise */
	exchange->receiver = &receiver;
	leg->verdict = VERDICT_NONE;
	leg->skip = 0;
	result = exchange_once(exchange, response, err);
	content_decoder_free(leg->decoder);
	leg->decoder = NULL;
	return result;
}

/* What to say of an answer that brought less than the whole. */
static int explain(const struct leg *leg, const struct exchange *exchange,
		   int result, const struct http_response *response,
		   struct error *err)
{
	const struct blob_transfer *transfer = leg->transfer;
	const char *digest = transfer->descriptor->digest.text;
	autofree char *what = xasprintf("blob %s", digest);

	if (transfer->sink_failed)
		return -1;
	if (result == 0 && response->status / 100 != 2 &&
	    response->status != 416)
		return exchange_error(exchange, response, what, err);
	if (result == 0)
		error_set(err, ERROR_CORRUPT,
			  "%s has only %" PRIu64
			  " bytes, the manifest says %" PRIu64,
			  leg->host, transfer->at, size_of(leg));
	return error_wrap(err, "%s", what);
}

/* Whether to go on after a leg that did not bring everything. */
static bool is_worth_repeating(struct leg *leg, const struct exchange *exchange,
			       int result, const struct http_response *response)
{
	bool is_first_time = !leg->no_ranges;

	switch (leg->verdict) {
	case VERDICT_ENOUGH:
	case VERDICT_FINAL:
		return false;
	case VERDICT_NO_RANGES:
		leg->no_ranges = true;
		return is_first_time;
	case VERDICT_NONE:
		break;
	}
	/* no such byte: believed when it is said twice, in whatever way */
	if (result == 0 &&
	    (response->status / 100 == 2 || response->status == 416)) {
		leg->no_ranges = response->status == 416;
		return leg->shorts++ == 0;
	}
	return exchange_is_transient(exchange, result, response);
}

/* Whether everything wanted is there, whatever happened behind it. */
static bool is_complete(const struct leg *leg, int result,
			const struct http_response *response)
{
	const struct blob_transfer *transfer = leg->transfer;

	if (leg->verdict == VERDICT_ENOUGH)
		return true;
	if (leg->verdict || transfer->at != transfer->end)
		return false;
	return result == 0 ? response->status / 100 == 2 : transfer->end > 0;
}

int blob_transfer_run(struct blob_transfer *transfer, struct remote *remote,
		      struct error *err)
{
	autoclean(http_response_release) struct http_response response =
		HTTP_RESPONSE_INIT;
	autofree char *path = xasprintf("blobs/%s",
					transfer->descriptor->digest.text);
	autofree char *url = remote_url(remote, path);
	struct exchange exchange = {
		.remote = remote,
		.method = HTTP_GET,
		.url = url,
		.layer = transfer->descriptor->digest.text
	};
	struct retry retry = { .limit = remote->options->retries };
	struct leg leg = { .transfer = transfer,
			   .host = remote->endpoint->host };

	do {
		uint64_t before = transfer->at;
		int result;

		if (transfer->at == transfer->end && transfer->end > 0)
			return 0;
		error_release(err);
		result = run_leg(&leg, &exchange, &response, err);
		if (is_complete(&leg, result, &response)) {
			error_release(err);
			return 0;
		}
		if (!is_worth_repeating(&leg, &exchange, result, &response) ||
		    !retry_again(&retry, transfer->at - before))
			return explain(&leg, &exchange, result, &response, err);
	} while (exchange_pause(&exchange, &retry, &response, err) == 0);
	return -1;
}

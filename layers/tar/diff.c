/* SPDX-License-Identifier: Apache-2.0 */
/* An overlay's upper directory as a layer. */
#include "layers/tar/diff.h"

int diff_write(const struct diff_options *options, const struct byte_sink *sink,
	       struct diff_result *out, struct error *err)
{
	const struct pack_options how = {
		.directory = options->upper,
		.is_overlay_upper = true,
		.lower = options->lower,
		.has_latest = options->has_latest,
		.latest = options->latest,
	};
	autoclean(compress_free) struct compressor *compressor = NULL;
	struct byte_sink into;

	if (compress_open(sink, &options->compress, &compressor, err) < 0)
		return -1;
	into = compress_sink(compressor);
	if (pack_directory(&how, &into, &out->packed, err) < 0)
		return -1;
	return compress_finish(compressor, &out->stream, err);
}

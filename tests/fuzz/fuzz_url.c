/* SPDX-License-Identifier: Apache-2.0 */
/* URLs: absolute ones come back the same, references resolve or fail. */
#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "registry/http/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_round_trip(const struct url *url)
{
	autoclean(url_release) struct url again = URL_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	autofree char *text = url_format(url);

	/* The port may have been implied, so the text can be longer. */
	if (url_parse(text, &again, &err) < 0) {
		if (err.kind != ERROR_TOO_LARGE)
			abort();
		return;
	}
	if (!url_is_same_origin(url, &again) ||
	    strcmp(url->path, again.path) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autofree char *text = xstrndup((const char *)data, size);
	autoclean(url_release) struct url url = URL_INIT;
	autoclean(url_release) struct url base = URL_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)url_is_loopback(text);
	if (url_parse(text, &url, &err) == 0)
		check_round_trip(&url);
	if (url_parse("https://h:5000/v2/a/b?q", &base, &err) < 0)
		abort();
	if (url_resolve(&base, text, &url, &err) == 0)
		check_round_trip(&url);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* --userns, and the same text as a range of ids. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "runtime/engine/userns_mode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct idranges none = IDRANGES_INIT;
	autoclean(userns_mode_release) struct userns_mode mode =
		USERNS_MODE_INIT;
	autoclean(id_maps_release) struct id_maps maps = ID_MAPS_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	autofree char *text = xcalloc(size + 1, 1);

	memcpy(text, data, size);
	if (userns_mode_parse(text, &mode, &err) < 0)
		error_release(&err);
	if (id_maps_parse(text, &none, &maps.uids, &err) < 0)
		error_release(&err);
	return 0;
}

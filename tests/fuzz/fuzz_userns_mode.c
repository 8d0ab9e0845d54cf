/* SPDX-License-Identifier: Apache-2.0 */
/* --userns, and the same text as a range of ids. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "runtime/engine/id_map_words.h"
#include "runtime/engine/userns_mode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autoclean(idranges_release) struct idranges own = IDRANGES_INIT;
	autoclean(userns_mode_release) struct userns_mode mode =
		USERNS_MODE_INIT;
	autoclean(id_maps_release) struct id_maps maps = ID_MAPS_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	autofree char *text = xcalloc(size + 1, 1);
	bool is_whole = false;

	memcpy(text, data, size);
	if (userns_mode_parse(text, &mode, &err) < 0)
		error_release(&err);
	idranges_add(&own, 0, 1000, 1);
	idranges_add(&own, 1, 100000, 65536);
	id_maps_add(&maps.uids, 5, 5, 1000);
	for (int is_group = 0; is_group < 2; is_group++)
		if (id_map_words_take(text, is_group, &own, &maps.uids,
				      &is_whole, &err) < 0)
			error_release(&err);
	id_map_words_fill(&own, &maps.uids);
	return 0;
}

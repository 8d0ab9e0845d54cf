/* SPDX-License-Identifier: Apache-2.0 */
/*
 *   list  = field *("," field)
 *   field = text | quote *( text | quote quote ) quote
 */
#include "cmd/csv.h"

#include <stdbool.h>

#include "base/strbuf.h"

char *csv_next(const char **at)
{
	struct strbuf field = STRBUF_INIT;
	bool quoted = **at == '"';

	if (quoted)
		(*at)++;
	while (**at && (quoted || **at != ',')) {
		if (quoted && **at == '"') {
			(*at)++;
			if (**at != '"')
				break;
		}
		strbuf_addch(&field, *(*at)++);
	}
	if (**at == ',')
		(*at)++;
	return strbuf_steal(&field);
}

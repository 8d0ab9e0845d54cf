/* SPDX-License-Identifier: Apache-2.0 */
/* Events of images. */
#include "layers/image/image_event.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "layers/store/event_journal.h"

static void note(const struct store *store, const char *action, const char *id,
		 const char *name)
{
	event_note(store, "image", action, id,
		   json_pack("{s:s}", "name", name));
}

void image_event_named(const struct store *store, const char *action,
		       const struct reference *name)
{
	autofree char *whole = reference_familiar(name);
	struct reference repository = *name;
	autofree char *path = NULL;

	repository.tag = NULL;
	repository.digest = NULL;
	path = reference_familiar(&repository);
	note(store, action, whole, path);
}

void image_event(const struct store *store, const char *action,
		 const struct digest *id, const struct reference *name)
{
	autofree char *text = name ? reference_familiar(name) : NULL;

	note(store, action, id->text, text ? text : id->text);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The order of a check: what repairs rest upon comes first. */
#include "layers/image/image_check.h"

#include "layers/image/check_blobs.h"
#include "layers/image/check_images.h"
#include "layers/image/check_leftovers.h"
#include "layers/image/check_names.h"

int image_check(const struct check_request *request, struct check_totals *out,
		struct error *err)
{
	struct check check = { .request = request,
			       .firm = json_object(),
			       .damaged = json_object() };
	int result = 0;

	if (check_leftovers(&check, err) < 0 ||
	    check_images_firm(&check, err) < 0 ||
	    check_blobs(&check, err) < 0 || check_images(&check, err) < 0 ||
	    check_names(&check, err) < 0)
		result = -1;
	json_decref(check.firm);
	json_decref(check.damaged);
	*out = check.totals;
	return result;
}

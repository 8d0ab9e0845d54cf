/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of images to be loaded. */
#include "layers/image/load_plan.h"

#include "base/alloc.h"

struct load_image *load_plan_add(struct load_plan *plan,
				 const struct digest *target)
{
	struct load_image *image;

	plan->images = xreallocarray(plan->images, plan->count + 1,
				     sizeof(*plan->images));
	image = &plan->images[plan->count++];
	*image = (struct load_image){ .target = *target, .names = STRVEC_INIT };
	return image;
}

void load_plan_release(struct load_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		strvec_release(&plan->images[i].names);
	free(plan->images);
	*plan = (struct load_plan)LOAD_PLAN_INIT;
}

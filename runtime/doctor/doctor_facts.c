/* SPDX-License-Identifier: Apache-2.0 */
/* What facts own. */
#include "runtime/doctor/doctor_facts.h"

#include <stdlib.h>

void doctor_facts_release(struct doctor_facts *facts)
{
	free(facts->newuidmap.path);
	free(facts->newgidmap.path);
	free(facts->fuse_overlayfs.path);
	free(facts->pasta.path);
	free(facts->slirp4netns.path);
	free(facts->nft.path);
	free(facts->store);
	free(facts->store_error);
	free(facts->packages);
	free(facts->uidmap_name);
	strvec_release(&facts->binaries);
	*facts = (struct doctor_facts){ .binaries = STRVEC_INIT };
}

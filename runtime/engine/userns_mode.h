/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What --userns asks for: "host" (or nothing), "private" (with --uidmap),
 * "auto[:size=N,uidmapping=RANGE, gidmapping=RANGE]",
 * "keep-id[:uid=N,gid=N,size=N]", "nomap", "container:NAME" and "ns:PATH", as
 * podman has them. The parser is pure.
 */
#ifndef RUNTIME_USERNS_MODE_H
#define RUNTIME_USERNS_MODE_H

#include "runtime/engine/id_maps.h"

enum userns_kind {
	USERNS_HOST = 0,
	USERNS_PRIVATE, /* with maps from elsewhere */
	USERNS_AUTO,
	USERNS_KEEP_ID,
	USERNS_NOMAP,
	USERNS_CONTAINER,
	USERNS_PATH,
};

struct userns_mode {
	enum userns_kind kind;
	const char *name;   /* container or path; borrowed from the text */
	uint32_t size;	    /* of "auto", 0: what the image needs; or how many
			       ids "keep-id" has beside the kept, 0: all */
	struct id_maps own; /* of "auto": ranges that are not chosen */
	bool has_uid, has_gid;
	uint32_t uid, gid; /* of "keep-id" */
};

#define USERNS_MODE_INIT            \
	{                           \
		.own = ID_MAPS_INIT \
	}

/* Read TEXT into OUT, which the caller releases. INVALID says what is wrong. */
int userns_mode_parse(const char *text, struct userns_mode *out,
		      struct error *err) must_check;

/* Free what it owns. */
void userns_mode_release(struct userns_mode *mode);
DEFINE_CLEANUP(struct userns_mode, userns_mode_release)

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Giving images names and taking them away, and removing images whose last
 * name went. Every function takes the store's lock itself.
 */
#ifndef LAYERS_IMAGE_EDIT_H
#define LAYERS_IMAGE_EDIT_H

#include "layers/image/image_find.h"

/*
 * Make REF mean what RECORD says, in all places that know of names: the ref
 * file, the image's list, index.json. The image's record must be in place.
 */
int image_edit_name(struct store *store, const struct reference *ref,
		    const struct name_record *record,
		    struct error *err) must_check;

/* Give image ID the further name REF (tag defaulted). */
int image_edit_tag(struct store *store, const struct digest *id,
		   const struct reference *ref, struct error *err) must_check;

/*
 * The same for whoever knows what the image's names mean: nothing is read.
 * NOT_FOUND when the image is not here any more.
 */
int image_edit_tag_known(struct store *store, const struct name_record *record,
			 const struct reference *ref,
			 struct error *err) must_check;

/*
 * Give what MATCH found the further name REF: when a name of an index that was
 * made here found it, REF means the index too.
 */
int image_edit_tag_match(struct store *store, const struct image_match *match,
			 const struct reference *ref,
			 struct error *err) must_check;

struct image_removal {
	struct strvec untagged; /* familiar names taken away, in order */
	struct strvec deleted;	/* digests of what is gone: image, layers */
	uint64_t freed;		/* bytes */
};

#define IMAGE_REMOVAL_INIT                  \
	{                                   \
		STRVEC_INIT, STRVEC_INIT, 0 \
	}

/*
 * Take NAME away; with it the repository's digests when it was the
 * repository's last tag for that image. The image stays while it has names or
 * KEEP is set (a container uses it).
 */
int image_edit_untag(struct store *store, const struct reference *name,
		     bool keep, struct image_removal *out,
		     struct error *err) must_check;

/* Take NAME away and nothing else: the images that it meant stay. */
int image_edit_forget(struct store *store, const struct reference *name,
		      struct error *err) must_check;

/* Remove image ID with all its names and what only it used. */
int image_edit_remove(struct store *store, const struct digest *id,
		      struct image_removal *out, struct error *err) must_check;

/* Free the lists. */
void image_removal_release(struct image_removal *removal);
DEFINE_CLEANUP(struct image_removal, image_removal_release)

#endif

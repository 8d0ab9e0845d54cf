/* SPDX-License-Identifier: Apache-2.0 */
/* Asking the companion for an index. */
#include "cmd/front/build_whole.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/jsonx.h"
#include "base/log.h"
#include "cmd/companion_run.h"
#include "layers/image/image_edit.h"
#include "layers/image/save_plan.h"

enum { ANSWER_MAX = 1 << 20 };

static void set(json_t *object, const char *key, const json_t *value)
{
	if (value && json_object_size(value))
		(void)json_object_set(object, key, (json_t *)(uintptr_t)value);
}

static json_t *format_image(const struct build_whole_image *image)
{
	json_t *object = json_pack("{s:s,s:s}", "id", image->id->text,
				   "platform", image->platform);

	set(object, "annotations", image->annotations);
	set(object, "descriptor", image->descriptor);
	if (image->attestations)
		(void)json_object_set(object, "attestations",
				      image->attestations);
	return object;
}

/* The request as a file in memory, at its beginning. */
static int write_request(const struct build_whole_request *request,
			 const struct strvec *names, int *fd_out,
			 struct error *err)
{
	autoclean(jsonx_free) json_t *object =
		json_pack("{s:o,s:b}", "names", jsonx_from_strvec(names),
			  "index", (int)request->is_index);
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	json_t *images = json_array();

	(void)json_object_set_new(object, "images", images);
	for (size_t i = 0; i < request->count; i++)
		(void)json_array_append_new(images,
					    format_image(&request->images[i]));
	set(object, "annotations", request->annotations);
	set(object, "descriptor", request->descriptor);
	jsonx_format(object, &text);
	*fd_out = memfd_create("imgctl-index", MFD_CLOEXEC);
	if (*fd_out < 0)
		return error_sys(err, errno, "make a file in memory");
	if (fs_write_all(*fd_out, text.text, text.length, err) < 0)
		return -1;
	return lseek(*fd_out, 0, SEEK_SET) < 0
		       ? error_sys(err, errno, "rewind a file in memory")
		       : 0;
}

static int read_answer(const struct strbuf *text, struct build_whole *out,
		       struct error *err)
{
	autoclean(jsonx_free) json_t *answer = NULL;
	const char *digest;
	const char *type;

	if (jsonx_parse(text->text, text->length, "answer", &answer, err) < 0 ||
	    jsonx_string(answer, "digest", &digest, err) < 0 ||
	    digest_parse(digest, &out->digest, err) < 0 ||
	    jsonx_string(answer, "mediaType", &type, err) < 0 ||
	    jsonx_integer(answer, "size", 0, INT64_MAX, &out->size, err) < 0)
		return -1;
	out->media_type = xstrdup(type);
	return 0;
}

int build_whole_make(const struct context *context,
		     const struct build_whole_request *request,
		     struct build_whole *out, struct error *err)
{
	autoclean(strbuf_release) struct strbuf answer =
		STRBUF_LIMIT(ANSWER_MAX);
	autoclean(strvec_release) struct strvec words = STRVEC_INIT;
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;
	struct companion_run run = COMPANION_RUN_INIT;
	autoclose int input = -1;
	int status = 0;

	strvec_extend(&names, request->names->items, request->names->count);
	if (!names.count && request->is_kept) {
		out->reserved = xasprintf(SAVE_UNNAMED "/build:%d",
					  (int)getpid());
		strvec_add(&names, out->reserved);
	}
	if (write_request(request, &names, &input, err) < 0)
		return -1;
	strvec_add(&words, "builder-index");
	run.context = context;
	run.words = &words;
	run.input = input;
	run.output = &answer;
	if (companion_run(&run, &status, err) < 0)
		return -1;
	if (status) /* it has said why */
		return error_set(err, ERROR_SYSTEM, "%s", "");
	return read_answer(&answer, out, err);
}

void build_whole_let_go(struct store *store, struct build_whole *whole)
{
	autoclean(reference_release) struct reference name = REFERENCE_INIT;
	autoclean(error_release) struct error failed = ERROR_INIT;

	if (!whole->reserved)
		return;
	if (reference_parse(whole->reserved, &name, &failed) < 0 ||
	    image_edit_forget(store, &name, &failed) < 0)
		log_warn_error("build", &failed, "let go of an index");
	free(TAKE_PTR(whole->reserved));
}

void build_whole_image_release(struct build_whole_image *image)
{
	json_decref(image->annotations);
	json_decref(image->descriptor);
	json_decref(image->attestations);
}

void build_whole_release(struct build_whole *whole)
{
	free(whole->media_type);
	free(whole->reserved);
}

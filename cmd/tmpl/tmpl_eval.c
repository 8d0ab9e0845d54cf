/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The block half of exec.go: walks the tree and writes the output. {{break}}
 * and {{continue}} travel up as a jump in the walker instead of as a panic.
 */
#include "cmd/tmpl/tmpl.h"

#include <stdlib.h>
#include <string.h>

#include "cmd/tmpl/tmpl_expr.h"
#include "cmd/tmpl/tmpl_printf.h"
#include "cmd/tmpl/tmpl_state.h"

enum jump { JUMP_NONE = 0, JUMP_BREAK, JUMP_CONTINUE };

struct walker {
	struct tmpl_state state;
	struct strbuf *out;
	size_t limit; /* of out's length */
	int calls;    /* template calls in progress */
	enum jump jump;
};

/* The variables a loop sets, and the body it repeats. */
struct loop {
	const struct tmpl_node *node;
	size_t first; /* index of the variables it declared */
};

static int walk(struct walker *w, const struct tmpl_value *dot,
		const struct tmpl_node *node);

static int check_output(struct walker *w)
{
	if (w->out->length > w->limit || w->out->overflow)
		return error_set(w->state.err, ERROR_TOO_LARGE,
				 "template: output exceeds %d bytes",
				 TMPL_OUTPUT_MAX);
	return 0;
}

static int walk_list(struct walker *w, const struct tmpl_value *dot,
		     const struct tmpl_node *list)
{
	for (size_t i = 0; i < list->count && !w->jump; i++)
		if (walk(w, dot, list->items[i]) < 0)
			return -1;
	return 0;
}

static int walk_action(struct walker *w, const struct tmpl_value *dot,
		       const struct tmpl_node *node)
{
	autoclean(tmpl_value_release) struct tmpl_value value = TMPL_VALUE_NONE;

	if (tmpl_expr_pipeline(&w->state, dot, node->pipe, &value) < 0)
		return -1;
	if (!node->pipe->names.count)
		tmpl_print(&value, w->out);
	return check_output(w);
}

static int walk_condition(struct walker *w, const struct tmpl_value *dot,
			  const struct tmpl_node *node)
{
	autoclean(tmpl_value_release) struct tmpl_value value = TMPL_VALUE_NONE;
	size_t variables = w->state.count;
	int failed = 0;

	if (tmpl_expr_pipeline(&w->state, dot, node->pipe, &value) < 0)
		return -1;
	if (tmpl_value_is_true(&value))
		failed = walk_list(w,
				   node->type == TMPL_NODE_WITH ? &value : dot,
				   node->body);
	else if (node->other)
		failed = walk_list(w, dot, node->other);
	tmpl_state_pop(&w->state, variables);
	return failed;
}

static int set_variable(struct tmpl_state *s, const struct loop *loop,
			size_t which, const struct tmpl_value *value)
{
	const struct tmpl_node *pipe = loop->node->pipe;
	struct tmpl_variable *variable = &s->variables[loop->first + which];
	struct tmpl_value copy;

	if (pipe->is_assign)
		variable = tmpl_state_find(s, pipe->names.items[which]);
	if (!variable)
		return tmpl_state_fail(s, "undefined variable: %s",
				       pipe->names.items[which]);
	copy = tmpl_value_copy(value);
	tmpl_value_move(&variable->value, &copy);
	return 0;
}

/* One turn of a range; takes over INDEX and ELEMENT. */
static int walk_turn(struct walker *w, const struct loop *loop,
		     struct tmpl_value *index, struct tmpl_value *element)
{
	size_t names = loop->node->pipe->names.count;
	size_t variables = w->state.count;
	int failed = 0;

	if (names > 1)
		failed = set_variable(&w->state, loop, 0, index);
	if (names && !failed)
		failed = set_variable(&w->state, loop, names - 1, element);
	if (!failed)
		failed = tmpl_state_at(&w->state, loop->node);
	if (!failed)
		failed = walk_list(w, element, loop->node->body);
	tmpl_state_pop(&w->state, variables);
	if (w->jump == JUMP_CONTINUE)
		w->jump = JUMP_NONE;
	tmpl_value_release(index);
	tmpl_value_release(element);
	return failed;
}

static struct tmpl_value integer(size_t number)
{
	struct tmpl_value value =
		tmpl_value_of(json_integer((json_int_t)number));

	value.type = "int";
	return value;
}

static int range_list(struct walker *w, const struct loop *loop,
		      const struct tmpl_value *list)
{
	int failed = 0;

	for (size_t i = 0; i < json_array_size(list->json) && !failed &&
			   w->jump != JUMP_BREAK;
	     i++) {
		struct tmpl_value index = integer(i);
		struct tmpl_value element = tmpl_value_element(list, i);

		failed = walk_turn(w, loop, &index, &element);
	}
	return failed;
}

static int range_map(struct walker *w, const struct loop *loop,
		     const struct tmpl_value *map)
{
	const char **keys = tmpl_value_keys(map->json);
	int failed = 0;

	for (size_t i = 0; keys[i] && !failed && w->jump != JUMP_BREAK; i++) {
		struct tmpl_value key = tmpl_value_string(keys[i],
							  strlen(keys[i]));
		struct tmpl_value member = tmpl_value_member(
			map, keys[i], json_object_get(map->json, keys[i]));

		failed = walk_turn(w, loop, &key, &member);
	}
	free(keys);
	return failed;
}

static int range_integer(struct walker *w, const struct loop *loop,
			 json_int_t most)
{
	int failed = 0;

	if (loop->node->pipe->names.count > 1)
		return tmpl_state_fail(&w->state,
				       "can't use %lld to iterate over more "
				       "than one variable",
				       (long long)most);
	for (json_int_t i = 0; i < most && !failed && w->jump != JUMP_BREAK;
	     i++) {
		struct tmpl_value index = integer((size_t)i);
		struct tmpl_value element = integer((size_t)i);

		failed = walk_turn(w, loop, &index, &element);
	}
	return failed;
}

static int refuse_range(struct walker *w, const struct tmpl_value *value)
{
	struct strbuf text = STRBUF_LIMIT(1024);

	tmpl_print(value, &text);
	(void)tmpl_state_fail(&w->state, "range can't iterate over %s",
			      text.text); /* -1 below */
	strbuf_release(&text);
	return -1;
}

static bool is_map(const struct walker *w, const struct tmpl_value *value)
{
	return json_is_object(value->json) &&
	       (value->shape == TMPL_SHAPE_MAP || w->state.options->is_raw);
}

/* Whether a range over VALUE would have no turn at all. */
static bool is_empty(const struct walker *w, const struct tmpl_value *value)
{
	if (is_map(w, value))
		return !json_object_size(value->json);
	if (json_is_array(value->json))
		return !json_array_size(value->json);
	if (json_is_integer(value->json))
		return json_integer_value(value->json) <= 0;
	return !value->json || (json_is_null(value->json) &&
				(value->shape == TMPL_SHAPE_SLICE ||
				 value->shape == TMPL_SHAPE_MAP));
}

static int range_value(struct walker *w, const struct loop *loop,
		       const struct tmpl_value *value)
{
	if (is_map(w, value))
		return range_map(w, loop, value);
	if (json_is_array(value->json))
		return range_list(w, loop, value);
	if (json_is_integer(value->json))
		return range_integer(w, loop, json_integer_value(value->json));
	return refuse_range(w, value);
}

static int walk_range(struct walker *w, const struct tmpl_value *dot,
		      const struct tmpl_node *node)
{
	autoclean(tmpl_value_release) struct tmpl_value value = TMPL_VALUE_NONE;
	struct loop loop = { node, w->state.count };
	int failed = 0;

	if (tmpl_expr_pipeline(&w->state, dot, node->pipe, &value) < 0)
		return -1;
	if (!is_empty(w, &value))
		failed = range_value(w, &loop, &value);
	else if (node->other)
		failed = walk_list(w, dot, node->other);
	if (!is_empty(w, &value) && w->jump == JUMP_BREAK)
		w->jump = JUMP_NONE;
	tmpl_state_pop(&w->state, loop.first);
	return failed;
}

/* Run the definition ROOT, called NAME, with variables of its own. */
static int run_definition(struct walker *w, const char *name,
			  const struct tmpl_node *root,
			  const struct tmpl_value *dot)
{
	struct tmpl_state *s = &w->state;
	const char *outer_name = s->name;
	size_t outer_frame = s->frame;
	size_t variables = s->count;
	int failed;

	s->name = name;
	s->frame = s->count;
	tmpl_state_push(s, "$", dot);
	failed = walk_list(w, dot, root);
	tmpl_state_pop(s, variables);
	s->name = outer_name;
	s->frame = outer_frame;
	return failed;
}

static int walk_template(struct walker *w, const struct tmpl_value *dot,
			 const struct tmpl_node *node)
{
	const struct tmpl_node *root = tmpl_find(w->state.tmpl, node->text);
	autoclean(tmpl_value_release) struct tmpl_value value = TMPL_VALUE_NONE;
	int failed;

	if (!root)
		return tmpl_state_fail(&w->state, "template \"%s\" not defined",
				       node->text);
	if (w->calls >= TMPL_NEST_MAX)
		return tmpl_state_fail(&w->state,
				       "exceeded maximum template depth (%d)",
				       TMPL_NEST_MAX);
	if (tmpl_expr_pipeline(&w->state, dot, node->pipe, &value) < 0)
		return -1;
	w->calls++;
	failed = run_definition(w, node->text, root, &value);
	w->calls--;
	return failed;
}

static int walk_node(struct walker *w, const struct tmpl_value *dot,
		     const struct tmpl_node *node)
{
	switch (node->type) {
	case TMPL_NODE_TEXT:
		strbuf_add(w->out, node->text, node->text_length);
		return check_output(w);
	case TMPL_NODE_ACTION:
		return walk_action(w, dot, node);
	case TMPL_NODE_IF:
	case TMPL_NODE_WITH:
		return walk_condition(w, dot, node);
	case TMPL_NODE_RANGE:
		return walk_range(w, dot, node);
	case TMPL_NODE_TEMPLATE:
		return walk_template(w, dot, node);
	case TMPL_NODE_BREAK:
		w->jump = JUMP_BREAK;
		return 0;
	case TMPL_NODE_CONTINUE:
		w->jump = JUMP_CONTINUE;
		return 0;
	default: /* a list holds nothing else */
		return 0;
	}
}

static int walk(struct walker *w, const struct tmpl_value *dot,
		const struct tmpl_node *node)
{
	int failed;

	if (tmpl_state_at(&w->state, node) < 0 ||
	    tmpl_state_enter(&w->state) < 0)
		return -1;
	failed = walk_node(w, dot, node);
	tmpl_state_leave(&w->state);
	return failed;
}

int tmpl_execute_with(const struct tmpl *tmpl,
		      const struct tmpl_options *options, const json_t *data,
		      struct strbuf *out, struct error *err)
{
	struct walker w = {
		.state = { .tmpl = tmpl,
			   .options = options,
			   .root = data,
			   .name = "",
			   .err = err },
		.out = out,
		.limit = out->length + TMPL_OUTPUT_MAX,
	};
	const struct tmpl_node *root = tmpl_find(tmpl, "");
	autoclean(tmpl_value_release) struct tmpl_value dot = TMPL_VALUE_NONE;
	json_t *counted = NULL;
	int failed;

	memcpy(&counted, &data, sizeof(counted)); /* for its count alone */
	dot = tmpl_value_of(json_incref(counted));
	if (options->is_map && json_is_object(data))
		dot.shape = TMPL_SHAPE_MAP;
	w.state.node = root;
	failed = run_definition(&w, "", root, &dot);
	tmpl_state_pop(&w.state, 0);
	free(w.state.variables);
	return failed;
}

int tmpl_execute(const struct tmpl *tmpl, const json_t *data,
		 struct strbuf *out, struct error *err)
{
	static const struct tmpl_options options = { .type = "struct" };

	return tmpl_execute_with(tmpl, &options, data, out, err);
}

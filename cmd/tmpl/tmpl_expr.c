/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The expression half of exec.go. `struct call` is what its functions pass
 * around: the operands of the command (the first is the word itself) and the
 * value that came down the pipeline.
 */
#include "cmd/tmpl/tmpl_expr.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cmd/tmpl/tmpl_funcs.h"

struct call {
	const struct tmpl_value *dot;
	struct tmpl_node *const *operands;
	size_t count;			/* the word included */
	const struct tmpl_value *final; /* from the pipeline, or NULL */
};

static int eval_operand(struct tmpl_state *s, const struct tmpl_value *dot,
			char type, const struct tmpl_node *node,
			struct tmpl_value *out);

static bool has_arguments(const struct call *call)
{
	return call->count > 1 || call->final;
}

static int fail_node(struct tmpl_state *s, const char *what,
		     const struct tmpl_node *node)
{
	struct strbuf text = STRBUF_LIMIT(1024);

	tmpl_node_format(node, &text);
	(void)tmpl_state_fail(s, "%s%s", what, text.text); /* -1 below */
	strbuf_release(&text);
	return -1;
}

static int refuse_arguments(struct tmpl_state *s, const struct call *call)
{
	if (!has_arguments(call))
		return 0;
	return fail_node(s, "can't give argument to non-function ",
			 call->operands[0]);
}

/* The value handed down goes where a parameter of TYPE is. */
static int check_type(struct tmpl_state *s, char type,
		      const struct tmpl_value *value)
{
	const char *expected = type == 's' ? "string" : "int";

	if (type == 'a' || (type == 's' && tmpl_value_is_string(value)) ||
	    (type == 'i' && json_is_integer(value->json)))
		return 0;
	if (!value->json)
		return tmpl_state_fail(s, "invalid value; expected %s",
				       expected);
	return tmpl_state_fail(s, "wrong type for value; expected %s; got %s",
			       expected, tmpl_value_type(value));
}

static const struct tmpl_callable *find_callable(const struct tmpl_state *s,
						 const struct tmpl_value *value,
						 const char *name)
{
	const struct tmpl_callable *callable = s->options->callables;

	if (!callable || value->json != s->root)
		return NULL;
	for (; callable->name; callable++)
		if (!strcmp(callable->name, name))
			return callable;
	return NULL;
}

/* One string argument of a callable field; the caller frees *OUT. */
static int callable_argument(struct tmpl_state *s, const struct call *call,
			     size_t index, char **out)
{
	autoclean(tmpl_value_release) struct tmpl_value value = TMPL_VALUE_NONE;

	if (index + 1 < call->count) {
		if (eval_operand(s, call->dot, 's', call->operands[index + 1],
				 &value) < 0)
			return -1;
	} else {
		if (check_type(s, 's', call->final) < 0)
			return -1;
		value = tmpl_value_copy(call->final);
	}
	*out = xstrndup(json_string_value(value.json),
			json_string_length(value.json));
	return 0;
}

static int call_field(struct tmpl_state *s, const struct call *call,
		      const struct tmpl_callable *callable,
		      struct tmpl_value *out)
{
	size_t given = call->count - 1 + (call->final != NULL);
	autoclean(strvec_release) struct strvec arguments = STRVEC_INIT;

	if (given != callable->arguments)
		return tmpl_state_fail(s,
				       "wrong number of args for %s: want %zu "
				       "got %zu",
				       callable->name, callable->arguments,
				       given);
	for (size_t i = 0; i < given; i++) {
		char *argument = NULL;

		if (callable_argument(s, call, i, &argument) < 0)
			return -1;
		strvec_take(&arguments, argument);
	}
	*out = tmpl_value_of(
		callable->call(s->options->context,
			       (const char *const *)strvec_array(&arguments)));
	return 0;
}

/* What a field that is not there is called in an error. */
static int fail_field(struct tmpl_state *s, const struct tmpl_value *receiver,
		      const char *name)
{
	bool is_root = receiver->json == s->root;
	const char *type = tmpl_value_type(receiver);

	if (s->options->is_raw && json_is_object(receiver->json))
		return tmpl_state_fail(s, "map has no entry for key \"%s\"",
				       name);
	if (s->options->is_raw && receiver->key)
		type = "interface {}";
	else if (is_root && s->options->type)
		type = s->options->type;
	if (receiver->shape == TMPL_SHAPE_POINTER ||
	    (s->options->is_raw && json_is_null(receiver->json)))
		return tmpl_state_fail(s, "nil pointer evaluating %s.%s", type,
				       name);
	return tmpl_state_fail(s, "can't evaluate field %s in type %s", name,
			       type);
}

/* RECEIVER.NAME, with arguments if it can take them. */
static int eval_field(struct tmpl_state *s, const struct call *call,
		      const struct tmpl_value *receiver, const char *name,
		      struct tmpl_value *out)
{
	const struct tmpl_callable *callable = find_callable(s, receiver, name);
	bool found;

	if (callable)
		return call_field(s, call, callable, out);
	if (!receiver->json)
		return 0; /* nothing in nothing is nothing */
	if (json_is_null(receiver->json) && receiver->shape == TMPL_SHAPE_MAP)
		return 0;
	if (!json_is_object(receiver->json))
		return fail_field(s, receiver, name);
	found = tmpl_value_field(receiver, name, out);
	if (!found && receiver->shape != TMPL_SHAPE_MAP)
		return fail_field(s, receiver, name);
	if (!has_arguments(call))
		return 0;
	tmpl_value_release(out);
	if (s->options->is_raw || receiver->shape == TMPL_SHAPE_MAP)
		return tmpl_state_fail(s,
				       "%s is not a method but has "
				       "arguments",
				       name);
	return tmpl_state_fail(s,
			       "%s has arguments but cannot be invoked as "
			       "function",
			       name);
}

/* The names from FIRST on, one below the other, starting at RECEIVER. */
static int eval_chain(struct tmpl_state *s, const struct call *call,
		      const struct strvec *names, size_t first,
		      struct tmpl_value *receiver)
{
	const struct call bare = { call->dot, NULL, 1, NULL };

	for (size_t i = first; i < names->count; i++) {
		struct tmpl_value found = TMPL_VALUE_NONE;
		bool is_last = i + 1 == names->count;

		if (eval_field(s, is_last ? call : &bare, receiver,
			       names->items[i], &found) < 0)
			return -1;
		tmpl_value_move(receiver, &found);
	}
	return 0;
}

static int eval_field_node(struct tmpl_state *s, const struct call *call,
			   const struct tmpl_node *node, struct tmpl_value *out)
{
	*out = tmpl_value_copy(call->dot);
	return eval_chain(s, call, &node->names, 0, out);
}

static int eval_variable_node(struct tmpl_state *s, const struct call *call,
			      const struct tmpl_node *node,
			      struct tmpl_value *out)
{
	const struct tmpl_variable *variable =
		tmpl_state_find(s, node->names.items[0]);

	if (!variable)
		return tmpl_state_fail(s, "undefined variable: %s",
				       node->names.items[0]);
	*out = tmpl_value_copy(&variable->value);
	if (node->names.count == 1)
		return refuse_arguments(s, call);
	return eval_chain(s, call, &node->names, 1, out);
}

static int eval_chain_node(struct tmpl_state *s, const struct call *call,
			   const struct tmpl_node *node, struct tmpl_value *out)
{
	if (node->pipe->type == TMPL_NODE_NIL)
		return fail_node(s, "indirection through explicit nil in ",
				 node);
	if (eval_operand(s, call->dot, 'a', node->pipe, out) < 0)
		return -1;
	return eval_chain(s, call, &node->names, 0, out);
}

static int check_count(struct tmpl_state *s,
		       const struct tmpl_function *function, size_t given)
{
	size_t least = strlen(function->parameters);

	if (function->is_variadic && given < least)
		return tmpl_state_fail(s,
				       "wrong number of args for %s: want at "
				       "least %zu got %zu",
				       function->name, least, given);
	if (!function->is_variadic && given != least)
		return tmpl_state_fail(s,
				       "wrong number of args for %s: want %zu "
				       "got %zu",
				       function->name, least, given);
	return 0;
}

/* and, or: the first operand that decides, the others stay unevaluated. */
static int eval_logic(struct tmpl_state *s, const struct call *call, bool is_or,
		      struct tmpl_value *out)
{
	for (size_t i = 1; i < call->count; i++) {
		struct tmpl_value value = TMPL_VALUE_NONE;

		if (eval_operand(s, call->dot, 'a', call->operands[i], &value) <
		    0)
			return -1;
		tmpl_value_move(out, &value);
		if (tmpl_value_is_true(out) == is_or)
			return 0;
	}
	if (call->final) {
		struct tmpl_value value = tmpl_value_copy(call->final);

		tmpl_value_move(out, &value);
	}
	return 0;
}

/* call: no value here is a function. */
static int refuse_call(struct tmpl_state *s, const struct call *call,
		       const struct tmpl_node *command)
{
	struct strbuf text = STRBUF_LIMIT(1024);
	struct tmpl_value value = TMPL_VALUE_NONE;
	int failed = 0;

	if (call->count > 1)
		failed = eval_operand(s, call->dot, 'a', call->operands[1],
				      &value);
	else
		value = tmpl_value_copy(call->final);
	if (!failed) {
		tmpl_node_format(call->operands[call->count > 1], &text);
		s->node = command;
		if (!value.json || value.shape == TMPL_SHAPE_NIL)
			(void)tmpl_state_fail(
				s, "error calling call: call of nil");
		else
			(void)tmpl_state_fail(s,
					      "error calling call: "
					      "non-function %s of type %s",
					      text.text,
					      tmpl_value_type(&value));
	}
	tmpl_value_release(&value);
	strbuf_release(&text);
	return -1;
}

/* Evaluate the operands of a function into VALUES. */
static int eval_arguments(struct tmpl_state *s, const struct call *call,
			  const struct tmpl_function *function,
			  struct tmpl_value *values)
{
	size_t typed = strlen(function->parameters);
	size_t count = call->count - 1;

	for (size_t i = 0; i < count; i++) {
		char type = i < typed ? function->parameters[i] : 'a';

		if (eval_operand(s, call->dot, type, call->operands[i + 1],
				 &values[i]) < 0)
			return -1;
	}
	if (!call->final)
		return 0;
	values[count] = tmpl_value_copy(call->final);
	return check_type(s, count < typed ? function->parameters[count] : 'a',
			  &values[count]);
}

static int run_function(struct tmpl_state *s,
			const struct tmpl_function *function,
			const struct tmpl_arguments *arguments,
			const struct tmpl_node *command, struct tmpl_value *out)
{
	struct error why = ERROR_INIT;

	if (s->options->is_header && function->is_docker) {
		*out = tmpl_value_copy(&arguments->values[0]);
		return 0;
	}
	if (function->call(arguments, out, &why) == 0)
		return 0;
	s->node = command;
	(void)tmpl_state_fail(s, "error calling %s: %s", function->name,
			      why.msg); /* -1 below */
	s->err->kind = why.kind;
	error_release(&why);
	return -1;
}

/* A function's name with its operands; COMMAND is for errors. */
static int eval_function(struct tmpl_state *s, const struct call *call,
			 const struct tmpl_node *word,
			 const struct tmpl_node *command,
			 struct tmpl_value *out)
{
	const struct tmpl_function *function = tmpl_function_find(word->text);
	size_t count = call->count - 1 + (call->final != NULL);
	struct tmpl_arguments arguments = { NULL, count, s->options };
	struct tmpl_value *values;
	int failed;

	if (check_count(s, function, count) < 0)
		return -1;
	if (!strcmp(function->name, "call"))
		return refuse_call(s, call, command);
	if (!function->call)
		return eval_logic(s, call, function->name[0] == 'o', out);
	values = xcalloc(count + 1, sizeof(*values));
	arguments.values = values;
	failed = eval_arguments(s, call, function, values);
	if (!failed)
		failed = run_function(s, function, &arguments, command, out);
	for (size_t i = 0; i < count; i++)
		tmpl_value_release(&values[i]);
	free(values);
	return failed;
}

static int eval_number(struct tmpl_state *s, const struct tmpl_node *node,
		       struct tmpl_value *out)
{
	if (!node->value)
		return tmpl_state_fail(s, "%s overflows int", node->text);
	*out = tmpl_value_of(json_incref(node->value));
	if (json_is_integer(node->value))
		out->type = "int";
	return 0;
}

/* What can only be a value: it takes no arguments. */
static int eval_literal(struct tmpl_state *s, const struct tmpl_value *dot,
			const struct tmpl_node *node, struct tmpl_value *out)
{
	switch (node->type) {
	case TMPL_NODE_DOT:
		*out = tmpl_value_copy(dot);
		return 0;
	case TMPL_NODE_NIL:
		*out = tmpl_value_nil();
		return 0;
	case TMPL_NODE_NUMBER:
		return eval_number(s, node, out);
	default: /* booleans and strings; the parser makes no other */
		*out = tmpl_value_of(json_incref(node->value));
		return 0;
	}
}

/* Operands that compute: *IS_DONE tells whether NODE was one. */
static int eval_computed(struct tmpl_state *s, const struct call *call,
			 const struct tmpl_node *node, struct tmpl_value *out,
			 bool *is_done)
{
	*is_done = true;
	switch (node->type) {
	case TMPL_NODE_FIELD:
		return eval_field_node(s, call, node, out);
	case TMPL_NODE_CHAIN:
		return eval_chain_node(s, call, node, out);
	case TMPL_NODE_VARIABLE:
		return eval_variable_node(s, call, node, out);
	case TMPL_NODE_PIPE:
		return tmpl_expr_pipeline(s, call->dot, node, out);
	case TMPL_NODE_IDENTIFIER:
		return eval_function(s, call, node, node, out);
	default: /* literals */
		*is_done = false;
		return 0;
	}
}

static int check_literal(struct tmpl_state *s, char type,
			 const struct tmpl_node *node)
{
	if (type == 's' && node->type != TMPL_NODE_STRING)
		return fail_node(s,
				 node->type == TMPL_NODE_NIL
					 ? "cannot assign nil to string"
					 : "expected string; found ",
				 node);
	if (type == 'i' &&
	    (node->type != TMPL_NODE_NUMBER || !json_is_integer(node->value)))
		return fail_node(s, "expected integer; found ", node);
	return 0;
}

static int eval_typed(struct tmpl_state *s, const struct call *call, char type,
		      const struct tmpl_node *node, struct tmpl_value *out)
{
	bool is_done;

	if (tmpl_state_at(s, node) < 0 ||
	    eval_computed(s, call, node, out, &is_done) < 0)
		return -1;
	if (is_done)
		return check_type(s, type, out);
	if (node->type == TMPL_NODE_DOT) {
		*out = tmpl_value_copy(call->dot);
		return check_type(s, type, out);
	}
	if (check_literal(s, type, node) < 0)
		return -1;
	return eval_literal(s, call->dot, node, out);
}

/* One operand as an argument of TYPE; OUT holds nothing after a failure. */
static int eval_operand(struct tmpl_state *s, const struct tmpl_value *dot,
			char type, const struct tmpl_node *node,
			struct tmpl_value *out)
{
	struct tmpl_node *word = NULL;
	struct call call = { dot, &word, 1, NULL };

	memcpy(&word, &node, sizeof(word)); /* only read, as all operands */
	if (eval_typed(s, &call, type, node, out) == 0)
		return 0;
	tmpl_value_release(out);
	return -1;
}

static int eval_command(struct tmpl_state *s, const struct tmpl_value *dot,
			const struct tmpl_node *command,
			const struct tmpl_value *final, struct tmpl_value *out)
{
	const struct tmpl_node *word = command->items[0];
	struct call call = { dot, command->items, command->count, final };
	bool is_done;

	if (word->type == TMPL_NODE_PIPE && refuse_arguments(s, &call) < 0)
		return -1; /* Go still speaks of the pipeline here */
	if (tmpl_state_at(s, word) < 0)
		return -1;
	if (word->type == TMPL_NODE_IDENTIFIER)
		return eval_function(s, &call, word, command, out);
	if (eval_computed(s, &call, word, out, &is_done) < 0)
		return -1;
	if (is_done)
		return 0;
	if (refuse_arguments(s, &call) < 0)
		return -1;
	if (word->type == TMPL_NODE_NIL)
		return tmpl_state_fail(s, "nil is not a command");
	return eval_literal(s, dot, word, out);
}

static int store(struct tmpl_state *s, const struct tmpl_node *pipe,
		 const struct tmpl_value *value)
{
	for (size_t i = 0; i < pipe->names.count; i++) {
		const char *name = pipe->names.items[i];
		struct tmpl_variable *variable;
		struct tmpl_value copy;

		if (!pipe->is_assign) {
			tmpl_state_push(s, name, value);
			continue;
		}
		variable = tmpl_state_find(s, name);
		if (!variable)
			return tmpl_state_fail(s, "undefined variable: %s",
					       name);
		copy = tmpl_value_copy(value);
		tmpl_value_move(&variable->value, &copy);
	}
	return 0;
}

int tmpl_expr_pipeline(struct tmpl_state *s, const struct tmpl_value *dot,
		       const struct tmpl_node *pipe, struct tmpl_value *out)
{
	autoclean(tmpl_value_release) struct tmpl_value value = TMPL_VALUE_NONE;
	int failed = 0;

	if (!pipe)
		return 0;
	if (tmpl_state_at(s, pipe) < 0 || tmpl_state_enter(s) < 0)
		return -1;
	for (size_t i = 0; i < pipe->count && !failed; i++) {
		struct tmpl_value next = TMPL_VALUE_NONE;

		failed = eval_command(s, dot, pipe->items[i], i ? &value : NULL,
				      &next);
		tmpl_value_move(&value, &next);
	}
	tmpl_state_leave(s);
	if (failed < 0 || store(s, pipe, &value) < 0)
		return -1;
	tmpl_value_move(out, &value);
	return 0;
}

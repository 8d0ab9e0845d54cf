/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The template functions that make text of text: docker's (split join title
 * lower upper pad truncate) and Go's escapers (html js urlquery). Arguments
 * have been checked against the function table.
 */
#ifndef CMD_TMPL_TEXT_H
#define CMD_TMPL_TEXT_H

#include "cmd/tmpl/tmpl_arguments.h"

/* split TEXT SEPARATOR: a list of strings. */
tmpl_function_call tmpl_text_split;

/* join LIST SEPARATOR; elements that are no strings print as %v. */
tmpl_function_call tmpl_text_join;

/* title TEXT: each word begins in upper case. */
tmpl_function_call tmpl_text_title;

/* lower TEXT. */
tmpl_function_call tmpl_text_lower;

/* upper TEXT. */
tmpl_function_call tmpl_text_upper;

/* pad TEXT BEFORE AFTER: spaces around it; empty text stays empty. */
tmpl_function_call tmpl_text_pad;

/* truncate TEXT N: its first N bytes. */
tmpl_function_call tmpl_text_truncate;

/* html …: the arguments printed, with &, <, >, " and ' escaped. */
tmpl_function_call tmpl_text_html;

/* js …: the arguments printed, fit for a JavaScript string. */
tmpl_function_call tmpl_text_js;

/* urlquery …: the arguments printed, fit for a URL's query. */
tmpl_function_call tmpl_text_urlquery;

#endif

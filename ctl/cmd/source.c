/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading files and command lines. Called by the verbs that take rulesets. */
#include "cmd/source.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "lang/json_read.h"
#include "util/cleanup.h"
#include "util/vec.h"

#define SOURCE_MAX (1u << 30)

static int read_all(int fd, char **ret_text, size_t *ret_length)
{
	_cleanup_free_ char *text = NULL;
	size_t length = 0, room = 0;
	ssize_t n;

	for (;;) {
		if (length == room) {
			char *more;

			if (room >= SOURCE_MAX)
				return -EFBIG;
			room = room ? room * 2 : 1 << 16;
			more = realloc(text, room);
			if (!more)
				return -ENOMEM;
			text = more;
		}
		n = read(fd, text + length, room - length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		length += n;
	}
	*ret_text = TAKE_PTR(text);
	*ret_length = length;
	return 0;
}

/*
 * JSON becomes the nft text that it means, under a name that says so. The JSON itself stays as long as the process when
 * there are errors in it: diagnostics point into it.
 */
static int translate(struct nc_source *source, char **text, struct nc_diag *diag)
{
	static struct nc_source json;
	char *name = NULL;
	int r;

	json = *source;
	r = nc_json_translate(&json, text, &source->length, diag);
	if (r < 0)
		return r;
	free((char *)json.text);
	source->text = *text;
	if (asprintf(&name, "%s (translated from JSON)",
		     strcmp(source->name, "-") == 0 ? "<stdin>" : source->name) < 0)
		return -ENOMEM;
	source->name = name;
	return 0;
}

int nc_source_read(const char *path, struct nc_source *ret, char **ret_text, struct nc_diag *diag)
{
	bool standard_input = strcmp(path, "-") == 0;
	_cleanup_close_ int opened = -1;
	size_t length = 0;
	char *text = NULL;
	int r;

	if (!standard_input) {
		opened = open(path, O_RDONLY | O_CLOEXEC);
		if (opened < 0)
			return nc_diag_errno(diag, NULL, -errno, "cannot open %s", path);
	}
	r = read_all(standard_input ? STDIN_FILENO : opened, &text, &length);
	if (r == -EISDIR) {
		nc_diag_error(diag, NULL, "%s is a directory; name a file with a ruleset", path);
		return r;
	}
	if (r < 0)
		return nc_diag_errno(diag, NULL, r, "cannot read %s",
				     standard_input ? "standard input" : path);
	*ret = (struct nc_source){.name = path, .text = text, .length = length};
	*ret_text = text;
	return nc_json_is(ret) ? translate(ret, ret_text, diag) : 0;
}

/* --- includes ---------------------------------------------------------------------------------------- */

/* They live as long as the process: diagnostics point into them. */
static NC_VEC(struct nc_source *) included;

/* From the command line. */
static struct nc_source definitions = {.name = "<options>"};
static NC_VEC(const char *) directories;

int nc_source_define(const char *definition)
{
	const char *value = strchr(definition, '=');
	char *text;
	int length;

	if (!value || value == definition || !value[1] || strpbrk(definition, ";\n#"))
		return -EINVAL;
	length = asprintf(&text, "%sdefine %.*s = %s\n", definitions.text ?: "",
			  (int)(value - definition), definition, value + 1);
	if (length < 0)
		return -ENOMEM;
	free((char *)definitions.text);
	definitions.text = text;
	definitions.length = length;
	return 0;
}

int nc_source_search(const char *directory)
{
	return nc_vec_push(&directories, directory);
}

static int read_included(const char *path, const struct nc_loc *loc, nc_sources *ret,
			 struct nc_diag *diag)
{
	struct nc_source *source = calloc(1, sizeof(*source));
	_cleanup_close_ int fd = -1;
	char *text = NULL;
	int r = -ENOMEM;

	if (!source || nc_vec_push(&included, source) < 0) {
		free(source);
		return -ENOMEM;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC);
	r = fd < 0 ? -errno : read_all(fd, &text, &source->length);
	if (r < 0)
		return nc_diag_errno(diag, loc, r, "cannot read %s", path);
	source->text = text;
	source->name = strdup(path);
	return source->name ? nc_vec_push(ret, source) : -ENOMEM;
}

/* Beside the including file: its directory, with the "/". */
static int directory_of(const struct nc_loc *loc, char *directory, size_t size)
{
	const char *name = loc->source ? loc->source->name : "";
	const char *slash = strrchr(name, '/');

	return snprintf(directory, size, "%.*s", slash ? (int)(slash - name + 1) : 0, name);
}

static bool find_files(const char *directory, const char *pattern, glob_t *ret)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s%s", directory, pattern);
	return glob(path, GLOB_ERR, NULL, ret) == 0;
}

/* Where files are that are not beside the one that includes them. */
static bool search_files(const char *pattern, glob_t *ret)
{
	nc_vec_foreach (directory, &directories) {
		char path[PATH_MAX];

		snprintf(path, sizeof(path), "%s/", *directory);
		if (find_files(path, pattern, ret))
			return true;
	}
	return find_files("/etc/", pattern, ret);
}

int nc_source_include(void *context, const char *pattern, const struct nc_loc *loc, nc_sources *ret,
		      struct nc_diag *diag)
{
	bool fixed = pattern && (*pattern == '/' || strncmp(pattern, "./", 2) == 0);
	char directory[PATH_MAX] = "";
	glob_t files = {};
	int r = 0;

	(void)context;
	if (!pattern)
		return definitions.length ? nc_vec_push(ret, &definitions) : 0;
	if (!fixed)
		directory_of(loc, directory, sizeof(directory));
	if (!find_files(directory, pattern, &files) && (fixed || !search_files(pattern, &files))) {
		globfree(&files);
		if (strpbrk(pattern, "*?["))
			return 0;
		return nc_diag_error(diag, loc, "there is no file '%s'%s", pattern,
				     fixed ? "" : " beside this one or in /etc");
	}
	for (size_t i = 0; i < files.gl_pathc && !r; i++)
		r = read_included(files.gl_pathv[i], loc, ret, diag);
	globfree(&files);
	return r;
}

int nc_source_ruleset(const struct nc_source *source, struct nc_ruleset **ret, struct nc_diag *diag)
{
	_cleanup_(nc_ruleset_freep) struct nc_ruleset *ruleset = nc_ruleset_new();
	_cleanup_(nc_script_freep) struct nc_script *script = NULL;
	int r;

	if (!ruleset)
		return -ENOMEM;
	r = nc_script_parse(source, nc_source_include, NULL, &script, diag);
	if (r == 0)
		r = nc_script_run(script, ruleset, NULL, NULL, diag);
	if (r == 0)
		*ret = TAKE_PTR(ruleset);
	return r;
}

/* A comment that the shell has taken the quotes off. */
static bool needs_quotes(int i, char **argv)
{
	return i && strcmp(argv[i - 1], "comment") == 0 && argv[i][0] != '"' && argv[i][0] != '\\';
}

int nc_source_join(int argc, char **argv, struct nc_source *ret, char **ret_text)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return -ENOMEM;
	for (int i = 0; i < argc; i++)
		fprintf(out, needs_quotes(i, argv) ? "%s\"%s\"" : "%s%s", i ? " " : "", argv[i]);
	if (fclose(out) == EOF) {
		free(text);
		return -ENOMEM;
	}
	*ret = (struct nc_source){.name = "", .text = text, .length = length};
	*ret_text = text;
	return 0;
}

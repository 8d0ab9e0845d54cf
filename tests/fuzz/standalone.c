/* SPDX-License-Identifier: Apache-2.0 */
/* Replays every file of the named folders through a fuzz target. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
	struct stat st;
	FILE *file = fopen(path, "rbe");
	uint8_t *data;
	size_t size;

	if (!file) {
		perror(path);
		return -1;
	}
	if (fstat(fileno(file), &st) < 0) {
		perror(path);
		(void)fclose(file); /* read only */
		return -1;
	}
	size = (size_t)st.st_size;
	data = malloc(size + 1);
	if (!data || fread(data, 1, size, file) != size) {
		perror(path);
		free(data);
		(void)fclose(file); /* read only */
		return -1;
	}
	(void)fclose(file);			  /* read only */
	(void)LLVMFuzzerTestOneInput(data, size); /* always 0 */
	free(data);
	return 0;
}

int main(int argc, char **argv)
{
	unsigned files = 0;

	for (int i = 1; i < argc; i++) {
		DIR *dir = opendir(argv[i]);
		struct dirent *entry;
		char path[4096];

		if (!dir) {
			perror(argv[i]);
			return 1;
		}
		while ((entry = readdir(dir))) {
			if (entry->d_name[0] == '.')
				continue;
			(void)snprintf(path, sizeof(path), "%s/%s", argv[i],
				       entry->d_name); /* cut fails to open */
			if (replay_file(path) < 0)
				return 1;
			files++;
		}
		(void)closedir(dir); /* read only */
	}
	printf("%u inputs\n", files);
	return files ? 0 : 1;
}

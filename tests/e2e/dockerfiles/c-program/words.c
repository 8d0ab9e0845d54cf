/* SPDX-License-Identifier: Apache-2.0 */
#include "words.h"

int count(char **words)
{
	int n = 0;

	while (words[n])
		n++;
	return n;
}

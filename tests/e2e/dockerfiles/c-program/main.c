/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "words.h"

int main(int argc, char **argv)
{
	return argc < 1 || printf("%d words\n", count(argv + 1)) < 0;
}

#include <stdlib.h>

#include "pico/rand.h"

// What the engine makes Math.random of. These stand for newlib's, which are predictable.
int rand(void)
{
	return get_rand_32() & RAND_MAX;
}

void srand(unsigned seed)
{
	(void)seed;
}

/* What the program is given: calls to the HAL, most of which the host has. */
#ifndef EMULATOR_CALLS_H
#define EMULATOR_CALLS_H

#include "xsAll.h"

/* The longest message on the link. */
#define MESSAGE_BYTES 65536

/* First byte of a call; its answer comes back as it is. */
#define TO_HOST_CALL 'c'

/* Pushes what `Native` of programs/meter.ts lists. Answers how many. */
int push_calls(txMachine* the);

#endif

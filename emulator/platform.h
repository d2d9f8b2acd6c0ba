/* What XS asks of its platform, for a bare Cortex-M4F: one machine thread, no parser, no debugger. */
#ifndef EMULATOR_PLATFORM_H
#define EMULATOR_PLATFORM_H

#include <ctype.h>
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define C_PATH_MAX 128

#define mxMachinePlatform \
	void* waiterCondition; \
	void* waiterData; \
	txMachine* waiterLink;

#define mxUseDefaultSharedChunks 1
#define mxUseDefaultMachinePlatform 1

#endif

/* A program in flash, as compile.c writes it: the names that its modules use, then the modules' bytecode. */
#ifndef EMULATOR_IMAGE_H
#define EMULATOR_IMAGE_H

#include <stdint.h>

/* All numbers little-endian; texts end in a 0; each record starts at a multiple of 4.
   The first name's identifier in bytecode is the engine's XS_ID_COUNT, and so on. The last module is the main one. */
struct image {
  uint32_t names, names_bytes, modules;
  char text[];
};

struct image_module {
  uint32_t path_bytes, code_bytes;
  char path[]; /* and after it the code, at a multiple of 4 */
};

#define IMAGE_ALIGN(bytes) (((bytes) + 3u) & ~3u)

#endif

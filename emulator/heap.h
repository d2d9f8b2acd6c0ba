/* What lies in a machine's heap. */
#ifndef EMULATOR_HEAP_H
#define EMULATOR_HEAP_H

#include "xsAll.h"

#define CLASS_NAME_BYTES 32

/* An object, before the addresses of those that it refers to. Address 0 is no object: it refers to the roots. */
struct heap_object {
  uint32_t address;
  uint32_t slot_bytes, chunk_bytes; /* of itself */
  uint32_t references;
  char name[CLASS_NAME_BYTES]; /* of its class; empty for functions, variables and what else has none */
};

/* Describes the heap of a machine after its garbage was collected. Answers how many bytes. */
size_t heap_describe(txMachine* the, const txSlot* root, char* into, size_t room);

#endif

/* What lies in a machine's heap: each object with what it takes by itself, and what it refers to. */
#include "heap.h"

/* Of a chunk, before what it holds. */
#define chunk_bytes(address) ((address) ? ((txChunk*)(((txByte*)(address)) - sizeof(txChunk)))->size & 0x7fffffff : 0)

static txMachine* described;
static struct heap_object* object; /* the one that is being described; its references follow it */
static char *at, *limit;

/* Slots of the shared machine are in flash on a device. */
static int is_own(const txSlot* slot) {
  const txSlot* heap;
  for (heap = described->firstHeap; heap; heap = heap->next)
    if (slot > heap && slot < heap->value.reference) return 1;
  return 0;
}

static void begin(const void* address, const char* name) {
  object = (struct heap_object*)at;
  at += sizeof *object;
  if (at > limit) fxAbort(described, XS_NOT_ENOUGH_MEMORY_EXIT);
  memset(object, 0, sizeof *object);
  object->address = (uint32_t)address;
  strncpy(object->name, name, sizeof object->name - 1);
}

static void refer(const txSlot* to) {
  if (!to || !is_own(to)) return;
  if (at + sizeof(uint32_t) > limit) fxAbort(described, XS_NOT_ENOUGH_MEMORY_EXIT);
  *(uint32_t*)at = (uint32_t)to;
  at += sizeof(uint32_t);
  object->references++;
}

static void describe_value(const txSlot* slot);

static void describe_list(const txSlot* slot) {
  for (; slot; slot = slot->next) {
    object->slot_bytes += sizeof(txSlot);
    describe_value(slot);
  }
}

/* What a slot refers to beside itself, and its chunk. */
static void describe_value(const txSlot* slot) {
  txIndex i;
  switch (slot->kind) {
  case XS_REFERENCE_KIND:
    refer(slot->value.reference);
    break;
  case XS_CLOSURE_KIND:
    refer(slot->value.closure);
    break;
  case XS_STRING_KIND:
    object->chunk_bytes += chunk_bytes(slot->value.string);
    break;
  case XS_ARRAY_KIND:
    object->chunk_bytes += chunk_bytes(slot->value.array.address);
    for (i = 0; slot->value.array.address && i < slot->value.array.length; i++)
      describe_value(slot->value.array.address + i);
    break;
  case XS_ARRAY_BUFFER_KIND:
    object->chunk_bytes += chunk_bytes(slot->value.arrayBuffer.address);
    break;
  case XS_CODE_KIND:
  case XS_CODE_X_KIND:
    refer(slot->value.code.closures);
    break;
  case XS_HOME_KIND:
    refer(slot->value.home.object);
    refer(slot->value.home.module);
    break;
  case XS_ACCESSOR_KIND:
    refer(slot->value.accessor.getter);
    refer(slot->value.accessor.setter);
    break;
  case XS_MODULE_KIND:
  case XS_PROGRAM_KIND:
    refer(slot->value.module.realm);
    break;
  case XS_EXPORT_KIND:
    refer(slot->value.export.closure);
    break;
  case XS_LIST_KIND:
    describe_list(slot->value.list.first);
    break;
  case XS_PRIVATE_KIND:
    describe_list(slot->value.private.first);
    break;
  }
}

/* The name of an object's class, where it has one. */
static const char* class_of(const txSlot* instance) {
  const txSlot* prototype = instance->value.instance.prototype;
  const txSlot* property;
  for (property = prototype ? prototype->next : NULL; property; property = property->next) {
    if (property->ID != mxID(_constructor) || property->kind != XS_REFERENCE_KIND) continue;
    for (property = property->value.reference->next; property; property = property->next)
      if (property->ID == mxID(_name) && (property->kind == XS_STRING_KIND || property->kind == XS_STRING_X_KIND))
        return property->value.string;
    break;
  }
  return "";
}

/* A variable of a closure lies in the heap by itself; where several closures have it, it is described for each. */
static void describe_variables(const txSlot* property) {
  for (; property; property = property->next) {
    if (property->kind != XS_CLOSURE_KIND || !property->value.closure || !is_own(property->value.closure)) continue;
    begin(property->value.closure, "");
    object->slot_bytes = sizeof(txSlot);
    describe_value(property->value.closure);
  }
}

size_t heap_describe(txMachine* the, const txSlot* root, char* into, size_t room) {
  const txSlot *heap, *slot;
  described = the;
  at = into;
  limit = into + room;
  begin(NULL, "");
  describe_value(root);
  for (heap = the->firstHeap; heap; heap = heap->next) {
    for (slot = heap + 1; slot < heap->value.reference; slot++) {
      if (slot->kind != XS_INSTANCE_KIND) continue;
      begin(slot, class_of(slot));
      object->slot_bytes = sizeof(txSlot);
      refer(slot->value.instance.prototype);
      describe_list(slot->next);
      describe_variables(slot->next);
    }
  }
  return at - into;
}

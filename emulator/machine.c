/* XS on the board: the platform that the engine asks for, and a program from an image in flash.
   As on a device with preloaded modules, every module but the main one runs in a machine that is then frozen and
   shared; the program runs in a machine cloned from it. */
#include "xsAll.h"

#include "board.h"
#include "calls.h"
#include "heap.h"
#include "image.h"

#define NAME_MODULO 127
#define SYMBOL_MODULO 11

extern const struct image image_start;

/* The first byte of every message on the link, beside TO_HOST_CALL and TO_HOST_RESTART. */
enum {
  TO_HOST_REPLY = 'r',  /* struct reply and what the program answered */
  FROM_HOST_DELIVER = 'd',
  FROM_HOST_COLLECT = 'g',
  FROM_HOST_DESCRIBE = 'h', /* answers what heap_describe says */
  FROM_HOST_TYPE = 't',     /* so many bytes, in 4, are on the console's line */
  FROM_HOST_WATCHDOG = 'w', /* the watchdog of simulated time has expired */
};

/* What a reply tells of the machine. */
struct reply {
  char kind;
  char padding[3];
  uint32_t ticks;      /* of the work that is answered; of the boot in the first reply */
  uint32_t load_ticks; /* of creating the shared machine and running its modules */
  uint32_t shared_chunk_bytes, shared_slot_bytes;
  uint32_t chunk_bytes, slot_bytes;                   /* in use, what was not yet collected included */
  uint32_t reserved_chunk_bytes, reserved_slot_bytes; /* taken from the board's memory; never given back */
  uint32_t stack_bytes;   /* the most that was in use */
  uint32_t console_bytes; /* written to the console since the reply before */
};

static txMachine* shared;
static uint32_t load_ticks;
static char message[MESSAGE_BYTES];
static txSlot deliver; /* the program's function */

/* Image */

static const struct image_module* next_module(const struct image_module* module) {
  return (const struct image_module*)(module->path + IMAGE_ALIGN(module->path_bytes) + IMAGE_ALIGN(module->code_bytes));
}

static const struct image_module* first_module(void) {
  return (const struct image_module*)(image_start.text + image_start.names_bytes);
}

static const struct image_module* find_module(const char* path) {
  const struct image_module* module = first_module();
  uint32_t i;
  for (i = 0; i < image_start.modules; i++, module = next_module(module))
    if (!strcmp(module->path, path)) return module;
  return NULL;
}

/* The engine's names keep their texts in flash, and the image's follow them with the identifiers that its bytecode has. */
void fxBuildKeys(txMachine* the) {
  const char* name = image_start.text;
  txID id;
  for (id = 0; id < XS_SYMBOL_ID_COUNT; id++) {
    txSlot* description = fxNewSlot(the);
    description->kind = XS_STRING_X_KIND;
    description->value.string = gxIDStrings[id];
    the->keyArray[the->keyIndex++] = description;
  }
  for (; id < XS_ID_COUNT; id++) fxNewNameX(the, gxIDStrings[id]);
  for (; id < XS_ID_COUNT + image_start.names; id++) {
    if (fxNewNameX(the, (txString)name) != id) fxAbort(the, XS_FATAL_CHECK_EXIT);
    name += strlen(name) + 1;
  }
}

txID fxFindModule(txMachine* the, txSlot* realm, txID referrer, txSlot* specifier) {
  char path[C_PATH_MAX];
  fxToStringBuffer(the, specifier, path, sizeof path);
  const struct image_module* module = find_module(path);
  return module ? fxNewNameX(the, (txString)module->path) : XS_NO_ID;
}

void fxLoadModule(txMachine* the, txSlot* slot, txID id) {
  const struct image_module* module = find_module(fxGetKeyName(the, id));
  if (!module) return;
  txScript script = {0};
  script.codeBuffer = (txByte*)module->path + IMAGE_ALIGN(module->path_bytes);
  script.codeSize = module->code_bytes;
  fxResolveModule(the, slot, id, &script, NULL, NULL);
}

/* Platform */

void* fxAllocateChunks(txMachine* the, txSize size) { return malloc(size); }
void fxFreeChunks(txMachine* the, void* chunks) { free(chunks); }
txSlot* fxAllocateSlots(txMachine* the, txSize count) { return malloc(count * sizeof(txSlot)); }
void fxFreeSlots(txMachine* the, void* slots) { free(slots); }
void fxQueuePromiseJobs(txMachine* the) {}
txID fxGenerateProfileID(void* console) { return XS_NO_ID; }
void fxBubble(txMachine* the, txInteger flags, void* text, txInteger length, txString conversation) {}
void fxReport(txMachine* the, txString format, ...) {}

/* There is no parser: eval and Function throw a SyntaxError. */
txScript* fxParseScript(txMachine* the, void* stream, txGetter getter, txUnsigned flags) { return NULL; }

void fxAbort(txMachine* the, int status) {
  switch (status) {
  case XS_STACK_OVERFLOW_EXIT: board_restart(RESET_STACK_OVERFLOW, "stack overflow");
  case XS_NOT_ENOUGH_MEMORY_EXIT: board_restart(RESET_OUT_OF_MEMORY, "memory full");
  case XS_UNHANDLED_EXCEPTION_EXIT:
  case XS_UNHANDLED_REJECTION_EXIT: board_restart(RESET_EXCEPTION, fxToString(the, &mxException));
  default: board_restart(RESET_UNEXPECTED, "the engine ended itself");
  }
}

/* Modules */

/* Runs a module and leaves its namespace on the stack. Modules do not wait, so it has run when the call returns. */
static void import(txMachine* the, const char* path) {
  mxPushStringX((txString)path);
  fxRunImport(the, mxModuleInstanceInternal(mxProgram.value.reference)->value.module.realm, XS_NO_ID);
  txSlot* promise = the->stack->value.reference;
  if (mxPromiseStatus(promise)->value.integer == mxPendingStatus) fxRunPromiseJobs(the);
  *the->stack = *mxPromiseResult(promise);
  if (mxPromiseStatus(promise)->value.integer != mxFulfilledStatus) {
    mxException = *the->stack;
    fxAbort(the, XS_UNHANDLED_REJECTION_EXIT);
  }
}

static void freeze_property(txSlot* property) {
  property->flag |= XS_DONT_DELETE_FLAG;
  if (property->kind != XS_ACCESSOR_KIND) property->flag |= XS_DONT_SET_FLAG;
}

static void freeze_properties(txMachine* the, txSlot* property) {
  for (; property; property = property->next) {
    freeze_property(property);
    if (property->kind == XS_PRIVATE_KIND) freeze_properties(the, property->value.private.first);
    if (property->kind == XS_ARRAY_KIND) {
      const txIndex length = fxGetIndexSize(the, property);
      txIndex i;
      for (i = 0; i < length; i++) freeze_property(property->value.array.address + i);
    }
  }
}

/* Flash cannot be written: objects, arrays, buffers, maps, private fields and variables alike. */
static void freeze(txMachine* the) {
  txSlot* heap;
  for (heap = the->firstHeap; heap; heap = heap->next) {
    txSlot* slot;
    for (slot = heap + 1; slot < heap->value.reference; slot++) {
      if (slot->kind == XS_INSTANCE_KIND) {
        slot->flag |= XS_DONT_PATCH_FLAG;
        freeze_properties(the, slot->next);
      } else if (slot->kind == XS_CLOSURE_KIND) {
        slot->value.closure->flag |= XS_DONT_SET_FLAG;
      }
    }
  }
}

/* Texts of the shared machine are constants to the other: its collector leaves them alone. */
static void make_constant(txSlot* slot) {
  if (slot->kind == XS_STRING_KIND) slot->kind = XS_STRING_X_KIND;
  if (slot->kind == XS_KEY_KIND) slot->kind = XS_KEY_X_KIND;
}

static void share(txMachine* the) {
  txSlot* heap;
  freeze(the);
  fxShareMachine(the);
  for (heap = the->firstHeap; heap; heap = heap->next) {
    txSlot* slot;
    for (slot = heap + 1; slot < heap->value.reference; slot++) {
      make_constant(slot);
      if (slot->kind == XS_ARRAY_KIND) {
        const txIndex length = fxGetIndexSize(the, slot);
        txIndex i;
        for (i = 0; i < length; i++) make_constant(slot->value.array.address + i);
      }
    }
  }
}

/* Program */

/* The program's stack is filled with a pattern, and what was used shows. */
#define UNUSED 0xA5

static uint32_t most_stack(txMachine* the) {
  const uint8_t* byte = (uint8_t*)the->stackBottom;
  while (*byte == UNUSED) byte++;
  return (uint8_t*)the->stackTop - byte;
}

static void reply(txMachine* the, const void* body, size_t bytes) {
  struct reply reply = {TO_HOST_REPLY};
  reply.ticks = board_ticks();
  reply.load_ticks = load_ticks;
  reply.shared_chunk_bytes = shared->currentChunksSize;
  reply.shared_slot_bytes = shared->currentHeapCount * sizeof(txSlot);
  reply.chunk_bytes = the->currentChunksSize;
  reply.slot_bytes = the->currentHeapCount * sizeof(txSlot);
  reply.reserved_chunk_bytes = the->maximumChunksSize;
  reply.reserved_slot_bytes = the->maximumHeapCount * sizeof(txSlot);
  reply.stack_bytes = most_stack(the);
  reply.console_bytes = console_written();
  link_send(&reply, sizeof reply, body, bytes);
}

/* Calls the program's function with what the host delivered, and replies with what it answers. */
static void serve(txMachine* the, size_t bytes) {
  mxTry(the) {
    mxPushUndefined();
    mxPushSlot(&deliver);
    mxCall();
    mxPushUndefined();
    fxArrayBuffer(the, the->stack, message + 1, bytes - 1, -1);
    mxRunCount(1);
    if (the->stack->kind == XS_REFERENCE_KIND) {
      reply(the, fxToArrayBuffer(the, the->stack), fxGetArrayBufferLength(the, the->stack));
    } else {
      reply(the, NULL, 0);
    }
    mxPop();
  }
  mxCatch(the) {
    fxAbort(the, XS_UNHANDLED_EXCEPTION_EXIT);
  }
}

#define DESCRIPTION_BYTES (512 * 1024)

static void describe(txMachine* the) {
  char* description = malloc(DESCRIPTION_BYTES);
  fxCollectGarbage(the);
  reply(the, description, heap_describe(the, &deliver, description, DESCRIPTION_BYTES));
  free(description);
}

int main(void) {
  static txCreation shared_creation = {
      .initialChunkSize = 64 * 1024,
      .incrementalChunkSize = 16 * 1024,
      .initialHeapCount = 4096,
      .incrementalHeapCount = 1024,
      .stackCount = 512,
      .initialKeyCount = 2048,
      .incrementalKeyCount = 256,
      .nameModulo = NAME_MODULO,
      .symbolModulo = SYMBOL_MODULO,
  };
  /* Small steps, so that what is reserved is what the program needs. */
  static txCreation creation = {
      .initialChunkSize = 4 * 1024,
      .incrementalChunkSize = 1024,
      .initialHeapCount = 512,
      .incrementalHeapCount = 64,
      .stackCount = 1024,
      .initialKeyCount = 32,
      .incrementalKeyCount = 32,
      .nameModulo = NAME_MODULO,
      .symbolModulo = SYMBOL_MODULO,
  };
  const struct image_module* module = first_module();
  uint32_t i;
  link_open();

  shared = fxCreateMachine(&shared_creation, "shared", NULL, XS_NO_ID);
  fxBeginHost(shared);
  for (i = 1; i < image_start.modules; i++, module = next_module(module)) {
    txMachine* the = shared;
    import(the, module->path);
    mxPop();
  }
  fxEndHost(shared);
  share(shared);
  load_ticks = board_ticks();

  txMachine* the = fxCloneMachine(&creation, shared, "program", NULL);
  the->stackLimit = board_stack_limit();
  memset(the->stackBottom, UNUSED, (uint8_t*)the->stack - (uint8_t*)the->stackBottom);
  fxBeginHost(the);
  mxTry(the) {
    import(the, module->path);
    fxGetID(the, fxNewNameX(the, "start"));
    deliver = *the->stack;
    *the->stack = mxUndefined;
    mxPushSlot(&deliver);
    mxCall();
    mxRunCount(push_calls(the));
    deliver = *the->stack;
    mxPop();
    fxRemember(the, &deliver);
  }
  mxCatch(the) {
    fxAbort(the, XS_UNHANDLED_EXCEPTION_EXIT);
  }
  fxEndHost(the);
  reply(the, NULL, 0);

  for (;;) {
    const size_t bytes = link_receive(message, sizeof message);
    board_start_ticks();
    board_feed_watchdog();
    switch (message[0]) {
    case FROM_HOST_WATCHDOG: board_restart(RESET_WATCHDOG, "watchdog");
    case FROM_HOST_TYPE:
      console_receive(*(uint32_t*)(message + 4));
      reply(the, NULL, 0);
      break;
    case FROM_HOST_COLLECT:
      fxCollectGarbage(the);
      reply(the, NULL, 0);
      break;
    case FROM_HOST_DESCRIBE:
      describe(the);
      break;
    default:
      fxBeginHost(the);
      serve(the, bytes);
      fxEndHost(the);
    }
  }
}

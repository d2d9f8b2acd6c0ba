/* compile IMAGE ROOT MODULE...: compiles ROOT/MODULE.js of each MODULE with the XS compiler into one image (image.h).
   Names are given their identifiers here, so that a device runs the bytecode where it lies. Prints each module's size. */
#include "xsScript.h"

#include "image.h"

#define PARSER_BUFFER_BYTES (1024 * 1024)
#define SYMBOL_MODULO 1993

/* What the compiler asks of its host. */
txID fxGenerateProfileID(void* console) { return XS_NO_ID; }
void fxGenerateTag(void* console, txString buffer, txInteger size, txString path) { *buffer = 0; }
void fxVReportWarning(void* console, txString path, txInteger line, txString format, c_va_list arguments) {}
void fxVReportError(void* console, txString path, txInteger line, txString format, c_va_list arguments) {
  fprintf(stderr, "%s:%d: ", path, line);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
}

static const char* names[65536];
static txID name_count = 0;

static txID intern(const char* name) {
  txID id;
  for (id = 0; id < name_count; id++)
    if (!strcmp(names[id], name)) return id;
  names[name_count] = strdup(name);
  return name_count++;
}

/* The instruction that uses code or text where it lies, for one that would copy it. */
static txU1 in_place(txU1 instruction) {
  switch (instruction) {
  case XS_CODE_CODE_1: return XS_CODE_CODE_ARCHIVE_1;
  case XS_CODE_CODE_2: return XS_CODE_CODE_ARCHIVE_2;
  case XS_CODE_CODE_4: return XS_CODE_CODE_ARCHIVE_4;
  case XS_CODE_STRING_1: return XS_CODE_STRING_ARCHIVE_1;
  case XS_CODE_STRING_2: return XS_CODE_STRING_ARCHIVE_2;
  case XS_CODE_STRING_4: return XS_CODE_STRING_ARCHIVE_4;
  default: return instruction;
  }
}

/* Makes a script one of the image: its own numbers of names become the image's identifiers, and nothing is copied. */
static void link_script(txScript* script) {
  txByte* text = script->symbolsBuffer;
  txID count, i;
  mxDecodeID(text, count);
  txID* ids = malloc(count * sizeof(txID));
  ids[0] = XS_NO_ID;
  for (i = 1; i < count; i++) {
    ids[i] = intern((char*)text);
    text += strlen((char*)text) + 1;
  }
  txByte* code = script->codeBuffer;
  txByte* end = code + script->codeSize;
  while (code < end) {
    const txS1 size = gxCodeSizes[*(txU1*)code];
    *(txU1*)code = in_place(*(txU1*)code);
    if (size > 0) {
      code += size;
    } else if (size == 0) {
      txByte* at = ++code;
      txID id;
      mxDecodeID(code, id);
      if (id != XS_NO_ID) mxEncodeID(at, ids[id]);
    } else if (size == -1) {
      code += 2 + ((txU1*)code)[1];
    } else if (size == -2) {
      txU2 length;
      code++;
      mxDecode2(code, length);
      code += length;
    } else {
      txS4 length;
      code++;
      mxDecode4(code, length);
      code += length;
    }
  }
  free(ids);
}

static txScript* compile(const char* path) {
  txParser parser;
  txParserJump jump;
  txScript* script = NULL;
  FILE* file = fopen(path, "rb");
  if (!file) return NULL;
  fxInitializeParser(&parser, NULL, PARSER_BUFFER_BYTES, SYMBOL_MODULO);
  parser.firstJump = &jump;
  parser.path = fxNewParserSymbol(&parser, (txString)path);
  if (setjmp(jump.jmp_buf) == 0) {
    fxParserTree(&parser, file, (txGetter)fgetc, 0, NULL);
    fxParserHoist(&parser);
    fxParserBind(&parser);
    script = fxParserCode(&parser);
  }
  fxTerminateParser(&parser);
  fclose(file);
  return script;
}

static void write_padded(FILE* image, const void* bytes, size_t count) {
  fwrite(bytes, 1, count, image);
  fwrite("\0\0\0", 1, IMAGE_ALIGN(count) - count, image);
}

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  const int modules = argc - 3;
  txScript** scripts = calloc(modules, sizeof *scripts);
  int i;
  while (name_count < XS_ID_COUNT) {
    names[name_count] = gxIDStrings[name_count];
    name_count++;
  }
  for (i = 0; i < modules; i++) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s.js", argv[2], argv[i + 3]);
    if (!(scripts[i] = compile(path))) {
      fprintf(stderr, "%s: does not compile\n", path);
      return 1;
    }
    link_script(scripts[i]);
  }

  FILE* image = fopen(argv[1], "wb");
  if (!image) return 1;
  struct image head = {name_count - XS_ID_COUNT, 0, modules};
  for (i = XS_ID_COUNT; i < name_count; i++) head.names_bytes += strlen(names[i]) + 1;
  const uint32_t names_bytes = head.names_bytes;
  head.names_bytes = IMAGE_ALIGN(names_bytes);
  fwrite(&head, sizeof head, 1, image);
  for (i = XS_ID_COUNT; i < name_count; i++) fwrite(names[i], strlen(names[i]) + 1, 1, image);
  fwrite("\0\0\0", 1, head.names_bytes - names_bytes, image);
  for (i = 0; i < modules; i++) {
    const struct image_module module = {strlen(argv[i + 3]) + 1, scripts[i]->codeSize};
    fwrite(&module, sizeof module, 1, image);
    write_padded(image, argv[i + 3], module.path_bytes);
    write_padded(image, scripts[i]->codeBuffer, module.code_bytes);
    printf("%s %u\n", argv[i + 3], module.code_bytes);
  }
  return fclose(image) ? 1 : 0;
}

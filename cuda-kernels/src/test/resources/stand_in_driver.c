// A stand-in for libcuda.so.1 that describes made-up devices. The test sets with -D:
// INIT (status of cuInit), VERSION, COUNT, MAJOR, MINOR; WITHOUT_VERSION leaves a function out.
#include <string.h>

int cuInit(unsigned flags) { return flags == 0 ? INIT : 1; }

#ifndef WITHOUT_VERSION
int cuDriverGetVersion(int* version) { *version = VERSION; return 0; }
#endif

int cuDeviceGetCount(int* count) { *count = COUNT; return 0; }

int cuDeviceGet(int* device, int ordinal) {
  if (ordinal < 0 || ordinal >= COUNT) return 101;
  *device = 40 + ordinal;
  return 0;
}

int cuDeviceGetName(char* name, int bytes, int device) {
  const char text[] = "NVIDIA Stand-in 0";
  if (bytes < (int)sizeof text || device < 40) return 1;
  memcpy(name, text, sizeof text);
  name[sizeof text - 2] = (char)('0' + device - 40);
  return 0;
}

int cuDeviceGetAttribute(int* value, int attribute, int device) {
  if (device < 40) return 101;
  if (attribute == 75) { *value = MAJOR; return 0; }
  if (attribute == 76) { *value = MINOR; return 0; }
  return 1;
}

int cuDeviceTotalMem_v2(unsigned long* bytes, int device) {
  if (device < 40) return 101;
  *bytes = (unsigned long)(device - 39) << 33;
  return 0;
}

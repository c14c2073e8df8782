/* Two GPUs as NVML tells of them, for tests: number 0 has no GPM and is split by MIG; number 1 has both.
   FAKE_NVML_LOST: from this sample on (counted from 1) the utilisation cannot be read. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { OK = 0, INVALID_ARGUMENT = 2, NOT_SUPPORTED = 3, NOT_FOUND = 6, GPU_LOST = 15 };

typedef struct { unsigned number; } Device;
typedef struct { unsigned long taken; } Sample;
typedef struct { unsigned gpu, memory; } Utilisation;
typedef struct { unsigned long long total, free, used; } Memory;
typedef struct { unsigned version, supported; } Support;
typedef struct { unsigned id; int result; double value; char *names[3]; } Metric;
typedef struct { unsigned version, count; Sample *before, *now; Metric metrics[]; } Metrics;

static Device devices[2] = {{0}, {1}};
static unsigned long readings, samples;

int nvmlInitWithFlags(unsigned flags) { return OK; }
int nvmlShutdown(void) { return OK; }
int nvmlDeviceGetCount_v2(unsigned *count) { *count = 2; return OK; }
int nvmlDeviceGetHandleByIndex_v2(unsigned number, Device **device) {
    if (number > 1) return INVALID_ARGUMENT;
    *device = &devices[number];
    return OK;
}
int nvmlDeviceGetHandleByUUID(const char *uuid, Device **device) {
    if (strcmp(uuid, "GPU-one")) return NOT_FOUND;
    *device = &devices[1];
    return OK;
}
int nvmlDeviceGetUtilizationRates(Device *device, Utilisation *rates) {
    const char *lost = getenv("FAKE_NVML_LOST");
    if (!device->number) return NOT_SUPPORTED;
    if (++readings >= (lost ? strtoul(lost, 0, 10) : -1UL)) return GPU_LOST;
    rates->gpu = 42, rates->memory = 7;
    return OK;
}
int nvmlDeviceGetMemoryInfo(Device *device, Memory *memory) {
    memory->total = 16ULL << 30, memory->free = 11ULL << 30, memory->used = 5ULL << 30;
    return OK;
}
int nvmlDeviceGetClockInfo(Device *device, int kind, unsigned *mhz) {
    if (kind != 1) return INVALID_ARGUMENT;
    *mhz = 1590;
    return OK;
}
int nvmlDeviceGetTemperature(Device *device, int sensor, unsigned *celsius) { *celsius = 61; return OK; }
int nvmlDeviceGetPowerUsage(Device *device, unsigned *milliwatts) { return NOT_SUPPORTED; }
int nvmlDeviceGetCurrentClocksThrottleReasons(Device *device, unsigned long long *reasons) {
    *reasons = 0x20 | 0x2; /* software's thermal slowdown, and a setting */
    return OK;
}
int nvmlGpmQueryDeviceSupport(Device *device, Support *support) {
    support->supported = device->number == 1;
    return OK;
}
int nvmlGpmSampleAlloc(Sample **sample) { *sample = calloc(1, sizeof **sample); return OK; }
int nvmlGpmSampleGet(Device *device, Sample *sample) { sample->taken = ++samples; return OK; }
int nvmlGpmMetricsGet(Metrics *request) {
    if (request->version != 1 || request->now->taken != request->before->taken + 1) return INVALID_ARGUMENT;
    for (unsigned i = 0; i < request->count; i++) {
        Metric *metric = &request->metrics[i];
        metric->result = OK;
        /* SM activity is 30 + the sample's number; occupancy is known from the second reading on. */
        metric->value = metric->id == 2 ? 30.0 + request->now->taken : samples > 2 ? 12.5 : NAN;
    }
    return OK;
}

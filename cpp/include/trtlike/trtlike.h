// The whole public C++ API.
#pragma once

#include "trtlike/builder.h"
#include "trtlike/engine.h"
#include "trtlike/error.h"
#include "trtlike/execution_context.h"
#include "trtlike/logger.h"
#include "trtlike/machine.h"
#include "trtlike/network.h"
#include "trtlike/onnx_parser.h"
#include "trtlike/profile.h"
#include "trtlike/runtime.h"
#include "trtlike/timing_cache.h"
#include "trtlike/types.h"
#include "trtlike/version.h"
#include "trtlike/wait_hooks.h"

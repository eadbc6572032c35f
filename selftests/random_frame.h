/* SPDX-License-Identifier: GPL-2.0-only */
/* Random frames near the values that random rules have, and malformed ones. */
#ifndef NETCTL_SELFTESTS_RANDOM_FRAME_H
#define NETCTL_SELFTESTS_RANDOM_FRAME_H

#include "frame.h"

/* Few values, so that frames and rules meet. */
extern const char *const random_addresses[5];
extern const char *const random_addresses6[6];
extern const uint16_t random_ports[8];

struct frame random_frame(void);

#endif

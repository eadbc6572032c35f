#include "cmd/monitor.h"
enum nc_exit nc_monitor_ruleset(struct nc_monitor *monitor)
{
	(void)monitor;
	return 0;
}

#include "apparmor.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hook.h"
#include "io.h"

/* Keep in step with defaultAppArmorProfile of runtime-helper/container/confinement.ts. */
#define DEFAULT_PROFILE "skiff-default"

/* Of the same effect as Docker's default one (apparmor.d(5)): of files and capabilities all that the mounts, the bounding set and the
 * filter have left, but no mount; nothing that is the machine's below /proc and /sys is written; signals and traces stay among
 * containers, but for the signals of who is not confined. A denial has no exceptions, hence the patterns: only /proc/PID, /proc/self,
 * /proc/thread-self, /proc/sys/kernel/shm* and /sys/fs/cg* are left out. */
static const char rules[] =
	"profile " DEFAULT_PROFILE " flags=(attach_disconnected,mediate_deleted) {\n"
	"  network,\n"
	"  capability,\n"
	"  file,\n"
	"  umount,\n"
	"  deny mount,\n"
	"  signal (receive) peer=unconfined,\n"
	"  signal (send,receive) peer=" DEFAULT_PROFILE ",\n"
	"  ptrace (trace,read,tracedby,readby) peer=" DEFAULT_PROFILE ",\n"
	"  deny /proc/* w,\n"
	"  deny /proc/{[^1-9st],[st][^eyh]}*/** w,\n"
	"  deny /proc/sys/{[^k],k[^e]}** w,\n"
	"  deny /proc/sys/kernel/{[^s],s[^h],sh[^m]}** w,\n"
	"  deny /proc/{kcore,kmem,mem,sysrq-trigger} rwklx,\n"
	"  deny /sys/{[^f],f[^s],fs[^/],fs/[^c],fs/c[^g]}** wklx,\n"
	"  deny /sys/{firmware,kernel/security,devices/virtual/powercap}/** rwklx,\n"
	"}\n";

/* securityfs has a line for each: NAME (MODE). */
static bool is_loaded(void)
{
	char line[512];
	FILE *profiles = fopen("/sys/kernel/security/apparmor/profiles", "re");
	bool found = false;
	while (profiles && !found && fgets(line, sizeof(line), profiles))
		found = strncmp(line, DEFAULT_PROFILE " (", sizeof(DEFAULT_PROFILE " (") - 1) == 0;
	if (profiles)
		fclose(profiles);
	return found;
}

/* Only the parser knows the form of this kernel's policies: apparmor_parser(8). */
static int load(struct failure *failure)
{
	static const char *const parsers[] = { "/usr/sbin/apparmor_parser", "/sbin/apparmor_parser" };
	for (size_t i = 0; i < ARRAY_LENGTH(parsers); i++) {
		if (access(parsers[i], X_OK) < 0)
			continue;
		const char *arguments[] = { parsers[i], "--replace", "--skip-cache", NULL };
		const struct hook_spec hook = { .path = parsers[i], .timeout = 30, .arguments = { ARRAY_LENGTH(arguments), arguments } };
		return hook_run(&hook, rules, failure);
	}
	return fail_with(failure, STAGE_CONFINE, ENOENT, "apparmor_parser");
}

int apparmor_settle(struct spec *spec, struct failure *failure)
{
	if (!spec->apparmor || strcmp(spec->apparmor, DEFAULT_PROFILE) != 0 || is_loaded() || load(failure) == 0)
		return 0;
	spec->apparmor = NULL;
	return -1;
}

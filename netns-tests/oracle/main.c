// SPDX-License-Identifier: GPL-2.0-only
/*
 * oracle: random rulesets and frames through nft and through netctl, everything that can be seen compared.
 * Owns the command line, the loop, and what is printed.
 */
#include "arena.h"
#include "blame.h"
#include "generate.h"
#include "replay.h"
#include "shrink.h"

#include "../../selftests/chance.h"

#include <getopt.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PRUNE_ROUNDS 12
#define FRAMES_MAX   4096

struct options {
	unsigned seconds, rulesets, frames, differences;
	uint64_t seed;
	bool strict, print;
	const char *netctl;
	char **case_files; /* instead of random ones */
	unsigned cases;
};

struct tally {
	unsigned rulesets, frames, different, unsteady, nft_refused, netctl_refused, rules, pruned;
	unsigned long long counters, counted, delivered;
};

static volatile sig_atomic_t stop;

static void on_signal(int signal)
{
	(void)signal;
	stop = 1;
}

static const char *const outcome_names[] = {
	[OUTCOME_SAME] = "same",
	[OUTCOME_DIFFERENT] = "different",
	[OUTCOME_NFT_REFUSES] = "nft refuses",
	[OUTCOME_NETCTL_REFUSES] = "netctl refuses",
};

static const char usage[] =
	"usage: oracle [OPTION ...]         random rulesets\n"
	"       oracle [OPTION ...] FILE ...  differences that were printed once, again\n"
	"  --seconds N        end after N seconds (60)\n"
	"  --rulesets N       end after N rulesets\n"
	"  --frames N         frames for each ruleset (200)\n"
	"  --seed N           of the first ruleset; the next one has N + 1\n"
	"  --features LIST    use only these parts of the language and kinds of frames\n"
	"  --with LIST        use these too: egress, shift and automerge are off otherwise\n"
	"  --without LIST     do not use these\n"
	"  --list-features    name them\n"
	"  --netctl PATH      the program to compare with nft (build/netctl)\n"
	"  --self-test        compare nft with nft\n"
	"  --strict           what netctl refuses and nft accepts is a difference\n"
	"  --differences N    end after N differences (5)\n"
	"  --print            print every ruleset\n";

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static void report(struct trial *trial, uint64_t seed, struct ruleset *ruleset,
		   struct packet *packets, unsigned n)
{
	unsigned trials = shrink(trial, ruleset, packets, &n);

	/* Once more, so that the answers are those of the case. */
	trial_run(trial, ruleset, packets, n);
	printf("\n=== difference, seed %llu (after %u trials)\n", (unsigned long long)seed, trials);
	replay_print(ruleset, packets, n, stdout);
	answer_same(&trial->answer[SIDE_NFT], &trial->answer[SIDE_NETCTL], stdout);
	fflush(stdout);
}

/* Until both accept it: leave out the lines that one of them refuses. */
static enum outcome settle(struct trial *trial, const struct options *options, struct tally *tally,
			   struct ruleset *ruleset, const struct packet *packets)
{
	unsigned rules = ruleset_rules(ruleset);
	bool netctl_spoke = false;
	enum outcome outcome;

	for (int round = 0; round < PRUNE_ROUNDS; round++) {
		outcome = trial_run(trial, ruleset, packets, options->frames);
		if (outcome != OUTCOME_NFT_REFUSES && outcome != OUTCOME_NETCTL_REFUSES)
			break;
		if (outcome == OUTCOME_NETCTL_REFUSES && options->strict)
			break;
		if (options->print) {
			ruleset_print(ruleset, stdout);
			fputs(trial->message, stdout);
		}
		/* What nft misses once lines are gone is no refusal of its own. */
		netctl_spoke |= outcome == OUTCOME_NETCTL_REFUSES;
		if (outcome == OUTCOME_NETCTL_REFUSES)
			blame_count(SIDE_NETCTL, trial->message);
		else if (!netctl_spoke)
			blame_count(SIDE_NFT, trial->message);
		if (!blame_prune(ruleset, trial->message))
			break;
	}
	tally->rules += rules;
	tally->pruned += rules - ruleset_rules(ruleset);
	return outcome;
}

/* Cases of former days. Returns how many differ or are refused; -1: broken off. */
static int replay(struct trial *trial, const struct options *options)
{
	static struct packet packets[FRAMES_MAX];
	static struct ruleset ruleset;
	int bad = 0;

	trial->careful = true;
	for (unsigned i = 0; i < options->cases && !stop; i++) {
		int n = replay_read(options->case_files[i], &ruleset, packets, FRAMES_MAX);
		enum outcome outcome;

		if (n < 0)
			return -1;
		outcome = trial_run(trial, &ruleset, packets, n);
		if (outcome == OUTCOME_BROKEN)
			return -1;
		printf("%s: %s\n", options->case_files[i], outcome_names[outcome]);
		if (outcome == OUTCOME_DIFFERENT)
			answer_same(&trial->answer[SIDE_NFT], &trial->answer[SIDE_NETCTL], stdout);
		else if (outcome != OUTCOME_SAME)
			fputs(trial->message, stdout);
		bad += outcome != OUTCOME_SAME;
		arena_reset();
	}
	return bad;
}

static int one(struct trial *trial, const struct options *options, struct tally *tally,
	       uint64_t seed)
{
	static struct packet packets[FRAMES_MAX];
	static struct ruleset ruleset;
	enum outcome outcome;

	arena_reset();
	/* Twice: neighbouring seeds begin neighbouring sequences. */
	chance_seed(seed);
	chance_seed(chance64());
	generate(&ruleset);
	traffic_draw(&ruleset, packets, options->frames);
	trial->careful = false;
	outcome = settle(trial, options, tally, &ruleset, packets);
	tally->rulesets++;
	if (outcome == OUTCOME_BROKEN)
		return -1;
	if (outcome == OUTCOME_NFT_REFUSES) {
		tally->nft_refused++;
		return 0;
	}
	if (outcome == OUTCOME_NETCTL_REFUSES) {
		tally->netctl_refused++;
		if (options->strict) {
			printf("\n=== refused, seed %llu\n%s", (unsigned long long)seed,
			       trial->message);
			tally->different++;
		}
		return 0;
	}
	tally->frames += options->frames;
	tally->counters += trial->answer[SIDE_NFT].counters;
	tally->counted += trial->answer[SIDE_NFT].counted;
	tally->delivered += trial->answer[SIDE_NFT].frames;
	if (options->print)
		ruleset_print(&ruleset, stdout);
	if (outcome == OUTCOME_SAME)
		return 0;
	/* A difference has to show again, with time to settle. */
	trial->careful = true;
	if (trial_run(trial, &ruleset, packets, options->frames) != OUTCOME_DIFFERENT) {
		tally->unsteady++;
		return 0;
	}
	tally->different++;
	report(trial, seed, &ruleset, packets, options->frames);
	return 0;
}

static void progress(const struct tally *tally, double seconds)
{
	static double last;

	if (!isatty(2) || now() - last < 0.2)
		return;
	last = now();
	fprintf(stderr, "\r%u rulesets (%.1f/s), %u frames, %llu counters, %u differences \033[K",
		tally->rulesets, tally->rulesets / seconds, tally->frames, tally->counters,
		tally->different);
}

static void summary(const struct tally *tally, double seconds)
{
	if (isatty(2))
		fputs("\r\033[K", stderr);
	blame_print(SIDE_NFT, "nft refused");
	blame_print(SIDE_NETCTL, "netctl refused");
	printf("%u rulesets in %.0f s (%.1f/s), %u frames of which nft let %llu out\n",
	       tally->rulesets, seconds, tally->rulesets / seconds, tally->frames,
	       tally->delivered);
	printf("%llu counters compared, %llu of them not zero\n", tally->counters, tally->counted);
	printf("%u of %u rules left out because one side refused them; %u rulesets refused by nft, "
	       "%u by netctl\n",
	       tally->pruned, tally->rules, tally->nft_refused, tally->netctl_refused);
	printf("%u differences, %u that did not show again\n", tally->different, tally->unsteady);
}

static int run(const struct options *options)
{
	char directory[] = "/tmp/ncO-XXXXXX";
	struct tally tally = {};
	struct world world;
	struct trial trial = {
		.world = &world, .nft = "nft", .netctl = options->netctl, .stop = &stop};
	char file[sizeof(directory) + 16];
	double begin, seconds;
	uint64_t seed = options->seed;
	int err = 0;

	if (!mkdtemp(directory)) {
		perror(directory);
		return 1;
	}
	snprintf(file, sizeof(file), "%s/ruleset.nft", directory);
	trial.file = file;
	err = world_open(&world);
	begin = now();
	if (!err && options->cases)
		err = replay(&trial, options);
	while (!err && !options->cases && !stop && tally.rulesets < options->rulesets &&
	       tally.different < options->differences && now() - begin < options->seconds) {
		err = one(&trial, options, &tally, seed++);
		if (err)
			printf("seed %llu: broken off\n", (unsigned long long)seed - 1);
		progress(&tally, now() - begin);
	}
	seconds = now() - begin;
	trial_end(&trial);
	unlink(file);
	rmdir(directory);
	if (!options->cases)
		summary(&tally, seconds);
	return err || tally.different ? 1 : 0;
}

static bool parse(int argc, char **argv, struct options *options)
{
	enum {
		SECONDS,
		RULESETS,
		FRAMES,
		SEED,
		FEATURES,
		WITH,
		WITHOUT,
		LIST,
		NETCTL,
		SELF,
		STRICT,
		DIFFERENCES,
		PRINT
	};
	static const struct option words[] = {
		{"seconds", required_argument, NULL, SECONDS},
		{"rulesets", required_argument, NULL, RULESETS},
		{"frames", required_argument, NULL, FRAMES},
		{"seed", required_argument, NULL, SEED},
		{"features", required_argument, NULL, FEATURES},
		{"with", required_argument, NULL, WITH},
		{"without", required_argument, NULL, WITHOUT},
		{"list-features", no_argument, NULL, LIST},
		{"netctl", required_argument, NULL, NETCTL},
		{"self-test", no_argument, NULL, SELF},
		{"strict", no_argument, NULL, STRICT},
		{"differences", required_argument, NULL, DIFFERENCES},
		{"print", no_argument, NULL, PRINT},
		{},
	};
	bool good = true;
	int word;

	while (good && (word = getopt_long(argc, argv, "", words, NULL)) != -1) {
		switch (word) {
		case SECONDS:
			options->seconds = strtoul(optarg, NULL, 0);
			break;
		case RULESETS:
			options->rulesets = strtoul(optarg, NULL, 0);
			options->seconds = options->seconds == 60 ? UINT32_MAX : options->seconds;
			break;
		case FRAMES:
			options->frames = strtoul(optarg, NULL, 0);
			break;
		case SEED:
			options->seed = strtoull(optarg, NULL, 0);
			break;
		case FEATURES:
			good = features_only(optarg);
			break;
		case WITH:
			good = features_with(optarg);
			break;
		case WITHOUT:
			good = features_without(optarg);
			break;
		case LIST:
			features_print(stdout);
			exit(0);
		case NETCTL:
			options->netctl = optarg;
			break;
		case SELF:
			options->netctl = "nft";
			break;
		case STRICT:
			options->strict = true;
			break;
		case DIFFERENCES:
			options->differences = strtoul(optarg, NULL, 0);
			break;
		case PRINT:
			options->print = true;
			break;
		default:
			fputs(usage, stderr);
			good = false;
		}
	}
	options->case_files = argv + optind;
	options->cases = argc - optind;
	return good && options->frames && options->frames <= FRAMES_MAX;
}

int main(int argc, char **argv)
{
	struct options options = {.seconds = 60,
				  .rulesets = UINT32_MAX,
				  .frames = 200,
				  .differences = 5,
				  .seed = time(NULL),
				  .netctl = "build/netctl"};
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
	cpu_set_t first;

	features_begin();
	if (!parse(argc, argv, &options))
		return 2;
	/* Frames are received on the CPU that sends them: one, so that they stay in order and "meta cpu" is known. */
	CPU_ZERO(&first);
	CPU_SET(0, &first);
	sched_setaffinity(0, sizeof(first), &first);
	setenv("NO_COLOR", "1", 1);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	if (!options.cases)
		printf("seed %llu\n", (unsigned long long)options.seed);
	fflush(stdout);
	return run(&options);
}

package dev.poolswitch;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The strategies that come with the library, working on the tier itself so that nothing is copied. */
enum BuiltInStrategy implements Strategy {
    ROUND_ROBIN {
        @Override
        @Nullable
        KeySlot pick(Tier tier, LeaseRequest request, long now) {
            return tier.inTurn(request, now);
        }
    },
    LEAST_USED {
        @Override
        @Nullable
        KeySlot pick(Tier tier, LeaseRequest request, long now) {
            return tier.best(request, now, FEWEST);
        }
    },
    RANDOM {
        @Override
        @Nullable
        KeySlot pick(Tier tier, LeaseRequest request, long now) {
            return tier.any(request, now);
        }
    },
    QUOTA_FAILOVER {
        @Override
        @Nullable
        KeySlot pick(Tier tier, LeaseRequest request, long now) {
            return tier.best(request, now, SAFEST);
        }
    },
    LEAST_BUSY {
        @Override
        @Nullable
        KeySlot pick(Tier tier, LeaseRequest request, long now) {
            return tier.best(request, now, LEAST_LEASES);
        }
    },
    WEIGHTED {
        @Override
        @Nullable
        KeySlot pick(Tier tier, LeaseRequest request, long now) {
            return tier.drawn(request, now);
        }
    },
    TWO_RANDOM_CHOICES {
        @Override
        @Nullable
        KeySlot pick(Tier tier, LeaseRequest request, long now) {
            KeySlot one = tier.any(request, now);
            KeySlot two = tier.any(request, now);
            if (one == null || two == null || one == two) {
                return one == null ? two : one;
            }
            return two.load(now) < one.load(now) ? two : one;
        }
    },
    PRIORITY {
        @Override
        @Nullable
        KeySlot pick(Tier tier, LeaseRequest request, long now) {
            return tier.inTurn(request, now);
        }
    };

    /** Whichever comes first. */
    static final Tier.Ranking FIRST = new Tier.Ranking() {
        @Override
        public boolean better(KeySlot candidate, KeySlot best, long now) {
            return false;
        }

        @Override
        public boolean unbeatable(KeySlot candidate, long fewestRequests) {
            return false;
        }
    };

    private static final Tier.Ranking FEWEST = new Tier.Ranking() {
        @Override
        public boolean better(KeySlot candidate, KeySlot best, long now) {
            return candidate.requests() < best.requests();
        }

        @Override
        public boolean unbeatable(KeySlot candidate, long fewestRequests) {
            return candidate.requests() <= fewestRequests;
        }
    };

    private static final Tier.Ranking LEAST_LEASES = new Tier.Ranking() {
        @Override
        public boolean better(KeySlot candidate, KeySlot best, long now) {
            return lessBusy(candidate, best);
        }

        @Override
        public boolean unbeatable(KeySlot candidate, long fewestRequests) {
            return candidate.inFlight() == 0;
        }
    };

    private static final Tier.Ranking SAFEST = new Tier.Ranking() {
        @Override
        public boolean better(KeySlot candidate, KeySlot best, long now) {
            return safer(candidate, best, now);
        }

        @Override
        public boolean unbeatable(KeySlot candidate, long fewestRequests) {
            return candidate.inFlight() == 0;
        }
    };

    /** A key of the tier that may serve the request, or {@code null}. */
    abstract @Nullable KeySlot pick(Tier tier, LeaseRequest request, long now);

    /** Used when somebody composes a built-in strategy into one of their own: the same preference over a list. */
    @Override
    public KeyCandidate choose(List<? extends KeyCandidate> ready) {
        int start = ThreadLocalRandom.current().nextInt(ready.size());
        KeyCandidate best = ready.get(start);
        for (int i = 1; i < ready.size() && comparing(); i++) {
            KeyCandidate next = ready.get((start + i) % ready.size());
            if (cost(next) < cost(best)) {
                best = next;
            }
        }
        return best;
    }

    static String names() {
        return Arrays.stream(values())
                .map(strategy -> strategy.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
    }

    private boolean comparing() {
        return this != RANDOM && this != ROUND_ROBIN && this != PRIORITY;
    }

    private double cost(KeyCandidate candidate) {
        return switch (this) {
            case LEAST_USED -> candidate.requests();
            case LEAST_BUSY -> candidate.inFlight();
            case TWO_RANDOM_CHOICES -> candidate.utilisation();
            case WEIGHTED ->
                -candidate.key().weight()
                        * candidate.successRate()
                        / (1 + candidate.latency().toNanos() / 1e9);
            default ->
                candidate.estimatedRemainingQuota().isEmpty()
                        ? -1
                        : -(double) candidate.estimatedRemainingQuota().getAsLong()
                                / candidate.key().monthlyQuota().orElse(1);
        };
    }

    private static boolean lessBusy(KeySlot a, KeySlot b) {
        int difference = a.inFlight() - b.inFlight();
        return difference < 0 || (difference == 0 && a.requests() < b.requests());
    }

    private static boolean safer(KeySlot a, KeySlot b, long now) {
        if (a.untroubled() && b.untroubled()) {
            return lessBusy(a, b);
        }
        double left = a.remainingShare(now) - b.remainingShare(now);
        if (left != 0) {
            return left > 0;
        }
        int refusals = a.recentRefusals() - b.recentRefusals();
        if (refusals != 0) {
            return refusals < 0;
        }
        int failures = a.recentFailures() - b.recentFailures();
        if (failures != 0) {
            return failures < 0;
        }
        return lessBusy(a, b);
    }
}

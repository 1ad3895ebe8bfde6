package dev.poolswitch.verdict;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Collects the budget headers of one answer and makes buckets of them. Header names repeat from answer to answer, so
 * what a name means is looked up in a bounded cache that belongs to the classifier. Not thread-safe; the cache is.
 */
final class BudgetHeaders implements Predicate<String>, BiConsumer<String, String> {

    private static final int MOST_SLOTS = 32;
    private static final int LONGEST_VALUE = 512;

    /** What the header names of an upstream mean. Stops growing at a bound that no honest upstream reaches. */
    static final class Names {

        private static final int MOST = 512;

        private final Map<String, BudgetName> known = new ConcurrentHashMap<>();

        BudgetName of(String header) {
            BudgetName name = known.get(header);
            if (name == null) {
                name = BudgetName.of(header);
                if (known.size() < MOST) {
                    known.put(header, name);
                }
            }
            return name;
        }
    }

    /** The raw values of one bucket. */
    private static final class Slot {

        private final BudgetName name;
        private @Nullable String limit;
        private @Nullable String remaining;
        private @Nullable String reset;
        private @Nullable String policy;
        private @Nullable String items;

        Slot(BudgetName name) {
            this.name = name;
        }

        void put(BudgetName.Role role, String value) {
            switch (role) {
                case LIMIT -> limit = joined(limit, value);
                case REMAINING -> remaining = joined(remaining, value);
                case RESET -> reset = joined(reset, value);
                case POLICY -> policy = joined(policy, value);
                case ITEMS -> items = joined(items, value);
                case STATUS -> remaining = value.trim().equals("rejected") ? "0" : null;
                case NONE -> throw new IllegalStateException("not a budget header");
            }
        }

        private static String joined(@Nullable String first, String second) {
            return first == null ? second : first + ", " + second;
        }
    }

    private final Names names;
    private final Map<String, Duration> windows;
    private @Nullable List<Slot> slots;

    /**
     * @param names the cache
     * @param windows the windows of buckets whose headers do not tell them, by bucket
     */
    BudgetHeaders(Names names, Map<String, Duration> windows) {
        this.names = names;
        this.windows = windows;
    }

    @Override
    public boolean test(String header) {
        return names.of(header).role() != BudgetName.Role.NONE;
    }

    @Override
    public void accept(String header, String value) {
        BudgetName name = names.of(header);
        if (value.length() <= LONGEST_VALUE) {
            Slot slot = slot(name);
            if (slot != null) {
                slot.put(name.role(), value);
            }
        }
    }

    private @Nullable Slot slot(BudgetName name) {
        if (slots == null) {
            slots = new ArrayList<>(4);
        }
        for (Slot slot : slots) {
            if (slot.name.bucket().equals(name.bucket())) {
                return slot;
            }
        }
        if (slots.size() == MOST_SLOTS) {
            return null;
        }
        Slot slot = new Slot(name);
        slots.add(slot);
        return slot;
    }

    boolean isEmpty() {
        return slots == null;
    }

    /** The buckets, those without a limit (a limit of 0 means that at Brave) left out. */
    List<Bucket> buckets(Instant now) {
        if (slots == null) {
            return List.of();
        }
        List<Bucket> buckets = new ArrayList<>(slots.size());
        for (Slot slot : slots) {
            if (slot.items != null) {
                buckets.addAll(RateLimitFields.buckets(slot.items, slot.policy, now));
            }
            if (slot.remaining != null && slot.remaining.indexOf(',') > 0 && Digits.count(slot.remaining) < 0) {
                addEach(slot, buckets, now);
            } else if (slot.remaining != null || slot.limit != null) {
                addOne(slot, buckets, now);
            }
        }
        return buckets;
    }

    private void addOne(Slot slot, List<Bucket> buckets, Instant now) {
        long limit = slot.limit == null ? -1 : Digits.count(slot.limit);
        List<RateLimitFields.Window> limits = List.of();
        if (limit < 0 && slot.limit != null) {
            limits = RateLimitFields.windows(slot.limit);
            limit = limits.isEmpty() ? -1 : limits.get(0).count();
        }
        long remaining = slot.remaining == null ? -1 : Digits.count(slot.remaining);
        Duration reset = slot.reset == null ? null : WaitText.reset(slot.reset, now);
        if (limit == 0 || (limit < 0 && remaining < 0)) {
            return;
        }
        Duration window = slot.name.window() != null ? slot.name.window() : windows.get(slot.name.bucket());
        if (window == null) {
            window = RateLimitFields.windowOf(
                    slot.policy == null ? limits : RateLimitFields.windows(slot.policy), reset);
        }
        buckets.add(new Bucket(slot.name.unit(), limit, remaining, reset, window, slot.name.shared()));
    }

    /** Lists with an element per window, as Brave sends them: {@code X-RateLimit-Remaining: 1, 1000}. */
    private static void addEach(Slot slot, List<Bucket> buckets, Instant now) {
        String[] remaining = slot.remaining == null ? new String[0] : slot.remaining.split(",", -1);
        String[] resets = slot.reset == null ? new String[0] : slot.reset.split(",", -1);
        List<RateLimitFields.Window> limits = RateLimitFields.windows(slot.limit);
        List<RateLimitFields.Window> policies = RateLimitFields.windows(slot.policy);
        for (int i = 0; i < remaining.length; i++) {
            long left = Digits.count(remaining[i]);
            long limit = i < limits.size() ? limits.get(i).count() : -1;
            if (left < 0 || limit == 0) {
                continue;
            }
            Duration window = i < policies.size() ? policies.get(i).length() : null;
            Duration reset = i < resets.length ? WaitText.reset(resets[i], now) : null;
            buckets.add(new Bucket(slot.name.unit(), limit, left, reset, window, slot.name.shared()));
        }
    }
}

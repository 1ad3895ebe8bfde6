package dev.poolswitch;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The keys at one moment, in the order in which they were added, and their tiers, lowest first. Immutable, but for the
 * tiers' knowledge of who may be ready.
 */
record Roster(Map<String, KeySlot> slots, List<Tier> tiers) {

    static Roster of(Iterable<KeySlot> slots, RecoveryQueue recoveries) {
        Map<String, KeySlot> byId = new LinkedHashMap<>();
        slots.forEach(slot -> byId.put(slot.key().id(), slot));
        Map<Integer, List<KeySlot>> byTier = byId.values().stream()
                .sorted(Comparator.comparingInt(slot -> slot.key().tier()))
                .collect(Collectors.groupingBy(slot -> slot.key().tier(), TreeMap::new, Collectors.toList()));
        Function<List<KeySlot>, Tier> seated = members -> {
            Tier tier = new Tier(members, recoveries);
            for (int i = 0; i < members.size(); i++) {
                members.get(i).sit(new KeySlot.Seat(tier, i));
            }
            return tier;
        };
        return new Roster(byId, byTier.values().stream().map(seated).toList());
    }

    /**
     * Whether no key was out of sight for a moment only since this count, so that having found none is the truth. Who
     * takes a key out of sight looks once more and may put it back; see {@link Tier#shut}.
     */
    boolean settledSince(int shuts) {
        for (int i = 0; i < tiers.size(); i++) {
            // In this order: who has left is counted.
            if (tiers.get(i).shutting()) {
                return false;
            }
        }
        return shuts() == shuts;
    }

    int shuts() {
        int shuts = 0;
        for (int i = 0; i < tiers.size(); i++) {
            shuts += tiers.get(i).shuts();
        }
        return shuts;
    }

    /** Whether every key is known not to be ready for any call. */
    boolean noneInSight() {
        for (int i = 0; i < tiers.size(); i++) {
            if (tiers.get(i).ready.next(0) >= 0) {
                return false;
            }
        }
        return true;
    }

    int size() {
        return slots.size();
    }

    void markReady() {
        slots.values().forEach(KeySlot::markReady);
    }
}

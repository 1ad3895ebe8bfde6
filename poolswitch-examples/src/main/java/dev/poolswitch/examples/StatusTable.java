package dev.poolswitch.examples;

import dev.poolswitch.KeyStatus;
import dev.poolswitch.PoolStatus;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** A pool's status as a plain, aligned table. */
final class StatusTable {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss'Z'").withZone(ZoneOffset.UTC);
    private static final String ROW = "%-10s %-16s %8s %8s %9s  %-21s %s%n";

    private StatusTable() {}

    static String of(PoolStatus status) {
        StringBuilder table = new StringBuilder(
                String.format(ROW, "key", "state", "requests", "refusals", "failovers", "cooldown until", "why"));
        for (KeyStatus key : status.keys()) {
            table.append(String.format(
                    ROW,
                    key.id(),
                    key.state(),
                    key.requests(),
                    key.refusals(),
                    key.failovers(),
                    key.cooldownUntil() == null ? "-" : TIME.format(key.cooldownUntil()),
                    key.reason().isEmpty() ? "-" : key.reason()));
        }
        return table.toString();
    }
}

package dev.poolswitch.store;

import dev.poolswitch.verdict.Scope;
import dev.poolswitch.verdict.VerdictKind;
import java.io.IOException;
import java.io.Serial;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The text of a state file, version 1. Fields are written by hand, so that renaming something in the code cannot change
 * what is stored; unknown fields are ignored.
 */
final class JsonFormat {

    static final int VERSION = 1;

    private static final String NAME = "poolswitch-state";

    /** Half a surrogate pair has no UTF-8 form, but it can be escaped. */
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private JsonFormat() {}

    /**
     * All that a file holds, immutable.
     *
     * @param salt the salt of the fingerprints
     * @param pools the records of each pool by their identity
     */
    record Content(String salt, Map<String, Map<KeyRecord.Id, KeyRecord>> pools) {

        static Content empty() {
            return new Content(Salt.random(), Map.of());
        }

        /** This content after a saved batch. */
        Content with(String pool, Collection<KeyRecord> changes) {
            Map<KeyRecord.Id, KeyRecord> records = new LinkedHashMap<>(pools.getOrDefault(pool, Map.of()));
            changes.forEach(change -> records.merge(change.id(), change, KeyRecord::mergedWith));
            Map<String, Map<KeyRecord.Id, KeyRecord>> merged = new HashMap<>(pools);
            merged.put(pool, records);
            return new Content(salt, merged);
        }
    }

    /** The file is somebody else's or from the future; it stays as it is. */
    static final class RefusedException extends IOException {
        @Serial
        private static final long serialVersionUID = 1;

        RefusedException(String why) {
            super(why);
        }
    }

    /** The file was ours and cannot be read any more. */
    static final class DamagedException extends IOException {
        @Serial
        private static final long serialVersionUID = 1;

        DamagedException(Exception why) {
            super(why.getMessage(), why);
        }
    }

    static byte[] write(Content content) {
        ObjectNode root = JSON.createObjectNode();
        root.put("format", NAME).put("version", VERSION).put("salt", content.salt());
        ObjectNode pools = root.putObject("pools");
        content.pools().forEach((name, records) -> {
            ArrayNode array = pools.putArray(name);
            records.values().forEach(each -> write(each, array.addObject()));
        });
        return JSON.writeValueAsString(root).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Reads a file.
     *
     * @throws RefusedException when it is JSON, but none that this version may touch
     * @throws DamagedException when it cannot be understood
     */
    static Content read(byte[] text) throws IOException {
        try {
            JsonNode root = JSON.readTree(text);
            if (!NAME.equals(root.path("format").asString(""))) {
                if (root.isMissingNode()) {
                    throw new IllegalArgumentException("it is empty");
                }
                throw new RefusedException("is no state file of PoolSwitch; choose another name");
            }
            int version = root.required("version").intValue();
            if (version > VERSION) {
                throw new RefusedException("was written by a newer PoolSwitch (format " + version + ", this one knows "
                        + VERSION + "); upgrade poolswitch-core or choose another file");
            }
            Map<String, Map<KeyRecord.Id, KeyRecord>> pools = new HashMap<>();
            root.required("pools").forEachEntry((name, records) -> {
                Map<KeyRecord.Id, KeyRecord> byId = new LinkedHashMap<>();
                for (JsonNode each : records) {
                    KeyRecord stored = record(each);
                    byId.put(stored.id(), stored);
                }
                pools.put(name, byId);
            });
            return new Content(root.required("salt").stringValue(), pools);
        } catch (JacksonException | DateTimeException | IllegalArgumentException e) {
            throw new DamagedException(e);
        }
    }

    private static void write(KeyRecord from, ObjectNode to) {
        to.put("scope", from.scope().name())
                .put("key", from.keyId())
                .put("subject", from.subject())
                .put("fingerprint", from.fingerprint())
                .put("generation", from.generation())
                .put("disabled", from.disabled())
                .put("cause", from.cause().name())
                .put("code", from.code())
                .put("closedUntil", from.closedUntil().toString())
                .put("avoidUntil", from.avoidUntil().toString())
                .put("changedAt", from.changedAt().toString())
                .put("streak", from.streak())
                .put("failuresInARow", from.failures())
                .put("period", from.period().toString())
                .put("requests", from.counters().requests())
                .put("refusals", from.counters().refusals())
                .put("failures", from.counters().failures())
                .put("failovers", from.counters().failovers())
                .put("quotaMonth", from.counters().quotaMonth())
                .put("quotaUsed", from.counters().quotaUsed());
    }

    private static KeyRecord record(JsonNode from) {
        JsonNode month = from.path("quotaMonth");
        return new KeyRecord(
                Scope.valueOf(text(from, "scope")),
                text(from, "key"),
                text(from, "subject"),
                text(from, "fingerprint"),
                number(from, "generation"),
                from.required("disabled").booleanValue(),
                VerdictKind.valueOf(text(from, "cause")),
                text(from, "code"),
                Instant.parse(text(from, "closedUntil")),
                Instant.parse(text(from, "avoidUntil")),
                Instant.parse(text(from, "changedAt")),
                from.required("streak").intValue(),
                from.required("failuresInARow").intValue(),
                Duration.parse(text(from, "period")),
                new KeyRecord.Counters(
                        number(from, "requests"),
                        number(from, "refusals"),
                        number(from, "failures"),
                        number(from, "failovers"),
                        month.isString() ? month.stringValue() : null,
                        number(from, "quotaUsed")));
    }

    private static String text(JsonNode from, String field) {
        return from.required(field).stringValue();
    }

    private static long number(JsonNode from, String field) {
        return from.required(field).longValue();
    }
}

package dev.poolswitch.verdict;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * The scalars of a JSON document, each under its path ({@code error.details[0].reason}), as far as the document could
 * be read: an answer's prefix may be cut, nested without end or broken, and what stands before the break still counts.
 * Bounded in depth, number and length of what it keeps. An array at the root is looked through, since Vertex wraps its
 * errors in one. Immutable.
 */
final class FlatJson {

    private static final int MOST_ENTRIES = 400;
    private static final int DEEPEST = 12;
    private static final int LONGEST_VALUE = 4096;
    private static final int LONGEST_NAME = 64;

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(256)
                    .maxStringLength(1 << 20)
                    .maxNumberLength(400)
                    .build())
            .build();

    /** A scalar; the value of a JSON null is {@code null}. */
    record Entry(String path, @Nullable String value, boolean text) {}

    private final List<Entry> entries;

    private FlatJson(List<Entry> entries) {
        this.entries = entries;
    }

    /** The first document of a text. Never throws. */
    static FlatJson parse(String text) {
        List<Entry> entries = new ArrayList<>();
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), text)) {
            new Reader(parser, entries).read();
        } catch (JacksonException e) {
            // What was read before the break is the document.
        }
        return new FlatJson(entries);
    }

    List<Entry> entries() {
        return entries;
    }

    /** Whether there is a value or a whole object at a path; a null, an empty text and {@code false} are nothing. */
    boolean has(String path) {
        for (Entry entry : entries) {
            if (JsonPath.begins(path, entry.path) && isSomething(entry.value)) {
                return true;
            }
        }
        return false;
    }

    /** Whether there is exactly this value at a path. */
    boolean says(String path, String value) {
        for (Entry entry : entries) {
            if (value.equals(entry.value) && path.equals(entry.path)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isSomething(@Nullable String value) {
        return value != null && !value.isEmpty() && !value.equals("false");
    }

    /** Walks through the tokens, keeping the path. */
    private static final class Reader {

        private final JsonParser parser;
        private final List<Entry> entries;
        private final StringBuilder path = new StringBuilder();
        private final int[] lengths = new int[DEEPEST + 2];
        private final int[] indexes = new int[DEEPEST + 2];
        private int depth;

        Reader(JsonParser parser, List<Entry> entries) {
            this.parser = parser;
            this.entries = entries;
        }

        void read() {
            JsonToken token = parser.nextToken();
            if (token == JsonToken.START_ARRAY) {
                token = parser.nextToken();
            }
            if (token == JsonToken.END_ARRAY) {
                return;
            }
            while (token != null && entries.size() < MOST_ENTRIES) {
                step(token);
                if (depth == 0) {
                    return;
                }
                token = parser.nextToken();
            }
        }

        private void step(JsonToken token) {
            if (token == JsonToken.PROPERTY_NAME) {
                name(parser.currentName());
                return;
            }
            if (token.isStructEnd()) {
                depth--;
                path.setLength(lengths[Math.max(depth, 0)]);
                return;
            }
            if (depth > 0 && indexes[depth] >= 0) {
                path.setLength(lengths[depth]);
                path.append('[').append(indexes[depth]++).append(']');
            }
            if (token.isStructStart()) {
                open(token);
            } else {
                scalar(token);
            }
        }

        private void open(JsonToken token) {
            if (depth == DEEPEST) {
                parser.skipChildren();
                return;
            }
            depth++;
            lengths[depth] = path.length();
            indexes[depth] = token == JsonToken.START_ARRAY ? 0 : -1;
        }

        private void name(String name) {
            path.setLength(lengths[depth]);
            if (depth > 1 || path.length() > 0) {
                path.append('.');
            }
            path.append(name, 0, Math.min(name.length(), LONGEST_NAME));
        }

        private void scalar(JsonToken token) {
            String value = token == JsonToken.VALUE_NULL ? null : parser.getString();
            if (value != null && value.length() > LONGEST_VALUE) {
                value = value.substring(0, LONGEST_VALUE);
            }
            entries.add(new Entry(path.toString(), value, token == JsonToken.VALUE_STRING));
        }
    }
}

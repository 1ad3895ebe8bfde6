package dev.poolswitch.verdict;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One thing that a rule demands of an answer. All conditions of a rule must hold. */
sealed interface Condition {

    boolean holds(Evidence evidence);

    /** Whether the body must be read to decide. */
    default boolean readsBody() {
        return true;
    }

    /** How a value is compared. Without anything to compare with its presence is enough. */
    record Match(Set<String> equal, List<String> prefixes, List<String> parts, boolean present) {

        static final Match PRESENT = new Match(Set.of(), List.of(), List.of(), true);

        static Match equal(String... values) {
            return new Match(Set.copyOf(List.of(values)), List.of(), List.of(), true);
        }

        static Match prefix(String prefix) {
            return new Match(Set.of(), List.of(prefix), List.of(), true);
        }

        boolean comparesNothing() {
            return equal.isEmpty() && prefixes.isEmpty() && parts.isEmpty();
        }

        boolean fits(String value) {
            return comparesNothing()
                    || equal.contains(value)
                    || startsWithAny(value, prefixes)
                    || containsAny(value, parts);
        }
    }

    /** A header line with a fitting value; or, when absence is asked for, none at all. */
    record Header(String name, Match match) implements Condition {
        @Override
        public boolean holds(Evidence evidence) {
            for (String value : evidence.answer().headers(name)) {
                if (!match.present || match.fits(value.trim())) {
                    return match.present;
                }
            }
            return !match.present;
        }

        @Override
        public boolean readsBody() {
            return false;
        }
    }

    /** A value at a path of the JSON body; an object or array counts as present. */
    record Json(String path, Match match) implements Condition {
        @Override
        public boolean holds(Evidence evidence) {
            if (match.comparesNothing()) {
                return match.present == evidence.json().has(path);
            }
            for (FlatJson.Entry entry : evidence.json().entries()) {
                if (entry.value() != null && JsonPath.matches(path, entry.path()) && match.fits(entry.value())) {
                    return match.present;
                }
            }
            return !match.present;
        }
    }

    /** The body begins with one of these texts. */
    record Body(List<String> prefixes) implements Condition {
        @Override
        public boolean holds(Evidence evidence) {
            return startsWithAny(evidence.text(), prefixes);
        }
    }

    /** The body is a web page; one that contains one of the texts, when there are any: no prompt is echoed in it. */
    record Html(List<String> containing) implements Condition {
        @Override
        public boolean holds(Evidence evidence) {
            return evidence.html() && (containing.isEmpty() || containsAny(evidence.text(), containing));
        }
    }

    /** One of the machine words in the known positions, in lower case. */
    record Code(Set<String> codes) implements Condition {
        @Override
        public boolean holds(Evidence evidence) {
            return seen(evidence) != null;
        }

        @Nullable
        String seen(Evidence evidence) {
            for (String code : evidence.codes()) {
                if (codes.contains(code)) {
                    return code;
                }
            }
            return null;
        }
    }

    /**
     * A message that begins with one of the prefixes (in lower case) and, when there are markers, has one of them
     * behind: "Rate limit reached … (TPD)". Never a marker alone.
     */
    record Message(List<String> prefixes, List<String> markers) implements Condition {

        /** Providers put the marker into their first sentences; an echo of the prompt comes later. */
        private static final int REACH = 400;

        @Override
        public boolean holds(Evidence evidence) {
            for (String message : evidence.messages()) {
                String head =
                        message.substring(0, Math.min(message.length(), REACH)).toLowerCase(Locale.ROOT);
                if (startsWithAny(head, prefixes) && (markers.isEmpty() || containsAny(head, markers))) {
                    return true;
                }
            }
            return false;
        }
    }

    /** Some bucket of the budget headers is at 0, and its window is at least this long. */
    record Spent(Duration window) implements Condition {
        @Override
        public boolean holds(Evidence evidence) {
            for (Bucket bucket : evidence.buckets()) {
                if (window.isZero() ? bucket.remaining() == 0 : bucket.spent(window)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public boolean readsBody() {
            return false;
        }
    }

    private static boolean startsWithAny(String text, List<String> prefixes) {
        for (String prefix : prefixes) {
            if (text.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }

    private static boolean containsAny(String text, List<String> words) {
        for (String word : words) {
            if (text.contains(word)) {
                return true;
            }
        }
        return false;
    }
}

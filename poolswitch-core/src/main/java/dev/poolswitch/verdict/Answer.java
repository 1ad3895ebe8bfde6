package dev.poolswitch.verdict;

import java.time.Instant;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A view of an upstream's answer. Valid only during the call that hands it over; not thread-safe. An adapter implements
 * it over its client's native answer, so nothing is copied unless a classifier asks.
 */
public interface Answer {

    /** The status code. */
    int status();

    /** The first value of a header, by case-insensitive name; {@code null} when absent. */
    @Nullable
    String header(String name);

    /** All values of a header in the order of their arrival, by case-insensitive name; empty when absent. */
    List<String> headers(String name);

    /** Hands over each header line, name then value, in the order of arrival. */
    void forEachHeader(BiConsumer<String, String> consumer);

    /**
     * Shows the headers of some names, as {@link #forEachHeader(BiConsumer)}. A client that makes a string of a value only
     * when it is asked for it makes no others.
     *
     * @param names which names, as they came
     */
    default void forEachHeader(Predicate<String> names, BiConsumer<String, String> consumer) {
        forEachHeader((name, value) -> {
            if (names.test(name)) {
                consumer.accept(name, value);
            }
        });
    }

    /**
     * The first bytes of the body, as they came after transfer coding, without consuming them: whoever reads the body
     * later still gets all of it. Reading is bounded in size and time by the adapter, so fewer bytes than asked for may
     * come although the body is longer.
     *
     * @param maxBytes the most bytes to return; 65,536 at most are honoured
     * @return an array that nobody changes
     */
    byte[] bodyPrefix(int maxBytes);

    /**
     * Whether the first bytes of the body pass a test: as {@link #bodyPrefix(int)}, without a copy where an adapter can
     * show them in place.
     *
     * @param maxBytes as there
     * @param test what to look for
     */
    default boolean bodyPrefix(int maxBytes, BytesTest test) {
        byte[] prefix = bodyPrefix(maxBytes);
        return test.passes(prefix, 0, prefix.length);
    }

    /**
     * Looks at bytes where they lie. Around them lie those of other answers, and soon in their place, so only tests of our
     * own are shown them; a classifier of yours asks for {@link #bodyPrefix(int)}.
     */
    sealed interface BytesTest permits BytesCopy, RuleClassifier.Suspicious {

        /** Whether the bytes from {@code offset} on pass. */
        boolean passes(byte[] array, int offset, int length);
    }

    /** The local wall-clock time at which the answer's head arrived. */
    Instant receivedAt();
}

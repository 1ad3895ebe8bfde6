package dev.poolswitch.testkit.server;

import java.util.List;
import java.util.Locale;

/**
 * One header line.
 *
 * @param name the name as it was or will be written
 * @param value the value without surrounding white space
 */
public record Header(String name, String value) {
    private static final List<String> SECRET_WORDS = List.of("authorization", "key", "token", "cookie", "secret");

    /**
     * Checks that the line cannot break out of its place.
     *
     * @throws IllegalArgumentException if the name is empty or one of the two contains a line break
     */
    public Header {
        if (name.isEmpty() || hasLineBreak(name) || hasLineBreak(value)) {
            throw new IllegalArgumentException("a header needs a name, and neither part may contain CR or LF");
        }
    }

    private static boolean hasLineBreak(String text) {
        return text.indexOf('\r') >= 0 || text.indexOf('\n') >= 0;
    }

    /** Whether this line has the given name, whatever the case of its letters. */
    public boolean is(String otherName) {
        return name.equalsIgnoreCase(otherName);
    }

    /** The line, with its value hidden if the name sounds like a credential. */
    @Override
    public String toString() {
        String lower = name.toLowerCase(Locale.ROOT);
        return name + ": " + (SECRET_WORDS.stream().anyMatch(lower::contains) ? "***" : value);
    }
}

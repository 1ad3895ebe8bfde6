package dev.poolswitch.verdict;

/**
 * Finds usage reports in a passing body. Between reports it only searches (see {@link KeyScanner}); inside one it is a
 * small automaton that takes byte after byte, so that a report may be cut anywhere.
 *
 * <p>The later report wins, number by number: Anthropic and Gemini count cumulatively, and Anthropic's last report
 * lacks the input that its first one told.
 */
final class UsageScanner {

    private static final KeyScanner KEYS = new KeyScanner("\"usage", "\"eval_", "\"promp");

    /** What follows the pattern up to the closing quote. */
    private static final String[] METADATA = {"", "Metadata", "_metadata"};

    private static final String EVAL_REST = "count";
    private static final String PROMPT_EVAL_REST = "t_eval_count";
    private static final int LONGEST_REST = 16;
    private static final int MOST_CARRIED = KeyScanner.WIDTH;

    private enum State {
        SEARCH,
        NAME,
        COLON,
        VALUE,
        REPORT,
        COUNT
    }

    private final UsageReport report = new UsageReport();
    private final byte[] carried = new byte[2 * MOST_CARRIED];
    private final StringBuilder name = new StringBuilder(LONGEST_REST);
    private int carriedLength;
    private State state = State.SEARCH;
    private int pattern;

    /** Whether no report has begun that has not ended. */
    boolean isBetweenReports() {
        return state == State.SEARCH;
    }

    /** Some of the body is not looked at. */
    void skip() {
        carriedLength = 0;
    }

    void accept(byte[] bytes, int from, int to) {
        int at = from;
        if (state == State.SEARCH && carriedLength > 0) {
            at = acrossTheSeam(bytes, from, to);
        }
        while (at < to) {
            at = state == State.SEARCH ? search(bytes, at, from, to) : step(bytes, at);
        }
        if (state == State.SEARCH) {
            carry(bytes, from, to);
        } else {
            carriedLength = 0;
        }
    }

    /** A name that begins in the last piece and ends in this one. */
    private int acrossTheSeam(byte[] bytes, int from, int to) {
        int more = Math.min(MOST_CARRIED - 1, to - from);
        System.arraycopy(bytes, from, carried, carriedLength, more);
        int found = KEYS.find(carried, 0, carriedLength + more);
        while (found >= 0) {
            if ((found == 0 || carried[found - 1] != '\\') && found + KeyScanner.WIDTH > carriedLength) {
                begin(KEYS.patternAt(carried, found));
                return from + found + KeyScanner.WIDTH - carriedLength;
            }
            found = KEYS.find(carried, found + 1, carriedLength + more);
        }
        return from;
    }

    private int search(byte[] bytes, int at, int from, int to) {
        int found = KEYS.find(bytes, at, to);
        if (found < 0) {
            return to;
        }
        boolean escaped =
                found > from ? bytes[found - 1] == '\\' : carriedLength > 0 && carried[carriedLength - 1] == '\\';
        if (!escaped) {
            begin(KEYS.patternAt(bytes, found));
        }
        return found + KeyScanner.WIDTH;
    }

    private void carry(byte[] bytes, int from, int to) {
        int length = to - from;
        if (length >= MOST_CARRIED) {
            carriedLength = MOST_CARRIED;
            System.arraycopy(bytes, to - MOST_CARRIED, carried, 0, MOST_CARRIED);
            return;
        }
        int kept = Math.min(carriedLength, MOST_CARRIED - length);
        System.arraycopy(carried, carriedLength - kept, carried, 0, kept);
        System.arraycopy(bytes, from, carried, kept, length);
        carriedLength = kept + length;
    }

    private void begin(int found) {
        pattern = found;
        name.setLength(0);
        state = State.NAME;
    }

    /** Takes one byte, or leaves it when it does not fit and may begin something else. */
    private int step(byte[] bytes, int at) {
        byte b = bytes[at];
        switch (state) {
            case NAME -> {
                takeName(b);
                return at + 1;
            }
            case COLON -> {
                return expect(b == ':', State.VALUE, b, at);
            }
            case VALUE -> {
                if (pattern == 0) {
                    return begins(b == '{', State.REPORT, b, at);
                }
                return begins(b >= '0' && b <= '9', State.COUNT, b, at);
            }
            case REPORT -> {
                if (report.take(b)) {
                    state = State.SEARCH;
                    carriedLength = 0;
                }
                return at + 1;
            }
            case COUNT -> {
                if (report.takeCount(b, pattern == 2)) {
                    return at + 1;
                }
                state = State.SEARCH;
                carriedLength = 0;
                return at;
            }
            case SEARCH -> {
                return at;
            }
        }
        return at + 1;
    }

    private void takeName(byte b) {
        if (b == '"') {
            state = isKnown() ? State.COLON : State.SEARCH;
        } else if (name.length() == LONGEST_REST) {
            state = State.SEARCH;
        } else {
            name.append((char) (b & 0xFF));
        }
    }

    private int expect(boolean fits, State next, byte b, int at) {
        if (fits) {
            state = next;
        } else if (b > ' ' || b < 0) {
            state = State.SEARCH;
            carriedLength = 0;
            return at;
        }
        return at + 1;
    }

    private int begins(boolean fits, State next, byte b, int at) {
        if (fits) {
            report.begin();
            state = next;
            return at + (next == State.REPORT ? 1 : 0);
        }
        return expect(false, next, b, at);
    }

    private boolean isKnown() {
        String rest = name.toString();
        return switch (pattern) {
            case 0 -> rest.equals(METADATA[0]) || rest.equals(METADATA[1]) || rest.equals(METADATA[2]);
            case 1 -> rest.equals(EVAL_REST);
            default -> rest.equals(PROMPT_EVAL_REST);
        };
    }

    long totalTokens() {
        if (state == State.COUNT) {
            report.takeCount((byte) ',', pattern == 2);
        }
        return report.totalTokens();
    }
}

package dev.poolswitch.verdict;

import java.util.Arrays;
import java.util.Map;

/** The numbers of a usage report, taken byte after byte, and what they add up to. */
final class UsageReport {

    private static final int TOTAL = 0;
    private static final int INPUT = 1;
    private static final int OUTPUT = 2;
    private static final int CACHE_WRITTEN = 3;
    private static final int CACHE_READ = 4;
    private static final int THOUGHTS = 5;
    private static final int TOOL_INPUT = 6;
    private static final int FIELDS = 7;

    /** Which parent a number stands under: the report itself, Cohere's {@code tokens}, or its {@code billed_units}. */
    private static final int OF_REPORT = 0;

    private static final int OF_TOKENS = 1;
    private static final int OF_BILLED = 2;
    private static final int OF_NOTHING = 3;

    private static final Map<String, Integer> NAMES = Map.ofEntries(
            Map.entry("total_tokens", TOTAL),
            Map.entry("totalTokens", TOTAL),
            Map.entry("totalTokenCount", TOTAL),
            Map.entry("prompt_tokens", INPUT),
            Map.entry("input_tokens", INPUT),
            Map.entry("inputTokens", INPUT),
            Map.entry("promptTokenCount", INPUT),
            Map.entry("completion_tokens", OUTPUT),
            Map.entry("output_tokens", OUTPUT),
            Map.entry("outputTokens", OUTPUT),
            Map.entry("candidatesTokenCount", OUTPUT),
            Map.entry("cache_creation_input_tokens", CACHE_WRITTEN),
            Map.entry("cache_read_input_tokens", CACHE_READ),
            Map.entry("thoughtsTokenCount", THOUGHTS),
            Map.entry("toolUsePromptTokenCount", TOOL_INPUT));

    private static final int LONGEST_NAME = 32;
    private static final int LONGEST_REPORT = 16 * 1024;
    private static final int MOST_DIGITS = 15;

    private final long[][] known = new long[3][FIELDS];
    private final long[][] current = new long[3][FIELDS];
    private final StringBuilder text = new StringBuilder(LONGEST_NAME);
    private long promptEvaluated = -1;
    private long evaluated = -1;

    private int length;
    private int depth;
    private int parent;
    private boolean inText;
    private boolean escaped;
    private boolean afterColon;
    private int digits;
    private boolean fraction;
    private long number;

    UsageReport() {
        for (long[] numbers : known) {
            Arrays.fill(numbers, -1);
        }
    }

    /** A report's brace has been taken, or the first digit of a count is about to come. */
    void begin() {
        for (long[] numbers : current) {
            Arrays.fill(numbers, -1);
        }
        text.setLength(0);
        length = 0;
        depth = 1;
        parent = OF_REPORT;
        inText = false;
        escaped = false;
        afterColon = false;
        resetNumber();
    }

    private void resetNumber() {
        digits = 0;
        fraction = false;
        number = 0;
    }

    /** Takes a byte of a report; returns whether the report has ended (or is none). */
    boolean take(byte b) {
        if (++length > LONGEST_REPORT) {
            return true;
        }
        if (inText) {
            takeText(b);
            return false;
        }
        if ((b >= '0' && b <= '9') || b == '.') {
            takeDigit(b);
            return false;
        }
        boolean numeric = b == '-' || b == '+' || b == 'e' || b == 'E';
        if (numeric) {
            digits = MOST_DIGITS + 1;
            return false;
        }
        endNumber();
        return structure(b);
    }

    private void takeText(byte b) {
        if (escaped) {
            escaped = false;
        } else if (b == '\\') {
            escaped = true;
        } else if (b == '"') {
            inText = false;
            return;
        }
        if (!afterColon && text.length() < LONGEST_NAME) {
            text.append((char) (b & 0xFF));
        }
    }

    private void takeDigit(byte b) {
        if (b == '.') {
            fraction = true;
        } else if (!fraction && ++digits <= MOST_DIGITS) {
            number = number * 10 + b - '0';
        }
    }

    private boolean structure(byte b) {
        switch (b) {
            case '"' -> {
                inText = true;
                if (!afterColon) {
                    text.setLength(0);
                }
            }
            case ':' -> afterColon = true;
            case ',' -> afterColon = false;
            case '{', '[' -> {
                parent = ++depth == 2 && b == '{' ? parentNamed() : OF_NOTHING;
                afterColon = false;
            }
            case '}', ']' -> {
                depth--;
                parent = depth == 1 ? OF_REPORT : OF_NOTHING;
                afterColon = false;
                if (depth == 0) {
                    commit();
                    return true;
                }
            }
            default -> {}
        }
        return false;
    }

    private int parentNamed() {
        String name = text.toString();
        if (name.equals("tokens")) {
            return OF_TOKENS;
        }
        return name.equals("billed_units") ? OF_BILLED : OF_NOTHING;
    }

    private void endNumber() {
        if (digits > 0 && digits <= MOST_DIGITS && afterColon && parent != OF_NOTHING) {
            Integer field = NAMES.get(text.toString());
            if (field != null) {
                current[parent][field] = number;
            }
        }
        resetNumber();
    }

    private void commit() {
        for (int p = 0; p < current.length; p++) {
            boolean parts = current[p][INPUT] >= 0 || current[p][OUTPUT] >= 0;
            if (parts) {
                known[p][TOTAL] = -1;
            }
            for (int f = 0; f < FIELDS; f++) {
                if (current[p][f] >= 0) {
                    known[p][f] = current[p][f];
                }
            }
        }
    }

    /** Takes a byte of a bare count, as Ollama writes them; returns whether it belonged to it. */
    boolean takeCount(byte b, boolean prompt) {
        if ((b >= '0' && b <= '9') || b == '.') {
            takeDigit(b);
            return true;
        }
        if (digits > 0 && digits <= MOST_DIGITS) {
            if (prompt) {
                promptEvaluated = number;
            } else {
                evaluated = number;
            }
        }
        resetNumber();
        return false;
    }

    /** Input and output together; -1 when there was no report. */
    long totalTokens() {
        if (known[OF_REPORT][TOTAL] >= 0) {
            return known[OF_REPORT][TOTAL];
        }
        for (int p : new int[] {OF_TOKENS, OF_REPORT, OF_BILLED}) {
            long sum = sum(known[p]);
            if (sum >= 0) {
                return sum;
            }
        }
        if (promptEvaluated < 0 && evaluated < 0) {
            return -1;
        }
        return Math.max(promptEvaluated, 0) + Math.max(evaluated, 0);
    }

    private static long sum(long[] numbers) {
        long sum = -1;
        for (int f = INPUT; f < FIELDS; f++) {
            if (numbers[f] >= 0) {
                sum = Math.max(sum, 0) + numbers[f];
            }
        }
        return sum;
    }
}

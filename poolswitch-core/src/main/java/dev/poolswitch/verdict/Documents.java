package dev.poolswitch.verdict;

import java.util.function.Predicate;

/**
 * Finds the JSON document that matters in a body: the only one, or, in a stream of server-sent events or of lines, the
 * first that tells of an error.
 */
final class Documents {

    private static final int MOST_DOCUMENTS = 64;

    private Documents() {}

    /** The first document that fits, else the first. */
    static FlatJson first(String text, Predicate<FlatJson> wanted) {
        if (isEventStream(text)) {
            FlatJson line = firstLine(text, "data:", wanted);
            return wanted.test(line) ? line : firstOf(line, firstLongEvent(text, wanted), wanted);
        }
        if (text.isEmpty() || "{[\"-0123456789".indexOf(text.charAt(0)) < 0) {
            return FlatJson.parse("");
        }
        FlatJson whole = FlatJson.parse(text);
        return wanted.test(whole) || text.indexOf("\n{") < 0
                ? whole
                : firstOf(whole, firstLine(text, "{", wanted), wanted);
    }

    private static FlatJson firstOf(FlatJson otherwise, FlatJson found, Predicate<FlatJson> wanted) {
        return wanted.test(found) ? found : otherwise;
    }

    static boolean isEventStream(String text) {
        return text.startsWith("data:")
                || text.startsWith("event:")
                || text.startsWith("id:")
                || text.startsWith("retry:");
    }

    /** An event may spread its document over several lines, which most never do. */
    private static FlatJson firstLongEvent(String text, Predicate<FlatJson> wanted) {
        StringBuilder data = new StringBuilder();
        int lines = 0;
        int from = 0;
        for (int n = 0; n < MOST_DOCUMENTS && from <= text.length(); ) {
            int end = text.indexOf('\n', from);
            String line = text.substring(from, end < 0 ? text.length() : end).trim();
            if (line.startsWith("data:")) {
                data.append(line, "data:".length(), line.length()).append('\n');
                lines++;
            }
            if (line.isEmpty() || end < 0) {
                FlatJson document = lines > 1 ? FlatJson.parse(data.toString().trim()) : null;
                if (document != null && wanted.test(document)) {
                    return document;
                }
                n += lines > 1 ? 1 : 0;
                data.setLength(0);
                lines = 0;
            }
            from = end < 0 ? text.length() + 1 : end + 1;
        }
        return FlatJson.parse("");
    }

    private static FlatJson firstLine(String text, String prefix, Predicate<FlatJson> wanted) {
        FlatJson first = null;
        int from = 0;
        for (int n = 0; n < MOST_DOCUMENTS && from < text.length(); ) {
            int end = text.indexOf('\n', from);
            end = end < 0 ? text.length() : end;
            if (text.startsWith(prefix, from)) {
                n++;
                int payload = prefix.equals("{") ? from : from + prefix.length();
                FlatJson document = FlatJson.parse(text.substring(payload, end).trim());
                if (wanted.test(document)) {
                    return document;
                }
                first = first == null ? document : first;
            }
            from = end + 1;
        }
        return first == null ? FlatJson.parse("") : first;
    }
}

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
        if (text.startsWith("data:") || text.startsWith("event:") || text.startsWith("id:")) {
            return firstLine(text, "data:", wanted);
        }
        if (text.isEmpty() || "{[\"-0123456789".indexOf(text.charAt(0)) < 0) {
            return FlatJson.parse("");
        }
        FlatJson whole = FlatJson.parse(text);
        return wanted.test(whole) || text.indexOf("\n{") < 0 ? whole : firstOf(whole, text, wanted);
    }

    private static FlatJson firstOf(FlatJson whole, String text, Predicate<FlatJson> wanted) {
        FlatJson found = firstLine(text, "{", wanted);
        return wanted.test(found) ? found : whole;
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

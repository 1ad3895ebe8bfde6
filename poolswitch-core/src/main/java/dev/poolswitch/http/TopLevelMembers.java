package dev.poolswitch.http;

import java.nio.charset.StandardCharsets;

/**
 * The members at the top level of a JSON object, one after the other; what they hold is passed over without being parsed.
 * The bytes may end anywhere: a member whose value is not complete is none. What is no JSON is not told from what is, as
 * far as names and values can be found in it. One thread at a time.
 *
 * <pre>{@code
 * TopLevelMembers members = new TopLevelMembers(body);
 * while (members.next()) {
 *     if (members.isNamed(MODEL) && members.isText()) {
 *         model = members.text();
 *     }
 * }
 * }</pre>
 */
final class TopLevelMembers {

    private final byte[] json;
    private int at;
    private int nameFrom;
    private int nameTo;
    private int valueFrom;
    private int valueTo;
    private boolean escapedName;
    private boolean escaped;

    TopLevelMembers(byte[] json) {
        this.json = json;
    }

    /** Goes to the next member; false when there is none, or none that is complete. */
    boolean next() {
        skipSpace();
        if (!takes(valueTo == 0 ? '{' : ',')) {
            return false;
        }
        skipSpace();
        nameFrom = at + 1;
        if (!skipText()) {
            return false;
        }
        nameTo = at - 1;
        escapedName = escaped;
        skipSpace();
        if (!takes(':')) {
            return false;
        }
        skipSpace();
        valueFrom = at;
        boolean complete = skipValue();
        valueTo = at;
        return complete;
    }

    /** Whether the member has this name. */
    boolean isNamed(String name) {
        if (escapedName) {
            return decoded(nameFrom, nameTo).equals(name);
        }
        if (nameTo - nameFrom != name.length()) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            if (json[nameFrom + i] != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    boolean isText() {
        return json[valueFrom] == '"';
    }

    /** The value of a text; characters beyond ASCII come as something else beyond ASCII. */
    String text() {
        return decoded(valueFrom + 1, valueTo - 1);
    }

    /** The value of a whole number, {@code most} at most; -1 for what is no whole number or below zero. */
    long number(long most) {
        long number = 0;
        for (int i = valueFrom; i < valueTo; i++) {
            int digit = json[i] - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = Math.min(most, number * 10 + digit);
        }
        return number;
    }

    private boolean takes(char expected) {
        boolean there = at < json.length && json[at] == expected;
        at += there ? 1 : 0;
        return there;
    }

    private void skipSpace() {
        while (at < json.length && isSpace(json[at])) {
            at++;
        }
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }

    /** From the opening quote behind the closing one; false when one of them is missing. */
    private boolean skipText() {
        if (!takes('"')) {
            return false;
        }
        byte[] bytes = json;
        int i = at;
        escaped = false;
        while (i < bytes.length && bytes[i] != '"') {
            boolean escape = bytes[i] == '\\';
            escaped |= escape;
            i += escape ? 2 : 1;
        }
        at = Math.min(i + 1, bytes.length);
        return i < bytes.length;
    }

    private boolean skipValue() {
        if (at == json.length) {
            return false;
        }
        return switch (json[at]) {
            case '"' -> skipText();
            case '{', '[' -> skipNested();
            default -> skipScalar();
        };
    }

    private boolean skipNested() {
        int depth = 0;
        while (at < json.length) {
            byte b = json[at];
            if (b == '"') {
                if (!skipText()) {
                    return false;
                }
                continue;
            }
            depth += b == '{' || b == '[' ? 1 : 0;
            depth -= b == '}' || b == ']' ? 1 : 0;
            at++;
            if (depth == 0) {
                return true;
            }
        }
        return false;
    }

    private boolean skipScalar() {
        int from = at;
        while (at < json.length && !isSpace(json[at]) && json[at] != ',' && json[at] != '}' && json[at] != ']') {
            at++;
        }
        // At the end of the bytes there may be more of it.
        return at > from && at < json.length;
    }

    private String decoded(int from, int to) {
        String raw = new String(json, from, to - from, StandardCharsets.ISO_8859_1);
        if (raw.indexOf('\\') < 0) {
            return raw;
        }
        StringBuilder plain = new StringBuilder(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '\\' && i + 1 < raw.length()) {
                c = raw.charAt(++i);
                if (c == 'u' && i + 4 < raw.length()) {
                    c = (char) hex(raw, i + 1);
                    i += 4;
                } else {
                    c = control(c);
                }
            }
            plain.append(c);
        }
        return plain.toString();
    }

    private static int hex(String text, int from) {
        int code = 0;
        for (int i = from; i < from + 4; i++) {
            code = code << 4 | Math.max(0, Character.digit(text.charAt(i), 16));
        }
        return code;
    }

    private static char control(char letter) {
        return switch (letter) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default -> letter;
        };
    }
}

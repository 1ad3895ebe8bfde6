package dev.poolswitch.testkit.server;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The scalar members of a JSON object, those of nested objects under dotted names; arrays are checked and skipped.
 * Just enough to understand a request without a JSON library.
 */
final class JsonFields {
    private static final int MAX_DEPTH = 100;

    private final Map<String, String> fields = new HashMap<>();
    private final String text;
    private int position;

    private JsonFields(String text) {
        this.text = text;
    }

    /** The members, or {@code null} if the text is not a JSON object. */
    static @Nullable Map<String, String> of(String text) {
        JsonFields parser = new JsonFields(text);
        try {
            parser.space();
            parser.object("", 0);
            parser.space();
            return parser.position == text.length() ? parser.fields : null;
        } catch (IllegalArgumentException | StringIndexOutOfBoundsException e) {
            return null;
        }
    }

    private void value(@Nullable String name, int depth) {
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException("too deep");
        }
        switch (text.charAt(position)) {
            case '{' -> object(name == null ? null : name + ".", depth);
            case '[' -> array(depth);
            case '"' -> put(name, string());
            default -> put(name, literal());
        }
    }

    private void put(@Nullable String name, String value) {
        if (name != null) {
            fields.put(name, value);
        }
    }

    private void object(@Nullable String prefix, int depth) {
        expect('{');
        space();
        if (skip('}')) {
            return;
        }
        do {
            space();
            String name = string();
            space();
            expect(':');
            space();
            value(prefix == null ? null : prefix + name, depth + 1);
            space();
        } while (skip(','));
        expect('}');
    }

    private void array(int depth) {
        expect('[');
        space();
        if (skip(']')) {
            return;
        }
        do {
            space();
            value(null, depth + 1);
            space();
        } while (skip(','));
        expect(']');
    }

    private String string() {
        expect('"');
        int start = position;
        StringBuilder unescaped = null;
        for (char c = text.charAt(position); c != '"'; c = text.charAt(position)) {
            if (c == '\\') {
                unescaped = unescaped == null ? new StringBuilder(text.substring(start, position)) : unescaped;
                unescaped.append(escaped());
            } else {
                if (unescaped != null) {
                    unescaped.append(c);
                }
                position++;
            }
        }
        String string = unescaped == null ? text.substring(start, position) : unescaped.toString();
        position++;
        return string;
    }

    private char escaped() {
        char kind = text.charAt(position + 1);
        position += 2;
        return switch (kind) {
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'r' -> '\r';
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'u' -> {
                position += 4;
                yield (char) Integer.parseInt(text.substring(position - 4, position), 16);
            }
            case '"', '\\', '/' -> kind;
            default -> throw new IllegalArgumentException("not an escape");
        };
    }

    private String literal() {
        int start = position;
        while (position < text.length() && isLiteral(text.charAt(position))) {
            position++;
        }
        String literal = text.substring(start, position);
        switch (literal) {
            case "true", "false", "null" -> {}
            default -> Double.parseDouble(literal);
        }
        return literal;
    }

    private static boolean isLiteral(char c) {
        return "0123456789+-.eE".indexOf(c) >= 0 || (c >= 'a' && c <= 'z');
    }

    private void space() {
        while (position < text.length() && " \t\r\n".indexOf(text.charAt(position)) >= 0) {
            position++;
        }
    }

    private boolean skip(char c) {
        if (text.charAt(position) == c) {
            position++;
            return true;
        }
        return false;
    }

    private void expect(char c) {
        if (!skip(c)) {
            throw new IllegalArgumentException("not JSON");
        }
    }

    /** The text as a JSON string, quoted. */
    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ') {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}

package dev.poolswitch.verdict;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Makes text of the first bytes of a body: inflated when they are gzip, whatever the headers say, and bounded. */
final class BodyText {

    private static final int MOST_BYTES = 64 * 1024;

    private BodyText() {}

    /** The prefix without compression. Never throws; of a broken stream comes what could be read. */
    static byte[] plain(byte[] prefix) {
        return isGzip(prefix, 0, prefix.length) ? inflated(prefix) : prefix;
    }

    static boolean isGzip(byte[] bytes, int offset, int length) {
        return length > 2 && bytes[offset] == 0x1f && bytes[offset + 1] == (byte) 0x8b;
    }

    private static byte[] inflated(byte[] prefix) {
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        Gunzip.Sink sink = (bytes, from, to) -> {
            plain.write(bytes, from, Math.min(to - from, MOST_BYTES - plain.size()));
            return plain.size() < MOST_BYTES;
        };
        try (Gunzip gunzip = new Gunzip(sink)) {
            gunzip.accept(prefix, 0, prefix.length);
        }
        return plain.toByteArray();
    }

    /** The text of plain bytes, broken UTF-8 replaced, without what servers send ahead to keep a connection alive. */
    static String text(byte[] plain) {
        String text = new String(plain, 0, Math.min(plain.length, MOST_BYTES), StandardCharsets.UTF_8);
        int from = text.startsWith("\uFEFF") ? 1 : 0;
        while (from < text.length()) {
            char c = text.charAt(from);
            if (c == ':') {
                int end = text.indexOf('\n', from);
                from = end < 0 ? text.length() : end + 1;
            } else if (c <= ' ') {
                from++;
            } else {
                break;
            }
        }
        return text.substring(from);
    }

    /** Whether a text is a web page. XML is none: some APIs speak it. */
    static boolean isHtml(String text) {
        return text.regionMatches(true, 0, "<!doctype html", 0, 14) || text.regionMatches(true, 0, "<html", 0, 5);
    }
}

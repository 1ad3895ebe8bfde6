package dev.poolswitch.verdict;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

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
        byte[] plain = new byte[MOST_BYTES];
        int length = 0;
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(prefix), 4096)) {
            int read = 0;
            while (read >= 0 && length < MOST_BYTES) {
                length += read;
                read = length < MOST_BYTES ? in.read(plain, length, MOST_BYTES - length) : -1;
            }
        } catch (IOException e) {
            // A prefix ends where it ends.
        }
        return Arrays.copyOf(plain, length);
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

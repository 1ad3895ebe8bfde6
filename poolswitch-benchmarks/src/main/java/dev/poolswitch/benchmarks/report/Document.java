package dev.poolswitch.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The document whose tables are replaced where they stand, so that the words around them stay. */
public final class Document {

    private Document() {}

    /**
     * Replaces what stands between {@code <!-- table: id -->} and {@code <!-- end -->}.
     *
     * @throws IOException when the document cannot be read or written, or has no place for the table
     */
    public static void replace(Path document, Table table) throws IOException {
        Files.writeString(document, replaced(Files.readString(document), table));
    }

    static String replaced(String text, Table table) throws IOException {
        String begin = "<!-- table: " + table.id() + " -->";
        int from = text.indexOf(begin);
        int to = from < 0 ? -1 : text.indexOf("<!-- end -->", from);
        if (to < 0) {
            throw new IOException("the document has no place for the table " + table.id());
        }
        return text.substring(0, from + begin.length()) + "\n\n" + table.markdown() + "\n" + text.substring(to);
    }
}

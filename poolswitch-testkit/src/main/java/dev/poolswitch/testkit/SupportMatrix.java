package dev.poolswitch.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The table in a document that says which client has which capability. Rows are capabilities by their labels, columns are
 * clients, and its first cell is {@value #CORNER}. Cells are {@value #HAS}, {@value #LACKS}, or from which version on.
 */
public final class SupportMatrix {

    /** The first cell, by which the table is found. */
    public static final String CORNER = "capability";

    /** A cell for a client that has the capability. */
    public static final String HAS = "yes";

    /** A cell for a client that lacks it. */
    public static final String LACKS = "–";

    private final Map<String, List<String>> rows;
    private final List<String> clients;

    /**
     * Reads a table.
     *
     * @throws IOException when the document cannot be read
     * @throws IllegalArgumentException when it has no such table
     */
    public static SupportMatrix in(Path document) throws IOException {
        List<List<String>> rows = new ArrayList<>();
        for (String line : Files.readAllLines(document)) {
            List<String> cells = cells(line);
            if (!rows.isEmpty() && cells.isEmpty()) {
                break;
            }
            if (!rows.isEmpty() || (!cells.isEmpty() && cells.get(0).equals(CORNER))) {
                rows.add(cells);
            }
        }
        if (rows.isEmpty()) {
            throw new IllegalArgumentException(document + " has no table whose first cell is \"" + CORNER + "\"");
        }
        return new SupportMatrix(rows);
    }

    private SupportMatrix(List<List<String>> table) {
        this.clients = table.get(0);
        this.rows = new LinkedHashMap<>();
        // The second line draws the border.
        for (List<String> row : table.subList(2, table.size())) {
            rows.put(row.get(0), row);
        }
    }

    /** Checks that a client's column says what the client's contract test declares. */
    public void assertColumn(String client, Map<Capability, String> gaps) {
        assertThat(clients).as("the clients of the table").contains(client);
        int column = clients.indexOf(client);
        Map<Capability, String> shown = new EnumMap<>(Capability.class);
        Map<Capability, String> declared = new EnumMap<>(Capability.class);
        for (Capability capability : Capability.values()) {
            List<String> row = Optional.ofNullable(rows.get(capability.label())).orElse(List.of());
            String cell = column < row.size() ? row.get(column) : "no such row";
            String gap = gaps.get(capability);
            shown.put(capability, cell);
            declared.put(capability, fits(cell, gap) ? cell : gap == null ? HAS : LACKS);
        }
        assertThat(shown).as("the column of %s", client).isEqualTo(declared);
        assertThat(rows).as("rows that are no capabilities").hasSize(Capability.values().length);
    }

    /** A cell such as "since 5.6" is for runs of both kinds; the gap's reason must say the same. */
    private static boolean fits(String cell, @Nullable String gap) {
        boolean versioned = cell.startsWith("since ");
        return gap == null ? cell.equals(HAS) || versioned : cell.equals(LACKS) || (versioned && gap.contains(cell));
    }

    private static List<String> cells(String line) {
        if (!line.startsWith("|")) {
            return List.of();
        }
        List<String> cells = new ArrayList<>();
        for (String cell : line.substring(1).split("\\|", -1)) {
            cells.add(cell.strip());
        }
        cells.remove(cells.size() - 1);
        return cells;
    }
}

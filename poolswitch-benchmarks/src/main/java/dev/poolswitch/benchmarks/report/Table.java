package dev.poolswitch.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A table that reads well in a terminal and is Markdown at the same time.
 *
 * @param id what the document calls the place of the table
 * @param title what it shows
 */
public record Table(String id, String title, List<String> columns, List<List<String>> rows) {

    public static Table of(String id, String title, String... columns) {
        return new Table(id, title, List.of(columns), new ArrayList<>());
    }

    public Table row(String... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException(
                    "row of " + id + " has " + cells.length + " cells, not " + columns.size());
        }
        rows.add(List.of(cells));
        return this;
    }

    public String markdown() {
        List<Integer> widths = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            int width = columns.get(i).length();
            for (List<String> row : rows) {
                width = Math.max(width, row.get(i).length());
            }
            widths.add(width);
        }
        StringBuilder text = new StringBuilder(line(columns, widths));
        text.append(widths.stream().map("-"::repeat).collect(Collectors.joining("-|-", "|-", "-|\n")));
        rows.forEach(row -> text.append(line(row, widths)));
        return text.toString();
    }

    private static String line(List<String> cells, List<Integer> widths) {
        StringBuilder line = new StringBuilder("|");
        for (int i = 0; i < cells.size(); i++) {
            String cell = cells.get(i);
            line.append(' ')
                    .append(cell)
                    .append(" ".repeat(widths.get(i) - cell.length()))
                    .append(" |");
        }
        return line.append('\n').toString();
    }
}

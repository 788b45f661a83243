package dev.lateen.it.language;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A table among the test's resources: a line a row, columns between tabs, {@code #} before what is no row. */
final class Table {
    private Table() {}

    static String text(String name) {
        try (InputStream in = Table.class.getResourceAsStream("/language/" + name)) {
            if (in == null) {
                throw new IllegalStateException("no resource language/" + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<List<String>> rows(String name) {
        return text(name)
                .lines()
                .filter(l -> !l.isBlank() && !l.startsWith("#"))
                .map(l -> List.of(l.split("\t+")))
                .toList();
    }

    /** Rows by their first column, the rest as a list. */
    static Map<String, List<String>> lists(String name) {
        Map<String, List<String>> lists = new LinkedHashMap<>();
        for (List<String> row : rows(name)) {
            lists.computeIfAbsent(row.getFirst(), k -> new ArrayList<>()).addAll(row.subList(1, row.size()));
        }
        return lists;
    }
}

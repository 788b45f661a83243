package dev.lateen.it.language;

import java.util.List;
import java.util.Optional;

/** The one list of fields of xDS that istiod sends and our proxy passes over: {@code passed-over.tsv}. */
final class PassedOver {
    private static final List<Entry> ALL = Table.rows("passed-over.tsv").stream()
            .map(r -> new Entry(r.get(0), r.get(1), r.get(2)))
            .toList();

    private PassedOver() {}

    /**
     * A field.
     *
     * @param pattern type and path; {@code *} for any text
     * @param kind {@code named}: the user is told where it is met; {@code harmless}: no user misses it
     * @param reason why it is passed over
     */
    record Entry(String pattern, String kind, String reason) {
        boolean matches(String path) {
            return path.matches(("\\Q" + pattern + "\\E").replace("*", "\\E.*\\Q"));
        }
    }

    static List<Entry> all() {
        return ALL;
    }

    static Optional<Entry> find(String path) {
        return ALL.stream().filter(e -> e.matches(path)).findFirst();
    }

    static boolean named(String path) {
        return find(path).filter(e -> e.kind().equals("named")).isPresent();
    }

    static boolean harmless(String path) {
        return find(path).filter(e -> e.kind().equals("harmless")).isPresent();
    }
}

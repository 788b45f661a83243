package dev.lateen.it.language;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Fields that change nothing that is sent and are not named either, with the reason why that is right: {@code justified.tsv}. */
final class Justified {
    private static final Map<String, List<String>> ROWS = Table.lists("justified.tsv");

    private Justified() {}

    static Set<String> fields() {
        return ROWS.keySet();
    }

    /** Those with a word: {@code refused}, {@code works}, {@code differs} or {@code named}. */
    static Set<String> fields(String word) {
        return ROWS.entrySet().stream()
                .filter(e -> e.getValue().getFirst().equals(word))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    static String word(String field) {
        return ROWS.getOrDefault(field, List.of("")).getFirst();
    }

    static String reason(String field) {
        return ROWS.getOrDefault(field, List.of("", "")).get(1);
    }
}

package dev.lateen.install;

import java.util.Comparator;
import java.util.List;

/** Guesses which word was meant by one that isn't known. */
final class Nearest {
    private Nearest() {}

    /** {@code 'run'? } with a space behind, or nothing if none is near. */
    static String hint(String given, List<String> known) {
        return known.stream()
                .min(Comparator.comparingInt(word -> distance(given, word)))
                .filter(word -> distance(given, word) <= Math.max(1, word.length() / 3))
                .map(word -> "'" + word + "'? one of ")
                .orElse("");
    }

    /** How many letters have to be put in, left out or changed; two that changed places count as two. */
    private static int distance(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int change = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[to.length()];
    }
}

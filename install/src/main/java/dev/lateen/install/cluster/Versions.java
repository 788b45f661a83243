package dev.lateen.install.cluster;

/** Versions such as {@code 0.1.0} or {@code 0.1.0-SNAPSHOT}, in their order. Pure. */
final class Versions {
    private Versions() {}

    /** As {@link Comparable} has it: numbers by their size; what has a word behind it comes before what has none. */
    static int compare(String left, String right) {
        String[] one = left.split("-", 2);
        String[] other = right.split("-", 2);
        String[] these = one[0].split("\\.");
        String[] those = other[0].split("\\.");
        for (int i = 0; i < Math.max(these.length, those.length); i++) {
            int order = Long.compare(number(these, i), number(those, i));
            if (order != 0) {
                return order;
            }
        }
        return one.length != other.length
                ? Integer.compare(other.length, one.length)
                : one.length == 1 ? 0 : one[1].compareTo(other[1]);
    }

    private static long number(String[] parts, int index) {
        return index < parts.length && parts[index].matches("\\d{1,9}") ? Long.parseLong(parts[index]) : 0;
    }
}

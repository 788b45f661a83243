package dev.lateen.api.yaml;

/**
 * How much one text may ask of us.
 *
 * @param characters of the text
 * @param depth of lists and maps within each other, anchors followed
 * @param nodes of all values, anchors followed
 * @param problems reported; what comes after is only counted
 */
public record Limits(int characters, int depth, int nodes, int problems) {
    /** Room for a large mesh in one file. */
    public static final Limits DEFAULT = new Limits(32 * 1024 * 1024, 100, 4_000_000, 200);
}

package dev.lateen.istiod.model;

import dev.lateen.api.schema.FieldPath;
import java.util.List;
import java.util.stream.Stream;

/**
 * A field that may be set and has no effect, or less than its author may think, with the sentence that says so.
 *
 * @param root the record whose field it is: a kind's, {@code MeshConfig}
 * @param path its path within that; {@code []} for each member of a list, {@code {}} for each value of a map
 * @param only the value of which alone this is said, with {@code *} at its end the beginning of such; empty for every value
 * @param found what is said of it
 * @param accepted what may be written in its place; may be empty
 * @param place finds it
 */
public record Named(
        Class<? extends Record> root, String path, String only, String found, String accepted, FieldPath place) {
    static final String YET = "has no effect in this version";

    static Named of(Class<? extends Record> root, String path, String found, String accepted) {
        return only(root, path, "", found, accepted);
    }

    static Named only(Class<? extends Record> root, String path, String only, String found, String accepted) {
        return new Named(root, path, only, found, accepted, FieldPath.of(root, path));
    }

    /** Whether this is said of a value. */
    boolean speaksOf(Object value) {
        boolean beginning = only.endsWith("*");
        String text = String.valueOf(value);
        return only.isEmpty()
                || (beginning ? text.startsWith(only.substring(0, only.length() - 1)) : text.equals(only));
    }

    /** Several fields of which the same is said. */
    static Stream<Named> each(Class<? extends Record> root, List<String> paths, String found, String accepted) {
        return paths.stream().map(p -> of(root, p, found, accepted));
    }

    /** All such fields of API kinds and of the mesh's configuration. */
    public static List<Named> all() {
        return ALL;
    }

    private static final List<Named> ALL =
            Stream.concat(NamedFields.all(), NamedSettings.all()).toList();
}

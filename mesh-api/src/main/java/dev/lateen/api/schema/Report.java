package dev.lateen.api.schema;

/** Where a {@link Rule} says what it found. */
public interface Report {
    /**
     * Refuses the value.
     *
     * @param path the field below the value ruled, such as {@code subsets[1].name}; empty for the value itself
     * @param found what was found
     * @param accepted what would be accepted
     */
    void refuse(String path, String found, String accepted);

    /** Accepts the value with a warning; the parameters mean what they mean in {@link #refuse}. */
    void warn(String path, String found, String accepted);
}

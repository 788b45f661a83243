package dev.lateen.injector;

import java.util.Map;

/**
 * What a namespace says of the injection of its pods.
 *
 * @param labels its own
 * @param annotations its own
 */
public record NamespaceMarks(Map<String, String> labels, Map<String, String> annotations) {
    /** Of a namespace that nobody knows. */
    public static final NamespaceMarks UNKNOWN = new NamespaceMarks(Map.of(), Map.of());

    public NamespaceMarks {
        labels = Map.copyOf(labels);
        annotations = Map.copyOf(annotations);
    }
}

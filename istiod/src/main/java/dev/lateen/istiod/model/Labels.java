package dev.lateen.istiod.model;

import dev.lateen.api.selector.LabelSelector;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whether labels satisfy a selector. */
public final class Labels {
    private Labels() {}

    /** Whether all wanted labels are there with the wanted values; wanting none is satisfied by all. */
    public static boolean satisfy(Map<String, String> labels, Map<String, String> wanted) {
        return labels.entrySet().containsAll(wanted.entrySet());
    }

    static boolean satisfy(Map<String, String> labels, @Nullable LabelSelector selector) {
        return selector == null || satisfy(labels, selector.matchLabels());
    }
}

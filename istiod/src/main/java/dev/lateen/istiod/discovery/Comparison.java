package dev.lateen.istiod.discovery;

import dev.lateen.istiod.translate.XdsResource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a proxy has of one type against what it should have. */
final class Comparison {
    private final List<XdsResource> current = new ArrayList<>();
    private final List<XdsResource> changed = new ArrayList<>();
    private final List<String> updated = new ArrayList<>();
    private final List<String> missing = new ArrayList<>();
    private final List<String> gone = new ArrayList<>();

    /** A resource it should have, and what it has under that name. */
    void take(XdsResource resource, @Nullable XdsResource had) {
        current.add(resource);
        if (had == null) {
            changed.add(resource);
        } else if (!had.version().equals(resource.version())) {
            changed.add(resource);
            updated.add(resource.name());
        }
    }

    /** A name it asked for that does not exist, and it doesn't know yet. */
    void missing(String name) {
        missing.add(name);
    }

    /** A name it has that does not exist any more. */
    void gone(String name) {
        gone.add(name);
    }

    /** Everything it should have. */
    List<XdsResource> current() {
        return current;
    }

    /** What is new or in another version. */
    List<XdsResource> changed() {
        return changed;
    }

    /** The names of what it has in another version. */
    List<String> updated() {
        return updated;
    }

    List<String> missing() {
        return missing;
    }

    List<String> gone() {
        return gone;
    }
}

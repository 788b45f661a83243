package dev.lateen.istiod.discovery;

import dev.lateen.istiod.translate.resource.XdsResource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What a proxy has of one type against what it should have. */
final class Comparison {
    private final Predicate<XdsResource> heldBack;
    private final List<XdsResource> current = new ArrayList<>();
    private final List<XdsResource> changed = new ArrayList<>();
    private final List<String> updated = new ArrayList<>();
    private final List<String> missing = new ArrayList<>();
    private final List<String> gone = new ArrayList<>();
    private boolean holding;

    /** @param heldBack what has to wait, if it is new or in another version */
    Comparison(Predicate<XdsResource> heldBack) {
        this.heldBack = heldBack;
    }

    /** A resource it should have, and what it has under that name. */
    void take(XdsResource resource, @Nullable XdsResource had) {
        boolean same = had != null && had.version().equals(resource.version());
        if (!same && heldBack.test(resource)) {
            hold(had);
            return;
        }
        current.add(resource);
        if (!same) {
            changed.add(resource);
        }
        if (!same && had != null) {
            updated.add(resource.name());
        }
    }

    /** What it has stays as it is for now. */
    private void hold(@Nullable XdsResource had) {
        holding = true;
        if (had != null) {
            current.add(had);
        }
    }

    /** Whether something that is new or in another version has to wait. */
    boolean isHolding() {
        return holding;
    }

    /** A name it asked for that does not exist, and it doesn't know yet. */
    void missing(String name) {
        missing.add(name);
    }

    /** A name it has that does not exist any more. */
    void gone(String name) {
        gone.add(name);
    }

    /** Everything it should have now. */
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

package dev.lateen.istiod.debug;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BooleanSupplier;

/** What must hold before {@code /ready} says so. Safe from any thread. */
public final class Readiness {
    private final Map<String, BooleanSupplier> conditions = new ConcurrentSkipListMap<>();

    /** Adds a condition; its name is shown while it does not hold. It must not block. */
    public void require(String name, BooleanSupplier holds) {
        conditions.put(name, holds);
    }

    /** The conditions that don't hold. */
    public List<String> missing() {
        return conditions.entrySet().stream()
                .filter(entry -> !entry.getValue().getAsBoolean())
                .map(Map.Entry::getKey)
                .toList();
    }
}

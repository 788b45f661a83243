package dev.lateen.istiod.discovery;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Clusters a proxy was just given and has not asked endpoints for yet. Until it has, a route to one of them would fail; but a proxy may
 * leave it at that (it subscribes on demand), so the wait is short. Not thread-safe.
 */
final class WarmingClusters {
    /** Far longer than the answer of a healthy proxy takes, and short enough to keep a change within a second. */
    static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(400);

    private final LongSupplier nanos;
    private final Set<String> names = new HashSet<>();
    private long since;

    WarmingClusters(LongSupplier nanos) {
        this.nanos = nanos;
    }

    void added(Collection<String> clusters) {
        if (names.addAll(clusters)) {
            since = nanos.getAsLong();
        }
    }

    void subscribed(Subscription endpoints) {
        names.removeIf(endpoints::wants);
    }

    boolean isPending() {
        if (!names.isEmpty() && nanos.getAsLong() - since >= PATIENCE_NANOS) {
            names.clear();
        }
        return !names.isEmpty();
    }

    /** Nanoseconds until the patience ends; {@code otherwise} if nothing is waited for. */
    long remaining(long otherwise) {
        return names.isEmpty() ? otherwise : Math.clamp(since + PATIENCE_NANOS - nanos.getAsLong(), 1, otherwise);
    }
}

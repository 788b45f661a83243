package dev.lateen.istiod.discovery;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongSupplier;

/** Which streams don't have the newest snapshot yet, and which were sent something because of it. */
final class Convergence {
    private final DiscoveryEvents events;
    private final LongSupplier nanos;
    private final Set<DiscoveryStream> behind = new HashSet<>();
    private Set<String> touched = new HashSet<>();
    private long version = -1;
    private long since;
    private boolean announced = true;

    Convergence(DiscoveryEvents events, LongSupplier nanos) {
        this.events = events;
        this.nanos = nanos;
    }

    /** A snapshot is in force; what an older one had touched without everyone having it counts for this one. */
    synchronized void published(long newVersion, Collection<DiscoveryStream> streams) {
        version = newVersion;
        since = nanos.getAsLong();
        announced = false;
        behind.clear();
        behind.addAll(streams);
        announceIfDone();
    }

    synchronized void touched(DiscoveryStream stream, String nodeId) {
        if (behind.contains(stream)) {
            touched.add(nodeId);
        }
    }

    /** Nanoseconds since the newest snapshot was put in force. */
    synchronized long elapsed() {
        return nanos.getAsLong() - since;
    }

    /** A stream has everything of a snapshot. */
    synchronized void settled(DiscoveryStream stream, long settledVersion) {
        if (settledVersion == version) {
            gone(stream);
        }
    }

    /** A stream ended. */
    synchronized void gone(DiscoveryStream stream) {
        behind.remove(stream);
        announceIfDone();
    }

    private void announceIfDone() {
        if (announced || !behind.isEmpty()) {
            return;
        }
        announced = true;
        Set<String> all = touched;
        touched = new HashSet<>();
        events.inForce(version, Set.copyOf(all), Duration.ofNanos(nanos.getAsLong() - since));
    }
}

package dev.lateen.istiod.discovery;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Which streams don't have the newest snapshot yet, which were sent something because of it, and which proxies don't have it although they
 * answered: a snapshot is in force when every connected proxy that it touches has accepted it. Safe from any thread.
 *
 * @param <S> a stream, known by identity
 */
final class Convergence<S> {
    /** The reason of a proxy that was touched and whose stream broke before it answered, in the place of a type. */
    private static final String STREAM = "";

    private final DiscoveryEvents events;
    private final LongSupplier nanos;
    private final Set<S> behind = new HashSet<>();
    private Set<String> touched = new HashSet<>();
    /** Proxies without a stream, which have not heard of the snapshot. */
    private final Set<String> absent = new HashSet<>();
    /** What touched proxies have not in force, by node id: the types that they rejected, or {@link #STREAM}. */
    private final Map<String, Set<String>> failing = new HashMap<>();

    private long version = -1;
    private long since;
    private boolean announced = true;

    Convergence(DiscoveryEvents events, LongSupplier nanos) {
        this.events = events;
        this.nanos = nanos;
    }

    /**
     * A snapshot is put in force; what an older one had touched without everyone having it counts for this one. Who rejected that older one
     * after everyone had answered was told then, and is not waited for now.
     *
     * @param streams those whose proxies have had everything of some snapshot
     * @param lost node ids of proxies that have no stream and are expected back
     */
    synchronized void published(long newVersion, Collection<S> streams, Collection<String> lost) {
        if (behind.isEmpty()) {
            touched = new HashSet<>();
            failing.clear();
        }
        version = newVersion;
        since = nanos.getAsLong();
        announced = false;
        behind.clear();
        behind.addAll(streams);
        absent.clear();
        absent.addAll(lost);
        announceIfDone();
    }

    /** Something is sent to a proxy. */
    synchronized void touched(S stream, String nodeId) {
        if (behind.contains(stream)) {
            touched.add(nodeId);
        }
    }

    /** A proxy rejected the last response of a type. */
    synchronized void rejected(S stream, String nodeId, String typeUrl) {
        if (behind.contains(stream) || absent.contains(nodeId) || failing.containsKey(nodeId)) {
            failing.computeIfAbsent(nodeId, id -> new HashSet<>()).add(typeUrl);
        }
    }

    /** A proxy accepted the last response of a type, and nothing that it rejected before stands. */
    synchronized void accepted(String nodeId, String typeUrl) {
        recovered(nodeId, typeUrl);
        announceIfDone();
    }

    private void recovered(String nodeId, String typeUrl) {
        Set<String> types = failing.get(nodeId);
        if (types != null && types.remove(typeUrl) && types.isEmpty()) {
            failing.remove(nodeId);
        }
    }

    /** Nanoseconds since the newest snapshot was put in force. */
    synchronized long elapsed() {
        return nanos.getAsLong() - since;
    }

    /** A proxy has answered to everything of a snapshot. */
    synchronized void settled(S stream, String nodeId, long settledVersion) {
        if (settledVersion == version) {
            behind.remove(stream);
            absent.remove(nodeId);
            recovered(nodeId, STREAM);
            announceIfDone();
        }
    }

    /** A stream ended that nobody misses. */
    synchronized void gone(S stream) {
        behind.remove(stream);
        announceIfDone();
    }

    /** A stream broke whose proxy is expected back. */
    synchronized void lost(S stream, String nodeId) {
        boolean unanswered = behind.remove(stream);
        if (unanswered && touched.contains(nodeId)) {
            failing.computeIfAbsent(nodeId, id -> new HashSet<>()).add(STREAM);
        } else if (unanswered) {
            absent.add(nodeId);
        }
        announceIfDone();
    }

    private void announceIfDone() {
        if (announced || !behind.isEmpty() || !failing.isEmpty()) {
            return;
        }
        announced = true;
        Set<String> all = touched;
        touched = new HashSet<>();
        Duration took = Duration.ofNanos(nanos.getAsLong() - since);
        events.inForce(version, Set.copyOf(all), Set.copyOf(absent), took);
    }
}

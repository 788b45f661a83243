package dev.lateen.istiod.discovery;

import dev.lateen.istiod.translate.resource.XdsResource;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Clusters that are new to a proxy and that it may not be able to use yet: a route to one of them would fail. What names one waits, but not
 * for long, since a cluster may never come up (a host name that nobody resolves), and nothing else waits at all. Not thread-safe.
 */
final class PendingClusters {
    /**
     * How long the endpoints of a new cluster are waited for that the proxy does not ask for: far longer than a healthy proxy takes, and
     * short enough to keep a change within a second. A proxy may leave it at that, since it subscribes on demand.
     */
    static final long ASKING_NANOS = TimeUnit.MILLISECONDS.toNanos(400);

    /** Of more than these, whatever could name one waits, unread. */
    private static final int FEW = 32;

    private final long patience;
    /** By name, when they were sent. */
    private final Map<String, Long> pending = new LinkedHashMap<>();
    /** Whether a proxy that may have had none was sent all, and when. */
    private boolean first;

    private long firstAt;

    /** @param patience nanoseconds after which what names a cluster waits no longer */
    PendingClusters(long patience) {
        this.patience = patience;
    }

    /** What may be known of a cluster that was sent. */
    interface Facts {
        /** Whether all responses with clusters that were sent until then were answered. */
        boolean isAnswered(long sentAt);

        /** Whether it has endpoints of its own to ask for. */
        boolean hasEndpoints(String name);

        /** Whether the proxy asked for them. */
        boolean isAskedFor(String name);

        /** Whether it has them, as far as it said. */
        boolean hasThem(String name);

        /** Whether no response with endpoints is unanswered. */
        boolean areEndpointsAnswered();
    }

    /** A proxy that may have had none is sent all that there are; their endpoints are not waited for unless they are on their way. */
    void allAdded(long now) {
        first = true;
        firstAt = now;
    }

    /** A proxy is sent clusters it did not have. */
    void added(Collection<String> clusters, long now) {
        clusters.forEach(name -> pending.put(name, now));
    }

    /** Forgets those that can be used, and those that were waited for long enough. */
    void settle(Facts facts, long now) {
        first = first && now - firstAt < patience && !(facts.isAnswered(firstAt) && facts.areEndpointsAnswered());
        pending.entrySet().removeIf(entry -> isOver(entry.getKey(), entry.getValue(), facts, now));
    }

    private boolean isOver(String name, long since, Facts facts, long now) {
        long age = now - since;
        if (age >= patience) {
            return true;
        }
        if (!facts.isAnswered(since)) {
            return false;
        }
        if (!facts.hasEndpoints(name)) {
            return true;
        }
        return facts.isAskedFor(name) ? facts.hasThem(name) : age >= ASKING_NANOS;
    }

    /** Which new or changed listeners and route tables have to wait. */
    Predicate<XdsResource> heldBack() {
        if (first || pending.size() > FEW) {
            return resource -> true;
        }
        if (pending.isEmpty()) {
            return resource -> false;
        }
        List<Mentions.Pattern> names =
                pending.keySet().stream().map(Mentions.Pattern::new).toList();
        return resource ->
                names.stream().anyMatch(name -> name.isIn(resource.body().getValue()));
    }

    /** When the next of them is given up, by the same clock; {@code otherwise} if there is none before. */
    long nextMark(long now, long otherwise) {
        long next = first ? earlier(firstAt + patience, otherwise) : otherwise;
        for (long since : pending.values()) {
            long asking = since + Math.min(ASKING_NANOS, patience);
            next = earlier(asking - now > 0 ? asking : since + patience, next);
        }
        return next;
    }

    private static long earlier(long a, long b) {
        return a - b < 0 ? a : b;
    }
}

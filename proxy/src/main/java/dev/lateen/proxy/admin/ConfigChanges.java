package dev.lateen.proxy.admin;

import dev.lateen.proxy.listener.ListenerStatus;
import dev.lateen.proxy.model.ProxySnapshot;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLongArray;

/** What snapshots brought so far, for {@code cluster_manager.*} and {@code listener_manager.*}. Snapshots are counted one after the other; read from any thread. */
public final class ConfigChanges {
    private final AtomicLongArray counts = new AtomicLongArray(Change.values().length);
    private volatile Set<String> failing = Set.of();

    /** What is counted. */
    enum Change {
        CLUSTER_ADDED,
        CLUSTER_MODIFIED,
        CLUSTER_REMOVED,
        LISTENER_ADDED,
        LISTENER_MODIFIED,
        LISTENER_REMOVED,
        LISTENER_CREATED,
        LISTENER_FAILED
    }

    /** How often a change came. */
    long count(Change change) {
        return counts.get(change.ordinal());
    }

    /** Counts what a snapshot changes. @param before what is in force */
    public void count(ProxySnapshot before, ProxySnapshot next) {
        count(
                before.clusters(),
                next.clusters(),
                Change.CLUSTER_ADDED,
                Change.CLUSTER_MODIFIED,
                Change.CLUSTER_REMOVED);
        count(
                before.listeners(),
                next.listeners(),
                Change.LISTENER_ADDED,
                Change.LISTENER_MODIFIED,
                Change.LISTENER_REMOVED);
    }

    @SuppressWarnings("ReferenceEquality") // unchanged parts of a snapshot keep their identity
    private <T> void count(Map<String, T> before, Map<String, T> next, Change added, Change modified, Change removed) {
        next.forEach((name, value) -> {
            T old = before.get(name);
            if (old == null || old != value) {
                counts.incrementAndGet((old == null ? added : modified).ordinal());
            }
        });
        before.keySet().stream()
                .filter(name -> !next.containsKey(name))
                .forEach(_ -> counts.incrementAndGet(removed.ordinal()));
    }

    /** Once it is known which could be bound; a listener that can't be counts once until it can. */
    public void count(List<ListenerStatus> statuses) {
        Set<String> failed = new HashSet<>();
        for (ListenerStatus status : statuses) {
            if (status.state() == ListenerStatus.State.FAILED && failed.add(status.name())) {
                counts.addAndGet(Change.LISTENER_FAILED.ordinal(), failing.contains(status.name()) ? 0 : 1);
            }
        }
        failing = failed;
        long tried = count(Change.LISTENER_ADDED) + count(Change.LISTENER_MODIFIED);
        counts.accumulateAndGet(
                Change.LISTENER_CREATED.ordinal(), tried - count(Change.LISTENER_FAILED), Math::max);
    }
}

package dev.lateen.proxy.telemetry;

import java.util.Locale;

/** One of Envoy's statistics at the moment of reading. */
public sealed interface Stat {
    /** Whose it is. */
    Scope scope();

    /** The scope's own name, such as a cluster's; empty for {@link Scope#SERVER}. */
    String owner();

    /** The name within the scope, such as {@code upstream_rq_total}. */
    String leaf();

    /** Envoy's full name, such as {@code cluster.outbound|80||a.upstream_rq_total}. */
    default String name() {
        return scope() == Scope.SERVER
                ? leaf()
                : scope().name().toLowerCase(Locale.ROOT) + "." + owner() + "." + leaf();
    }

    /** Whose statistics these are; all but the server's have a name of their own, which Prometheus gets as a label. */
    enum Scope {
        CLUSTER,
        HTTP,
        LISTENER,
        TCP,
        /** Of a route; the owner is {@code VIRTUAL_HOST.route.PREFIX}. */
        VHOST,
        SERVER
    }

    /** Something that only grows. */
    record Counter(Scope scope, String owner, String leaf, long value) implements Stat {}

    /** Something that goes up and down. */
    record Gauge(Scope scope, String owner, String leaf, long value) implements Stat {}

    /** A distribution of milliseconds. */
    record Histogram(Scope scope, String owner, String leaf, HistogramReading values) implements Stat {}
}

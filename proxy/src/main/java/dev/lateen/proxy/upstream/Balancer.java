package dev.lateen.proxy.upstream;

import org.jspecify.annotations.Nullable;

/** Picks one of a fixed set of hosts. Lock-free; made anew whenever the set or its health changes. */
interface Balancer {
    /** No hosts. */
    Balancer EMPTY = (context, attempt) -> null;

    /** @param attempt 0 for the first choice, counting up while tried hosts are avoided */
    @Nullable
    Host pick(PickContext context, int attempt);

    /** A host and its share of the balancer's load, above zero. */
    record Weighted(Host host, double weight) {}
}

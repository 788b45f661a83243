package dev.lateen.proxy.route;

import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.model.Provenance;
import dev.lateen.proxy.model.RouteTable;
import dev.lateen.proxy.model.StructValue;
import dev.lateen.proxy.reason.Question;
import dev.lateen.proxy.reason.Trace;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A route table, compiled when it is first asked for, since most tables of a mesh never are: virtual host by domain (exact, longest suffix wildcard, longest prefix wildcard, {@code *}), then the first
 * of its routes that matches, as Envoy's {@code envoy.config.route.v3} documents. A virtual host's routes are compiled when it is first
 * asked for, since most of a mesh's hosts never are. Immutable to its users; safe for use by several threads.
 */
public final class RouteMatcher {
    private final RouteTable table;
    /** The same whoever makes it: a race makes it twice, and one stays. */
    private volatile @Nullable VirtualHostIndex hosts;

    private final RouteDecision noHost = new RouteDecision.NotFound(null);

    private RouteMatcher(RouteTable table) {
        this.table = table;
    }

    private VirtualHostIndex hosts() {
        VirtualHostIndex made = hosts;
        if (made == null) {
            made = new VirtualHostIndex(table);
            hosts = made;
        }
        return made;
    }

    /** Costs next to nothing: the table is read when the first request comes. */
    public static RouteMatcher compile(RouteTable table) {
        return new RouteMatcher(table);
    }

    /** Reads the table now if the one before it was asked for: a request would else wait for that on its event loop. */
    public void follow(@Nullable RouteMatcher before) {
        if (before != null && before.isRead()) {
            hosts();
        }
    }

    /** Whether it was asked for yet, or followed one that was. */
    public boolean isRead() {
        return hosts != null;
    }

    /** What it was compiled from. */
    public RouteTable table() {
        return table;
    }

    /** Decides on a request that no filter has left metadata for. */
    public RouteDecision match(RequestHead request, RandomGenerator random) {
        return match(request, Map.of(), random, null);
    }

    /**
     * Decides on a request; chance decides among weighted clusters and runtime fractions.
     *
     * @param metadata what filters left, by namespace
     * @param trace is told why; null when nobody asks
     */
    public RouteDecision match(
            RequestHead request,
            Map<String, StructValue.Struct> metadata,
            RandomGenerator random,
            @Nullable Trace trace) {
        VirtualHostIndex.Slot slot = hosts().find(request);
        if (trace != null) {
            tell(trace, slot, request);
        }
        return slot == null ? noHost : slot.host().match(request, metadata, random, trace);
    }

    private static void tell(Trace trace, VirtualHostIndex.@Nullable Slot slot, RequestHead request) {
        String asked = "domains: \"" + request.authority() + '"';
        if (slot == null) {
            trace.no(Question.VIRTUAL_HOST, "", Provenance.NONE, asked + " (expected: a virtual host's)");
        } else {
            String name = slot.host().host().name();
            trace.yes(Question.VIRTUAL_HOST, name, Provenance.NONE, asked + " matches \"" + slot.domain() + '"');
        }
    }
}

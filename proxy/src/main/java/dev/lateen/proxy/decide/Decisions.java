package dev.lateen.proxy.decide;

import dev.lateen.proxy.chain.FilterChainRuntime;
import dev.lateen.proxy.chain.ListenerRuntime;
import dev.lateen.proxy.chain.ListenerTable;
import dev.lateen.proxy.forward.TcpClusters;
import dev.lateen.proxy.inforce.InForce;
import dev.lateen.proxy.message.ConnectionFacts;
import dev.lateen.proxy.message.Observers;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.TlsFacts;
import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.DownstreamTls;
import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.model.HttpConnectionManager.RouteSource;
import dev.lateen.proxy.model.Listener;
import dev.lateen.proxy.model.Provenance;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.model.RouteTable;
import dev.lateen.proxy.model.TcpProxy;
import dev.lateen.proxy.policy.ConnectionAuthorizer;
import dev.lateen.proxy.reason.Question;
import dev.lateen.proxy.reason.Trace;
import dev.lateen.proxy.route.RetryRule;
import dev.lateen.proxy.route.RouteDecision;
import dev.lateen.proxy.route.RouteMatcher;
import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What one configuration makes of connections and requests, by the very evaluators of the data path. Each question takes a trace, or null when nobody asks why. Keeps
 * nothing of what it is asked; safe for use by several threads.
 */
public final class Decisions {
    private final ProxySnapshot snapshot;
    private final ListenerTable listeners;
    private final Function<HttpConnectionManager, @Nullable RouteMatcher> routes;
    private final ConnectionAuthorizer authorizer = new ConnectionAuthorizer();

    private Decisions(
            ProxySnapshot snapshot,
            ListenerTable listeners,
            Function<HttpConnectionManager, @Nullable RouteMatcher> routes) {
        this.snapshot = snapshot;
        this.listeners = listeners;
        this.routes = routes;
    }

    /** By a snapshot that need not be in force: compiles it. */
    public static Decisions of(ProxySnapshot snapshot) {
        return new Decisions(
                snapshot,
                ListenerTable.EMPTY.next(snapshot.listeners(), Observers.NONE),
                manager -> routes(snapshot, manager));
    }

    /** By what is in force. */
    public static Decisions of(InForce inForce) {
        return new Decisions(inForce.snapshot(), inForce.listeners(), inForce::routes);
    }

    private static @Nullable RouteMatcher routes(ProxySnapshot snapshot, HttpConnectionManager manager) {
        RouteTable table = switch (manager.routes()) {
            case RouteSource.Inline inline -> inline.table();
            case RouteSource.Rds rds -> snapshot.routeTables().get(rds.name());
        };
        return table == null ? null : RouteMatcher.compile(table);
    }

    /** Listener, filter chain, TLS and network filters of a connection. */
    public ConnectionVerdict connection(Arrival arrival, @Nullable Trace trace) {
        ListenerRuntime receiving = listeners.receiving(arrival.called());
        if (receiving == null) {
            if (trace != null) {
                trace.no(Question.LISTENER, "", Provenance.NONE, "nobody listens at " + arrival.called());
            }
            return new ConnectionVerdict.NoListener();
        }
        ListenerRuntime listener = listeners.taking(receiving, arrival.original(), trace);
        FilterChainRuntime chain = listener.match(arrival.seenBy(listener), trace);
        if (chain == null) {
            return new ConnectionVerdict.NoFilterChain(listener.listener().name());
        }
        DownstreamTls tls = chain.chain().tls();
        if (tls != null && !handshakes(tls, arrival.handshake())) {
            if (trace != null) {
                String why = arrival.handshake() == null
                        ? "no TLS (expected: TLS)"
                        : "no certificate (expected: the client's)";
                trace.no(
                        Question.DOWNSTREAM_TLS,
                        chain.chain().name(),
                        chain.chain().security(),
                        why);
            }
            return new ConnectionVerdict.HandshakeFails(chain);
        }
        ConnectionFacts facts = facts(arrival, listener, tls == null ? null : arrival.handshake());
        String denial = authorizer.denial(chain.chain().networkFilters(), facts, trace);
        if (denial != null) {
            return new ConnectionVerdict.Denied(chain, denial);
        }
        return switch (chain.chain().terminal()) {
            case HttpConnectionManager manager -> new ConnectionVerdict.Requests(chain, manager, facts);
            case TcpProxy proxy -> new ConnectionVerdict.Relayed(chain, proxy, facts);
        };
    }

    private static boolean handshakes(DownstreamTls tls, @Nullable TlsFacts told) {
        return told != null
                && !(tls.requireClientCertificate() && told.peerSha256().isEmpty());
    }

    private static ConnectionFacts facts(Arrival arrival, ListenerRuntime listener, @Nullable TlsFacts tls) {
        return new ConnectionFacts(
                0,
                arrival.source(),
                arrival.destination(),
                arrival.original() != null,
                listener.listener().direction() == Listener.Direction.INBOUND,
                arrival.seenBy(listener).serverName(),
                tls);
    }

    /** The cluster of a connection whose bytes are relayed, by its name; empty when it has none. */
    public String cluster(ConnectionVerdict.Relayed connection, RandomGenerator random, @Nullable Trace trace) {
        String name = TcpClusters.choose(connection.proxy(), random);
        if (trace != null) {
            trace.yes(Question.CLUSTER, name, provenance(name), "the tcp_proxy's");
        }
        return name;
    }

    private Provenance provenance(String cluster) {
        Cluster known = snapshot.clusters().get(cluster);
        return known == null ? Provenance.NONE : known.origin().provenance();
    }

    /** The endpoints of such a connection's cluster. */
    public List<Target> targets(ConnectionVerdict.Relayed connection, String cluster, @Nullable Trace trace) {
        Cluster known = snapshot.clusters().get(cluster);
        return known == null ? List.of() : Endpoints.of(snapshot, known, connection.facts(), null, trace);
    }

    /**
     * Head, route, filters and cluster of a request.
     *
     * @param head is edited as it would be on its way
     * @param random decides among weighted clusters, runtime fractions and faults
     */
    public RequestVerdict request(
            ConnectionVerdict.Requests connection, RequestHead head, RandomGenerator random, @Nullable Trace trace) {
        return new RequestDecision(snapshot, connection, routes.apply(connection.manager()), random, trace).on(head);
    }

    /**
     * Whether another try is made. That the body can be sent again and that the circuit breaker allows it is taken for granted.
     *
     * @param made how many tries were made again so far
     */
    public boolean retry(RequestVerdict request, Tried tried, int made, @Nullable Trace trace) {
        RetryRule rule = request.route() instanceof RouteDecision.Forward forward
                ? forward.entry().retry()
                : null;
        if (rule == null || made >= rule.policy().numRetries()) {
            String why = rule == null ? "no retry policy" : "num_retries: " + made + " were made";
            return trace != null && trace.no(Question.RETRY, "", origin(request), why);
        }
        return switch (tried) {
            case Tried.Answered(var head) -> rule.wants(head, trace);
            case Tried.Reset(boolean refused) -> rule.wantsAfterReset(refused, true, trace);
            case Tried.TimedOut _ -> rule.wantsAfterReset(false, true, trace);
            case Tried.NotConnected(boolean unresolved) -> !unresolved && rule.wantsAfterConnectFailure(trace);
        };
    }

    private static Provenance origin(RequestVerdict request) {
        return request.route() instanceof RouteDecision.Forward forward
                ? forward.entry().route().provenance()
                : Provenance.NONE;
    }
}

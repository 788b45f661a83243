package dev.lateen.proxy.route;

import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.model.Provenance;
import dev.lateen.proxy.model.RouteTable;
import dev.lateen.proxy.model.VirtualHost;
import dev.lateen.proxy.reason.Question;
import dev.lateen.proxy.reason.Trace;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A virtual host with its routes compiled when they are first needed; compiling twice in a race is harmless. */
final class CompiledVirtualHost {
    private final RouteTable table;
    private final VirtualHost host;
    private final RouteDecision tlsRedirect;
    private final RouteDecision notFound;
    private volatile CompiledRoute @Nullable [] routes;

    CompiledVirtualHost(RouteTable table, VirtualHost host) {
        this.table = table;
        this.host = host;
        this.tlsRedirect = new RouteDecision.TlsRedirect(host);
        this.notFound = new RouteDecision.NotFound(host);
    }

    VirtualHost host() {
        return host;
    }

    RouteDecision match(RequestHead request, RandomGenerator random, @Nullable Trace trace) {
        if (wantsTls(request)) {
            if (trace != null) {
                trace.yes(Question.ROUTE, host.name(), Provenance.NONE, "require_tls: " + host.requireTls());
            }
            return tlsRedirect;
        }
        for (CompiledRoute route : routes()) {
            if (route.matches(request, random, trace)) {
                return route.decide(request, random);
            }
        }
        return notFound;
    }

    private boolean wantsTls(RequestHead request) {
        return switch (host.requireTls()) {
            case NONE -> false;
            case ALL -> !cameByTls(request);
            case EXTERNAL_ONLY -> {
                CharSequence internal = request.headers().get("x-envoy-internal");
                boolean fromInside = internal != null && "true".contentEquals(internal);
                yield !fromInside && !cameByTls(request);
            }
        };
    }

    /** By {@code x-forwarded-proto}, which the connection manager sets; by the scheme where it is missing. */
    private static boolean cameByTls(RequestHead request) {
        CharSequence proto = request.headers().get("x-forwarded-proto");
        return "https".contentEquals(proto == null ? request.scheme() : proto);
    }

    private CompiledRoute[] routes() {
        CompiledRoute[] compiled = routes;
        if (compiled == null) {
            compiled = new CompiledRoute[host.routes().size()];
            for (int i = 0; i < compiled.length; i++) {
                compiled[i] = new CompiledRoute(table, host, host.routes().get(i));
            }
            routes = compiled;
        }
        return compiled;
    }
}

package dev.lateen.proxy.route;

import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.model.HeaderMatcher;
import dev.lateen.proxy.model.MetadataMatcher;
import dev.lateen.proxy.model.Route;
import dev.lateen.proxy.model.RouteAction;
import dev.lateen.proxy.model.RouteAction.ClusterSpecifier;
import dev.lateen.proxy.model.RouteAction.WeightedCluster;
import dev.lateen.proxy.model.RouteMatch;
import dev.lateen.proxy.model.RouteTable;
import dev.lateen.proxy.model.StructValue;
import dev.lateen.proxy.model.VirtualHost;
import dev.lateen.proxy.reason.Question;
import dev.lateen.proxy.reason.Trace;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One route with every decision it can lead to, made ahead. */
final class CompiledRoute {
    private static final int MILLION = 1_000_000;

    private final Route route;
    /** One decision for each weighted cluster; a single one otherwise. */
    private final RouteDecision[] decisions;

    CompiledRoute(RouteTable table, VirtualHost host, Route route) {
        this.route = route;
        this.decisions = decisions(table, host, route);
    }

    private static RouteDecision[] decisions(RouteTable table, VirtualHost host, Route route) {
        return switch (route.action()) {
            case RouteAction.Forward forward -> forwards(table, host, route, forward);
            case RouteAction.Redirect redirect ->
                one(new RouteDecision.Redirect(new RouteEntry(table, host, route, null), redirect));
            case RouteAction.DirectResponse direct ->
                one(new RouteDecision.Direct(new RouteEntry(table, host, route, null), direct));
            case RouteAction.NonForwarding none -> one(new RouteDecision.NotFound(host));
        };
    }

    private static RouteDecision[] forwards(
            RouteTable table, VirtualHost host, Route route, RouteAction.Forward action) {
        return switch (action.cluster()) {
            case ClusterSpecifier.Single single ->
                one(new RouteDecision.Forward(new RouteEntry(table, host, route, null), action, single.cluster()));
            case ClusterSpecifier.Header header ->
                one(new RouteDecision.Forward(new RouteEntry(table, host, route, null), action, ""));
            case ClusterSpecifier.Weighted weighted -> {
                RouteDecision[] all = new RouteDecision[weighted.clusters().size()];
                for (int i = 0; i < all.length; i++) {
                    WeightedCluster cluster = weighted.clusters().get(i);
                    all[i] = new RouteDecision.Forward(
                            new RouteEntry(table, host, route, cluster), action, cluster.cluster());
                }
                yield all;
            }
        };
    }

    private static RouteDecision[] one(RouteDecision decision) {
        return new RouteDecision[] {decision};
    }

    /** @param trace is told which condition did not hold, or that all did */
    boolean matches(
            RequestHead request,
            Map<String, StructValue.Struct> metadata,
            RandomGenerator random,
            @Nullable Trace trace) {
        RouteMatch match = route.match();
        if (!PathCondition.matches(match.path(), match.caseSensitive(), request)) {
            return trace != null && no(trace, RouteText.path(match, request));
        }
        List<HeaderMatcher> headers = match.headers();
        for (int i = 0; i < headers.size(); i++) {
            if (!HeaderConditions.matches(headers.get(i), request)) {
                return trace != null && no(trace, RouteText.header(headers.get(i), request));
            }
        }
        List<HeaderMatcher.QueryParameter> parameters = match.queryParameters();
        for (int i = 0; i < parameters.size(); i++) {
            if (!parameterMatches(parameters.get(i), request)) {
                return trace != null && no(trace, RouteText.parameter(parameters.get(i), request));
            }
        }
        if (match.grpcOnly() && !request.isGrpc()) {
            return trace != null && no(trace, RouteText.contentType(request));
        }
        List<MetadataMatcher> wanted = match.metadata();
        for (int i = 0; i < wanted.size(); i++) {
            if (!wanted.get(i).matches(metadata)) {
                return trace != null && no(trace, RouteText.metadata(wanted.get(i), metadata));
            }
        }
        if (!byChance(match, random)) {
            return trace != null && no(trace, RouteText.chance(match));
        }
        if (trace != null) {
            trace.yes(Question.ROUTE, route.name(), route.provenance(), RouteText.all(match));
        }
        return true;
    }

    private boolean no(Trace trace, String why) {
        return trace.no(Question.ROUTE, route.name(), route.provenance(), why);
    }

    static boolean parameterMatches(HeaderMatcher.QueryParameter wanted, RequestHead request) {
        String value = QueryParameters.first(request.path(), wanted.name());
        if (wanted.value() == null) {
            return (value != null) == wanted.present();
        }
        return value != null && wanted.value().matches(value);
    }

    private static boolean byChance(RouteMatch match, RandomGenerator random) {
        return match.runtimeFraction() >= MILLION || random.nextInt(MILLION) < match.runtimeFraction();
    }

    RouteDecision decide(RequestHead request, RandomGenerator random) {
        if (!(route.action() instanceof RouteAction.Forward forward)) {
            return decisions[0];
        }
        return switch (forward.cluster()) {
            case ClusterSpecifier.Single single -> decisions[0];
            case ClusterSpecifier.Header header -> byHeader(header, request);
            case ClusterSpecifier.Weighted weighted -> byWeight(weighted, random);
        };
    }

    private RouteDecision byHeader(ClusterSpecifier.Header header, RequestHead request) {
        CharSequence cluster = HeaderConditions.value(header.lowerCaseName(), request);
        return cluster != null && decisions[0] instanceof RouteDecision.Forward forward
                ? new RouteDecision.Forward(forward.entry(), forward.action(), cluster.toString())
                : decisions[0];
    }

    private RouteDecision byWeight(ClusterSpecifier.Weighted weighted, RandomGenerator random) {
        long left = random.nextLong(weighted.totalWeight());
        List<WeightedCluster> clusters = weighted.clusters();
        int last = clusters.size() - 1;
        for (int i = 0; i < last; i++) {
            left -= clusters.get(i).weight();
            if (left < 0) {
                return decisions[i];
            }
        }
        return decisions[last];
    }
}
